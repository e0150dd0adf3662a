"use client";

import clsx from "clsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { DiffKind, type DiffRow, versionDiffRows } from "#lib/datasets/diff-schema.ts";
import { formatCount } from "#lib/format.ts";
import { usePages } from "#lib/http/client.tsx";
import { SideMark } from "./preview-rows.tsx";
import type { VersionDetail } from "./version-detail.ts";
import { visible } from "./visible.ts";

type Props = { version: VersionDetail; base: string; kind: DiffKind | undefined; total: number | null };

const kindWords: Record<DiffKind, string> = {
  added: "Added",
  removed: "Removed",
  changed: "Changed",
  labels: "Other gold answer",
};
const tones: Record<DiffRow["kind"], Tone> = { added: "good", removed: "bad", changed: "attention" };

/** The rows that differ, as they were and as they are. */
export function DiffRows({ version, base, kind, total }: Props) {
  const url = useUrlState();
  const query = usePages(versionDiffRows, {
    datasetVersionId: version.id,
    baseVersionId: base,
    limit: 50,
    ...(kind ? { kind } : {}),
  });
  const rows = query.data?.pages.flatMap((page) => page.items);
  return (
    <div>
      <fieldset className="mb-2 flex flex-wrap gap-1">
        <legend className="sr-only">Which rows</legend>
        {([undefined, ...DiffKind.options] as const).map((each) => (
          <Button
            key={each ?? "all"}
            size="sm"
            variant={each === kind ? "secondary" : "ghost"}
            aria-pressed={each === kind}
            onClick={() => url.set({ kind: each ?? null })}
          >
            {each ? kindWords[each] : `All${total === null ? "" : ` ${formatCount(total)}`}`}
          </Button>
        ))}
      </fieldset>
      {query.error && !rows ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {!rows && !query.error ? <SkeletonRows rows={8} columns={2} /> : null}
      {rows?.length === 0 ? <p className="py-6 text-sm text-muted">No row differs in this way.</p> : null}
      {rows && rows.length > 0 ? (
        <ul aria-label="Rows that differ" className="divide-y border-y">
          {rows.map((row) => (
            <DiffItem key={`${row.old?.position ?? ""}-${row.new?.position ?? ""}`} row={row} />
          ))}
        </ul>
      ) : null}
      {query.hasNextPage ? (
        <Button
          size="sm"
          className="mt-3"
          pending={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      ) : null}
    </div>
  );
}

type Side = NonNullable<DiffRow["old"]>;

function DiffItem({ row }: { row: DiffRow }) {
  const position = row.new?.position ?? row.old?.position ?? 0;
  const { old, new: now } = row;
  return (
    <li className="grid gap-x-4 gap-y-1 py-2 text-sm sm:grid-cols-[7rem_1fr_1fr]">
      <div className="flex items-start gap-2 sm:flex-col">
        <Badge tone={tones[row.kind]}>{kindWords[row.kind]}</Badge>
        <span className="tnum text-xs text-muted">row {formatCount(position)}</span>
      </div>
      <RowSide side={old} other={now} word="Was" tone="bg-bad-soft" />
      <RowSide side={now} other={old} word="Is" tone="bg-good-soft" />
    </li>
  );
}

/** One side of a row; what differs from the other stands on a fill. */
function RowSide({ side, other, word, tone }: { side: Side | null; other: Side | null; word: string; tone: string }) {
  if (!side) return <div className="hidden text-faint sm:block">not in it</div>;
  const fill = (differs: boolean) => clsx("rounded-sm", differs && `${tone} -mx-1 px-1`);
  return (
    <div className="min-w-0 space-y-1">
      <p className="sr-only">{word}:</p>
      <p className={clsx("line-clamp-6 break-words whitespace-pre-wrap", fill(!other || other.input !== side.input))}>
        <bdi>{visible(side.input)}</bdi>
        {side.cut ? <span className="text-faint"> … cut</span> : null}
      </p>
      <p className="flex flex-wrap items-center gap-2 text-xs text-muted">
        <span className={clsx("min-w-0 break-words", fill(!other || other.output !== side.output))}>
          {side.output === null ? (
            <span className="text-faint">no gold answer</span>
          ) : (
            <bdi>{visible(side.output)}</bdi>
          )}
        </span>
        <span className={fill(other !== null && other.holdout !== side.holdout)}>
          <SideMark holdout={side.holdout} />
        </span>
      </p>
    </div>
  );
}
