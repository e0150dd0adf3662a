"use client";

import Link from "next/link";
import { Badge } from "#components/ui/badge.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { type RowState, versionRowHistory } from "#lib/datasets/rows-schema.ts";
import type { RowOrigin } from "#lib/datasets/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { rowsHref } from "./health-strip.tsx";
import type { VersionDetail } from "./version-detail.ts";
import { oneLine } from "./visible.ts";

const words: Record<RowOrigin["kind"], string> = {
  edit: "edited by hand",
  label: "labelled by a run",
  fix: "put right after a quality report",
  review: "decided in review",
  synthesis: "written by a teacher",
};

/** How a row came about, in words. */
export const originWords = (origin: RowOrigin | null): string => (origin ? words[origin.kind] : "imported");

/** What a row was in the versions of its line, oldest first. */
export function RowHistory({ version, position }: { version: VersionDetail; position: number }) {
  const query = useEndpoint(versionRowHistory, { datasetVersionId: version.id, position });
  if (query.error && !query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 font-semibold">History</h3>
      <ol className="divide-y rounded-lg border text-sm">
        {items.map((state, index) => (
          <State
            key={`${state.versionId}-${state.number}-${state.at}`}
            state={state}
            version={version}
            before={items[index - 1] ?? null}
          />
        ))}
      </ol>
    </section>
  );
}

function State({ state, version, before }: { state: RowState; version: VersionDetail; before: RowState | null }) {
  const { number, versionId, current, at, by, reason, origin } = state;
  const name = number === null ? "an earlier version" : `v${number}`;
  return (
    <li className="space-y-0.5 px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {versionId && versionId !== version.id ? (
          <Link href={rowsHref({ id: versionId, projectId: version.projectId })} className="link">
            {name}
          </Link>
        ) : (
          <span className="font-medium">{name}</span>
        )}
        {current ? <Badge tone="accent">shown here</Badge> : null}
        <span className="text-muted">{originWords(origin)}</span>
        <span className="ml-auto text-xs text-muted">
          {by} {at ? <RelativeTime at={at} /> : null}
        </span>
      </div>
      {reason ? (
        <p className="text-xs text-muted">
          <bdi>{oneLine(reason)}</bdi>
        </p>
      ) : null}
      {before ? <Difference before={before} after={state} /> : null}
    </li>
  );
}

function Difference({ before, after }: { before: RowState; after: RowState }) {
  return (
    <p className="truncate text-xs">
      {before.input === after.input ? null : "input changed "}
      {before.output === after.output ? null : (
        <>
          <bdi className="text-muted line-through">{oneLine((before.output ?? "none").slice(0, 80))}</bdi> →{" "}
          <bdi>{oneLine((after.output ?? "none").slice(0, 80))}</bdi>{" "}
        </>
      )}
      {before.holdout === after.holdout ? null : `moved to ${after.holdout ? "the hold-out" : "training"}`}
    </p>
  );
}
