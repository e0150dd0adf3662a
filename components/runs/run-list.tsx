"use client";

import { Activity } from "lucide-react";
import Link from "next/link";
import { shareOf } from "#components/shell/active-runs.ts";
import { SimulatedBadge } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { Elapsed, RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { exactMoney, formatBytes, formatCount, formatMoney, formatRate } from "#lib/format.ts";
import { useEndpoint, useLive } from "#lib/http/client.tsx";
import { projectList } from "#lib/projects/schema.ts";
import { type Run, runKindWords, runList } from "#lib/runs/schema.ts";
import { runListInput } from "./list-input.ts";
import { isOver, stateWord } from "./words.ts";

const stateOptions = [
  { value: "active", label: "In progress" },
  { value: "queued", label: "Queued" },
  { value: "running", label: "Running" },
  { value: "paused", label: "Paused" },
  { value: "succeeded", label: "Succeeded" },
  { value: "failed", label: "Failed" },
  { value: "cancelled", label: "Cancelled" },
];
const kindOptions = Object.entries(runKindWords).map(([value, label]) => ({ value, label }));

/** Runs of the team, live; filters and page in the URL. */
export function RunList() {
  const url = useUrlState();
  const input = runListInput(url.get);
  const projects = useEndpoint(projectList, { limit: 200 }, { staleTime: 60_000 });
  const runs = useEndpoint(runList, input, { keepPrevious: true, refetchInterval: 10_000 });
  const items = runs.data?.items ?? [];
  useLive(
    items.filter((run) => !isOver(run.state)).map((run) => `run:${run.id}`),
    () => void runs.refetch(),
  );
  const filtered = ["state", "kind", "project"].some((key) => url.get(key) !== "");
  return (
    <>
      <PageHeader
        title="Runs"
        hint="All long work: imports, labelling, fine-tunes and evaluations. You may leave; it goes on."
      />
      <div className="space-y-3">
        <FilterBar
          filters={[
            { key: "state", label: "State", options: stateOptions },
            { key: "kind", label: "Kind", options: kindOptions },
            {
              key: "project",
              label: "Project",
              options: projects.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? [],
            },
          ]}
        />
        <Card flush>
          {runs.error && !runs.data ? (
            <ErrorState error={runs.error} onRetry={runs.refetch} />
          ) : runs.isPending ? (
            <SkeletonRows rows={10} columns={6} />
          ) : items.length === 0 ? (
            filtered ? (
              <EmptyState
                title="No run matches these filters."
                action={<LinkButton href="/runs">Clear the filters</LinkButton>}
              />
            ) : (
              <EmptyState
                picture={<Activity />}
                title="Runs appear here as soon as something takes longer than a moment."
                hint="Uploading a dataset to a project starts the first one."
                action={<LinkButton href="/projects">Go to projects</LinkButton>}
              />
            )
          ) : (
            <RunTable runs={items} />
          )}
          <Pagination nextCursor={runs.data?.nextCursor} />
        </Card>
      </div>
    </>
  );
}

function RunTable({ runs }: { runs: readonly Run[] }) {
  return (
    <Table label="Runs">
      <TableHead>
        <Th>State</Th>
        <Th className="max-sm:hidden">Kind</Th>
        <Th>Run</Th>
        <Th className="max-md:hidden">Project</Th>
        <Th className="max-lg:hidden" numeric>
          Done
        </Th>
        <Th className="max-lg:hidden" numeric>
          Speed
        </Th>
        <Th className="max-sm:hidden" numeric>
          Cost
        </Th>
        <Th className="max-md:hidden" numeric>
          Took
        </Th>
        <Th className="max-xl:hidden">By</Th>
        <Th numeric>Started</Th>
      </TableHead>
      <tbody>
        {runs.map((run) => (
          <Tr key={run.id}>
            <Td>
              <StatePill state={run.state} done={shareOf(run)} word={stateWord(run)} />
            </Td>
            <Td className="whitespace-nowrap text-muted max-sm:hidden">{runKindWords[run.kind]}</Td>
            <Td className="w-full max-w-0">
              <span className="flex items-center gap-2">
                <Link href={`/runs/${run.id}`} className="truncate font-medium hover:underline" title={run.title}>
                  {run.title}
                </Link>
                <span className="flex shrink-0 max-sm:hidden">{run.simulated ? <SimulatedBadge /> : null}</span>
              </span>
            </Td>
            <Td className="max-w-48 truncate max-md:hidden">
              <Link href={`/projects/${run.projectId}`} className="text-muted hover:text-ink hover:underline">
                {run.projectName}
              </Link>
            </Td>
            <Td numeric className="max-lg:hidden">
              {run.progress.unit === "bytes"
                ? formatBytes(run.progress.done)
                : `${formatCount(run.progress.done)} ${run.progress.unit}`}
            </Td>
            <Td numeric className="max-lg:hidden">
              {run.state === "running" ? speedOf(run) : "–"}
            </Td>
            <Td numeric className="max-sm:hidden" title={exactMoney(run.costMicros)}>
              {run.costMicros > 0 ? formatMoney(run.costMicros) : "–"}
            </Td>
            <Td numeric className="max-md:hidden">
              <Elapsed from={run.startedAt} to={run.finishedAt} />
            </Td>
            <Td className="max-w-32 truncate text-muted max-xl:hidden">{run.createdBy}</Td>
            <Td numeric className="text-muted">
              <RelativeTime at={run.createdAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function speedOf({ progress }: Run): string {
  if (progress.ratePerSec === null) return "–";
  return progress.unit === "bytes"
    ? `${formatBytes(progress.ratePerSec)}/s`
    : formatRate(progress.ratePerSec, progress.unit);
}
