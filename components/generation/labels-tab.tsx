"use client";

import { Tags } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { useViewer } from "#components/shell/viewer.tsx";
import { SimulatedBadge } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { exactMoney, formatCount, formatMoney, formatRate, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type Run, runList } from "#lib/runs/schema.ts";

/** The same input as the page prefetches. */
function labelRunsInput(projectId: string, cursor?: string | null) {
  return { projectId, kind: "generation" as const, ...(cursor ? { cursor } : {}) };
}

/** Every labelling run of a project. */
export function LabelsTab() {
  const { projectId } = useParams<{ projectId: string }>();
  const viewer = useViewer();
  const url = useUrlState();
  const list = useEndpoint(runList, labelRunsInput(projectId, url.get("cursor")), {
    live: [`project:${projectId}`],
    keepPrevious: true,
    // rows, spend and rate of running ones move between state changes
    refetchInterval: 4_000,
  });
  const items = list.data?.items ?? [];
  const start = viewer.can("run.write") ? (
    <LinkButton href={`/projects/${projectId}/labels/new`} variant="primary" icon={<Tags aria-hidden />}>
      New labelling run
    </LinkButton>
  ) : null;
  return (
    <>
      <PageHeader
        title="Labels"
        hint="A teacher answers your rows. Each run starts with 16 rows and an estimate, and never spends more than its cap."
        actions={items.length > 0 ? start : null}
      />
      <Card flush>
        {list.error ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <SkeletonRows rows={4} columns={6} />
        ) : items.length === 0 ? (
          <EmptyState
            picture={<Tags />}
            title="The teacher's answers become what the student learns."
            hint="The first 16 rows show whether the teacher understands the task, and what the rest will cost. You decide after that."
            action={start}
          />
        ) : (
          <Runs items={items} />
        )}
        <Pagination nextCursor={list.data?.nextCursor} count={items.length > 0 ? plural(items.length, "run") : null} />
      </Card>
    </>
  );
}

function Runs({ items }: { items: readonly Run[] }) {
  return (
    <Table label="Labelling runs">
      <TableHead>
        <Th>Run</Th>
        <Th>State</Th>
        <Th numeric>Usable</Th>
        <Th numeric>Rejected</Th>
        <Th numeric className="max-md:hidden">
          Rate
        </Th>
        <Th numeric>Spend</Th>
        <Th className="max-sm:hidden">Started</Th>
      </TableHead>
      <tbody>
        {items.map((run) => {
          const { counts, done, total, ratePerSec } = run.progress;
          const usable = counts.ok ?? 0;
          return (
            <Tr key={run.id}>
              <Td className="min-w-48">
                <span className="flex flex-wrap items-center gap-2">
                  <Link href={`/runs/${run.id}`} className="link font-medium">
                    {run.title}
                  </Link>
                  {run.simulated ? <SimulatedBadge /> : null}
                </span>
              </Td>
              <Td>
                <StatePill
                  state={run.state}
                  done={total ? done / total : null}
                  {...(run.pauseReason === "confirm" ? { word: "Waits for you" } : {})}
                />
              </Td>
              <Td numeric>
                {formatCount(usable)}
                {total ? <span className="text-faint"> of {formatCount(total)}</span> : null}
              </Td>
              <Td numeric className={done > usable ? "text-attention" : "text-muted"}>
                {formatCount(done - usable)}
              </Td>
              <Td numeric className="text-muted max-md:hidden">
                {run.state === "running" ? formatRate(ratePerSec, "rows") : "–"}
              </Td>
              <Td numeric title={exactMoney(run.costMicros)}>
                {formatMoney(run.costMicros)}
              </Td>
              <Td className="whitespace-nowrap text-muted max-sm:hidden">
                <RelativeTime at={run.createdAt} /> by {run.createdBy}
              </Td>
            </Tr>
          );
        })}
      </tbody>
    </Table>
  );
}
