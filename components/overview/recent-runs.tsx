import { Activity } from "lucide-react";
import Link from "next/link";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { formatDuration, formatMoney, formatRate } from "#lib/format.ts";
import type { Run } from "#lib/runs/schema.ts";

/** The newest runs: state, what, speed, cost, who, when. */
export function RecentRuns({ projectId, runs }: { projectId: string; runs: readonly Run[] }) {
  return (
    <Card
      title="Recent runs"
      actions={
        <Link href={`/runs?project=${projectId}`} className="link text-sm">
          All runs
        </Link>
      }
      flush
    >
      {runs.length === 0 ? (
        <EmptyState
          picture={<Activity />}
          title="Imports, labelling, training and evaluations of this project appear here."
        />
      ) : (
        <Table label="Recent runs">
          <TableHead>
            <Th>State</Th>
            <Th>What</Th>
            <Th numeric>Speed</Th>
            <Th numeric>Took</Th>
            <Th numeric>Cost</Th>
            <Th>Who</Th>
            <Th>When</Th>
          </TableHead>
          <tbody>
            {runs.map((run) => (
              <Tr key={run.id}>
                <Td>
                  <StatePill
                    state={run.state}
                    done={run.progress.total ? run.progress.done / run.progress.total : null}
                  />
                </Td>
                <Td className="w-full max-w-0 min-w-56 truncate">
                  <Link href={`/runs/${run.id}`} className="hover:underline">
                    {run.title}
                  </Link>
                </Td>
                <Td numeric>
                  {run.progress.ratePerSec === null ? "–" : formatRate(run.progress.ratePerSec, run.progress.unit)}
                </Td>
                <Td numeric>{formatDuration(tookMs(run))}</Td>
                <Td numeric>{formatMoney(run.costMicros)}</Td>
                <Td className="whitespace-nowrap">{run.createdBy}</Td>
                <Td>
                  <RelativeTime at={run.createdAt} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

function tookMs({ startedAt, finishedAt }: Run): number | null {
  return startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null;
}
