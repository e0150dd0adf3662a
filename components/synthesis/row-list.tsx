"use client";

import { useMemo } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { type DataColumn, DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatCount, formatPercent } from "#lib/format.ts";
import { usePages } from "#lib/http/client.tsx";
import type { PlanItem } from "#lib/jobs/kinds/synthesis.ts";
import { itemWords, methods } from "#lib/synthesis/methods.ts";
import { RowStatus, type SynthesisRow, synthesisRows } from "#lib/synthesis/schema.ts";

const statusWords: Record<SynthesisRow["status"], { word: string; tone: "good" | "neutral" | "attention" }> = {
  kept: { word: "New", tone: "good" },
  duplicate: { word: "There already", tone: "neutral" },
  near_duplicate: { word: "Nearly there", tone: "attention" },
  too_long: { word: "Too long", tone: "attention" },
};

/** Everything that the teacher wrote, by wish and by what became of it. */
export function RowList({ runId, plan }: { runId: string; plan: readonly PlanItem[] }) {
  const url = useUrlState();
  const status = RowStatus.safeParse(url.get("status")).data;
  const item = url.get("wish") === "" ? null : Number(url.get("wish"));
  const query = usePages(synthesisRows, {
    runId,
    limit: 200,
    ...(status ? { status } : {}),
    ...(item !== null && Number.isInteger(item) ? { item } : {}),
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columns = useMemo<readonly DataColumn<SynthesisRow>[]>(
    () => [
      {
        id: "seq",
        header: "Row",
        width: 64,
        numeric: true,
        cell: (row) => <span className="text-muted">{formatCount(row.seq)}</span>,
      },
      {
        id: "input",
        header: "Input",
        width: 280,
        pinned: true,
        cell: (row) => (
          <bdi className="block truncate" title={row.input}>
            {row.input}
          </bdi>
        ),
      },
      {
        id: "output",
        header: "Answer",
        width: 160,
        cell: (row) => (row.output === null ? <span className="text-faint">none</span> : <bdi>{row.output}</bdi>),
      },
      {
        id: "status",
        header: "Outcome",
        width: 130,
        cell: (row) => (
          <Badge tone={row.decision === "rejected" ? "bad" : statusWords[row.status].tone}>
            {row.decision === "rejected" ? "Rejected" : statusWords[row.status].word}
          </Badge>
        ),
      },
      {
        id: "nearest",
        header: "Most like",
        width: 220,
        cell: (row) => (
          <span className="block truncate text-muted" title={row.nearestText}>
            {formatPercent(row.nearest, 0)} <bdi>{row.nearestText}</bdi>
          </span>
        ),
      },
      {
        id: "wish",
        header: "Wish",
        width: 200,
        cell: (row) => {
          const wish = plan[row.item];
          return wish ? (
            <span className="block truncate">
              {methods[wish.method].name}: <bdi>{itemWords(wish)}</bdi>
            </span>
          ) : null;
        },
      },
    ],
    [plan],
  );
  return (
    <div className="space-y-3">
      <FilterBar
        filters={[
          {
            key: "status",
            label: "Outcome",
            options: RowStatus.options.map((value) => ({ value, label: statusWords[value].word })),
          },
          ...(plan.length > 1
            ? [
                {
                  key: "wish",
                  label: "Wish",
                  options: plan.slice(0, 100).map((wish, index) => ({
                    value: String(index),
                    label: `${methods[wish.method].name}: ${itemWords(wish)}`,
                  })),
                },
              ]
            : []),
        ]}
      />
      <Card flush>
        {query.error && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : null}
        {query.isPending && !query.error ? <SkeletonRows rows={10} columns={4} /> : null}
        {query.data && rows.length === 0 ? <EmptyState title="There are no such rows." /> : null}
        {rows.length > 0 ? (
          <DataTable
            label="New rows"
            columns={columns}
            rows={rows}
            rowKey={(row) => String(row.seq)}
            grow="input"
            height="60vh"
            onEnd={() => {
              if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
            }}
          />
        ) : null}
      </Card>
    </div>
  );
}
