"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { formatCount } from "#lib/format.ts";
import { type Groups, generationExport, generationResults } from "#lib/generation/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { urlOf } from "#lib/http/request.ts";
import type { RunDetail } from "#lib/runs/schema.ts";
import { ResultTable } from "./result-table.tsx";

const everything = "*";
/** While a run works its newest answers stream in at this pace, ms. */
const followEveryMs = 2_000;

/** Answers, newest row first, by label and by agreement with gold. */
export function Answers({ run, groups }: { run: RunDetail; groups: Groups | undefined }) {
  const [answer, setAnswer] = useState(everything);
  const [gold, setGold] = useState<"any" | "differs" | "agrees">("any");
  const [cursors, setCursors] = useState<string[]>([]);
  const cursor = cursors.at(-1);
  const filter = {
    runId: run.id,
    ...(answer === everything ? {} : { answer }),
    ...(gold === "any" ? {} : { disagrees: gold === "differs" }),
  };
  const following = run.state === "running" && cursor === undefined;
  const page = useEndpoint(
    generationResults,
    { ...filter, limit: 25, ...(cursor ? { cursor } : {}) },
    { keepPrevious: true, refetchInterval: following ? followEveryMs : false, rereadOn: run.state },
  );
  const items = page.data?.items ?? [];
  const compared = groups?.gold.compared ?? 0;
  const reset = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      set(value);
      setCursors([]);
    };
  };
  return (
    <Card flush>
      <div className="flex flex-wrap items-center gap-2 border-b p-3">
        <Select
          aria-label="Label"
          className="w-56"
          value={answer}
          onValueChange={reset(setAnswer)}
          options={[
            { value: everything, label: "All answers" },
            ...(groups?.answers ?? []).slice(0, 100).map((group) => ({
              value: group.answer,
              label: group.answer.slice(0, 80),
              hint: `${formatCount(group.rows)} rows`,
            })),
          ]}
        />
        {compared > 0 ? (
          <Select
            aria-label="Gold"
            className="w-48"
            value={gold}
            onValueChange={reset(setGold)}
            options={[
              { value: "any", label: "With or without gold" },
              {
                value: "differs",
                label: "Differs from gold",
                hint: `${formatCount(compared - (groups?.gold.agreed ?? 0))} rows`,
              },
              { value: "agrees", label: "Agrees with gold", hint: `${formatCount(groups?.gold.agreed)} rows` },
            ]}
          />
        ) : null}
        <span className="ml-auto" />
        <DropdownMenu
          trigger={<Button icon={<Download aria-hidden />}>Download</Button>}
          items={[
            { label: "JSON lines, as filtered", href: urlOf(generationExport, { ...filter, format: "jsonl" }) },
            { label: "CSV, as filtered", href: urlOf(generationExport, { ...filter, format: "csv" }) },
          ]}
        />
      </div>
      {page.error ? (
        <ErrorState error={page.error} onRetry={() => void page.refetch()} />
      ) : page.isPending ? (
        <SkeletonRows rows={8} columns={4} />
      ) : items.length === 0 ? (
        <EmptyState
          title={run.state === "running" ? "The first answers are on their way." : "There are no such answers."}
        />
      ) : (
        <ResultTable items={items} showGold={compared > 0} />
      )}
      <div className="flex items-center justify-between gap-3 px-3 py-2 text-sm text-muted">
        <span>{following ? "Newest first, following" : "Last row first"}</span>
        <span className="flex gap-2">
          <Button size="sm" disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
            Newer
          </Button>
          <Button
            size="sm"
            disabled={!page.data?.nextCursor}
            onClick={() => page.data?.nextCursor && setCursors([...cursors, page.data.nextCursor])}
          >
            Older
          </Button>
        </span>
      </div>
    </Card>
  );
}
