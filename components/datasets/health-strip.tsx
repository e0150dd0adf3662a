"use client";

import { Stat } from "#components/ui/stat.tsx";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { formatCompact, formatCount, formatPercent } from "#lib/format.ts";

/** Leads from a figure to its rows on the version's page. */
export function rowsHref(
  version: Pick<DatasetVersion, "id" | "projectId">,
  query: Record<string, string> = {},
): string {
  const text = new URLSearchParams(query).toString();
  return `/projects/${version.projectId}/data/${version.id}${text ? `?${text}` : ""}`;
}

/** Where a labelling run of a version begins. */
export function labelHref(version: Pick<DatasetVersion, "id" | "projectId">): string {
  return `/projects/${version.projectId}/labels/new?version=${version.id}`;
}

const share = (part: number, whole: number) =>
  whole === 0 ? "" : part === whole ? "all" : formatPercent(part / whole);

/** What a version is made of and what is wrong with it; every count opens its rows. */
export function HealthStrip({ version }: { version: DatasetVersion }) {
  const { rowCount, holdoutCount, labelledCount, duplicateCount, conflictCount, rejectedCount, labelKinds } = version;
  const to = (query: Record<string, string>) => rowsHref(version, query);
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4 xl:grid-cols-7">
      <Stat
        label="Rows"
        value={formatCount(rowCount)}
        href={to({})}
        hint={`${formatCompact(version.inputChars)} characters of input`}
      />
      <Stat
        label="Hold-out"
        value={formatCount(holdoutCount)}
        href={to({ split: "holdout" })}
        hint={share(holdoutCount, rowCount)}
        {...(version.holdoutFraction > 0 && holdoutCount < 30 ? { tone: "attention" as const } : {})}
      />
      <Stat
        label="With gold answer"
        value={formatCount(labelledCount)}
        href={to({ gold: "yes" })}
        hint={share(labelledCount, rowCount)}
      />
      <Stat
        label="Different labels"
        value={labelKinds === null ? "> 1,000" : formatCount(labelKinds)}
        hint={
          labelKinds === null ? "texts rather than labels" : labelledCount === 0 ? "the teacher will label" : undefined
        }
      />
      <Stat
        label="Repeated inputs"
        value={formatCount(duplicateCount)}
        href={to({ repeated: "duplicates" })}
        hint={duplicateCount === 0 ? "none" : share(duplicateCount, rowCount)}
        {...(duplicateCount * 10 > rowCount ? { tone: "attention" as const } : {})}
      />
      <Stat
        label="Conflicting answers"
        value={formatCount(conflictCount)}
        href={to({ repeated: "conflicts" })}
        hint={conflictCount === 0 ? "none" : "inputs with two answers"}
        {...(conflictCount > 0 ? { tone: "bad" as const } : {})}
      />
      <Stat
        label="Rejected lines"
        value={formatCount(rejectedCount)}
        href={to({ tab: "rejected" })}
        hint={rejectedCount === 0 ? "none" : share(rejectedCount, rowCount + rejectedCount)}
        {...(rejectedCount > 0 ? { tone: "attention" as const } : {})}
      />
    </div>
  );
}
