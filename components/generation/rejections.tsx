"use client";

import { useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { formatCount } from "#lib/format.ts";
import { type Groups, generationResults, statusWords } from "#lib/generation/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import type { RunDetail } from "#lib/runs/schema.ts";
import { ResultTable } from "./result-table.tsx";

type Reason = Groups["reasons"][number];
type Props = { run: RunDetail; groups: { data: Groups | undefined; error: AppError | null; refetch: () => unknown } };

/** Rejected rows grouped by reason; a reason opens its rows. */
export function Rejections({ run, groups }: Props) {
  const [chosen, setChosen] = useState<Reason | null>(null);
  if (groups.error) return <ErrorState error={groups.error} onRetry={() => void groups.refetch()} />;
  if (!groups.data) return <SkeletonRows rows={4} columns={3} />;
  const { reasons } = groups.data;
  if (reasons.length === 0) {
    return (
      <Card flush>
        <EmptyState title={run.progress.done > 0 ? "No answer was rejected." : "Nothing is answered yet."} />
      </Card>
    );
  }
  const same = (reason: Reason) => reason.status === chosen?.status && reason.reason === chosen.reason;
  return (
    <div className="space-y-4">
      <Card flush>
        <Table label="Reasons">
          <TableHead>
            <Th numeric>Rows</Th>
            <Th>Kind</Th>
            <Th>Reason</Th>
          </TableHead>
          <tbody>
            {reasons.map((reason) => (
              <Tr key={`${reason.status} ${reason.reason}`} selected={same(reason)}>
                <Td numeric className="w-20">
                  <button
                    type="button"
                    className="link tnum"
                    onClick={() => setChosen(same(reason) ? null : reason)}
                    aria-expanded={same(reason)}
                  >
                    {formatCount(reason.rows)}
                  </button>
                </Td>
                <Td className="whitespace-nowrap">
                  <Badge tone="attention">{statusWords[reason.status].word}</Badge>
                </Td>
                <Td>
                  <span className="line-clamp-2 break-words">{reason.reason || statusWords[reason.status].says}</span>
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </Card>
      {chosen ? (
        <ReasonRows runId={run.id} reason={chosen} />
      ) : (
        <p className="text-sm text-muted">Choose a count to see the rows behind it.</p>
      )}
    </div>
  );
}

function ReasonRows({ runId, reason }: { runId: string; reason: Reason }) {
  const rows = useEndpoint(generationResults, {
    runId,
    status: reason.status,
    ...(reason.reason ? { error: reason.reason } : {}),
    limit: 100,
  });
  return (
    <Card flush title={statusWords[reason.status].word} hint={statusWords[reason.status].says}>
      {rows.error ? (
        <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />
      ) : !rows.data ? (
        <SkeletonRows rows={4} columns={4} />
      ) : (
        <>
          <ResultTable items={rows.data.items} showGold={rows.data.items.some((item) => item.gold !== null)} />
          {rows.data.nextCursor ? (
            <p className="px-3 py-2 text-sm text-muted">
              The last 100 of {formatCount(reason.rows)} rows; a download has all of them.
            </p>
          ) : null}
        </>
      )}
    </Card>
  );
}
