"use client";

import { useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, NumberInput } from "#components/ui/field.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { Select } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { type RowTokens, rowTokens } from "#lib/datasets/tokens-schema.ts";
import { exactMoney, formatCount, formatMoney, formatPercent, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { teacherList } from "#lib/teachers/schema.ts";
import { windowFit } from "./prepare-pieces.ts";
import { TokenChips } from "./token-chips.tsx";
import { TokenizerButton } from "./tokenizer-button.tsx";

type TokenViewProps = {
  version: { id: string; projectId: string };
  position: number;
  part?: "input" | "output";
};

const usualWindow = 512;

/** A row as the student reads it: its pieces, how much of the window they fill, and what a teacher asks for them. */
export function TokenView({ version, position, part = "input" }: TokenViewProps) {
  const url = useUrlState();
  const asked = Number(url.get("window"));
  const window = Number.isInteger(asked) && asked >= 1 && asked <= 10_000_000 ? asked : usualWindow;
  const teachers = useEndpoint(teacherList, { limit: 100 }, { staleTime: 60_000 });
  const [teacherId, setTeacherId] = useState<string | null>(null);
  const teacher = teachers.data?.items.find(({ id }) => id === teacherId) ?? teachers.data?.items[0];
  const query = useEndpoint(
    rowTokens,
    {
      datasetVersionId: version.id,
      position,
      part,
      window,
      ...(teacher ? { pricePerMtok: teacher.inputPriceMicrosPerMtok } : {}),
    },
    { keepPrevious: true },
  );
  const tokens = query.data;

  return (
    <section aria-busy={query.isFetching} className="space-y-3">
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-semibold">Tokens{part === "output" ? " of the gold answer" : ""}</h3>
        {tokens?.basis === "estimate" ? <Badge tone="attention">estimate</Badge> : null}
      </div>
      {query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {tokens ? <Figures tokens={tokens} /> : query.error ? null : <Skeleton className="h-14 w-full" />}
      <div className="grid grid-cols-2 gap-3">
        <Field label="Context window">
          <NumberInput
            min={1}
            step={1}
            value={window}
            unit="tokens"
            onValueChange={(value) =>
              url.set({ window: value === null || value === usualWindow ? null : String(Math.round(value)) })
            }
          />
        </Field>
        {teachers.data && teachers.data.items.length > 0 ? (
          <Field label="Price of">
            <Select
              value={teacher?.id ?? null}
              onValueChange={setTeacherId}
              options={teachers.data.items.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
        ) : null}
      </div>
      {tokens ? <Pieces tokens={tokens} /> : query.error ? null : <Skeleton className="h-40 w-full" />}
      <TokenizerButton projectId={version.projectId} present={tokens?.basis === "tokenizer"} />
    </section>
  );
}

function Figures({ tokens }: { tokens: RowTokens }) {
  const { count, window, share, basis, priceMicros } = tokens;
  const { tone, says } = windowFit(share);
  const about = basis === "estimate" ? "about " : "";
  return (
    <div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span>
          <strong className="tnum">{`${about}${plural(count, "token")}`}</strong>
          <span className="text-muted">{` of ${plural(tokens.characters, "character")}`}</span>
        </span>
        {priceMicros === null ? null : (
          <span className="text-muted" title={exactMoney(priceMicros)}>
            {`about ${formatMoney(priceMicros)} to send`}
          </span>
        )}
      </div>
      <Progress value={share} tone={tone} size="md" label="Share of the context window" className="mt-1.5" />
      <p className="mt-1 text-xs text-muted">{`${formatPercent(share)} of ${formatCount(window)}. ${says}`}</p>
    </div>
  );
}

function Pieces({ tokens }: { tokens: RowTokens }) {
  const { tokenizer, pieces, cut } = tokens;
  if (!tokenizer)
    return (
      <p className="rounded-lg border border-dashed p-3 text-sm text-muted">
        Counted as a quarter of a token a character, which holds for English. Upload the tokenizer.json of the student
        to see its real pieces; a student of words and letter groups has none and no window either.
      </p>
    );
  return (
    <div className="space-y-2">
      <TokenChips pieces={pieces} label="Pieces of the text" />
      <div className="flex flex-wrap items-center justify-between gap-2 text-xs text-muted">
        <span className="min-w-0 break-words">
          {cut ? `The first ${formatCount(pieces.length)} pieces. ` : ""}
          <bdi>{tokenizer.fileName}</bdi>
          {` · ${tokenizer.model}, ${plural(tokenizer.vocabulary, "different piece")}`}
        </span>
        <CopyButton text={pieces.map(({ id }) => id).join(" ")} label="Copy the ids" />
      </div>
      {tokenizer.warnings.map((warning) => (
        <p key={warning} className="text-xs text-attention">
          {warning}
        </p>
      ))}
    </div>
  );
}
