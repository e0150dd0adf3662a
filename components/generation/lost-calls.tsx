"use client";

import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { exactMoney, formatCount } from "#lib/format.ts";
import { generationUnknown } from "#lib/generation/schema.ts";
import { usePages } from "#lib/http/client.tsx";
import type { PayloadOf } from "#lib/jobs/catalog.ts";
import type { RunDetail } from "#lib/runs/schema.ts";

const fates = {
  answered: { word: "Asked again, answered", tone: "good" },
  held: { word: "Held, not asked again", tone: "attention" },
  open: { word: "Not dealt with yet", tone: "neutral" },
} as const;

/** Calls that were in flight when a worker died: the only ones that can have been billed without an answer. */
export function LostCalls({ run, payload }: { run: RunDetail; payload: PayloadOf<"generation"> }) {
  const pages = usePages(generationUnknown, { runId: run.id, limit: 100 });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  if (pages.error) return <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />;
  if (pages.isPending) return <SkeletonRows rows={4} columns={4} />;
  if (items.length === 0) {
    return (
      <Card flush>
        <EmptyState
          title="No call was lost."
          hint={`Calls in flight when a worker process dies are listed here, at most 1.25 × the ${payload.concurrency} in flight each time, and counted at what they may have cost.`}
        />
      </Card>
    );
  }
  return (
    <Card flush>
      <Table label="Lost calls">
        <TableHead>
          <Th numeric>Row</Th>
          <Th numeric>Claim</Th>
          <Th>Sent</Th>
          <Th numeric>Counted at</Th>
          <Th>Now</Th>
        </TableHead>
        <tbody>
          {items.map((item) => (
            <Tr key={`${item.position} ${item.epoch}`}>
              <Td numeric>{formatCount(item.position)}</Td>
              <Td numeric>{item.epoch}</Td>
              <Td>
                <RelativeTime at={item.at} />
              </Td>
              <Td numeric>{exactMoney(item.reservedMicros)}</Td>
              <Td>
                <Badge tone={fates[item.now].tone}>{fates[item.now].word}</Badge>
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      {pages.hasNextPage ? (
        <div className="p-3">
          <Button size="sm" pending={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
    </Card>
  );
}
