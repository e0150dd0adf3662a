"use client";

import { SearchX } from "lucide-react";
import { useMemo } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { type DataColumn, DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { type Row, type RowFilter, Side, versionRows } from "#lib/datasets/schema.ts";
import { formatCount, formatPercent } from "#lib/format.ts";
import { usePages } from "#lib/http/client.tsx";
import { SideMark } from "./preview-rows.tsx";
import { RowDrawer } from "./row-drawer.tsx";
import type { VersionDetail } from "./version-detail.ts";
import { oneLine } from "./visible.ts";

const pageRows = 200;
const mostLabelOptions = 200;

/** The filter that the address asks for; what it cannot mean is left out. */
function filterOf(get: (key: string) => string): RowFilter {
  const repeated = get("repeated");
  const gold = get("gold");
  const split = Side.safeParse(get("split")).data;
  return {
    ...(split ? { split } : {}),
    ...(get("label") ? { label: get("label") } : {}),
    ...(gold === "yes" || gold === "no" ? { hasOutput: gold === "yes" } : {}),
    ...(repeated === "duplicates" || repeated === "conflicts" ? { repeated } : {}),
    ...(get("q") ? { search: get("q").slice(0, 200) } : {}),
  };
}

/** All rows, a window of them in the document at a time; filters and the opened row are in the address. */
export function RowsTable({ version }: { version: VersionDetail }) {
  const url = useUrlState();
  const filter = filterOf(url.get);
  const query = usePages(versionRows, { datasetVersionId: version.id, limit: pageRows, ...filter });
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const filtered = Object.keys(filter).length > 0;
  const opened = Number(url.get("row")) || null;

  const columns = useMemo<readonly DataColumn<Row>[]>(
    () => [
      {
        id: "position",
        header: "Row",
        width: 72,
        numeric: true,
        pinned: true,
        cell: (row) => <span className="text-muted">{formatCount(row.position)}</span>,
      },
      {
        id: "input",
        header: "Input",
        width: 260,
        pinned: true,
        cell: (row) => (
          <button
            type="button"
            onClick={() => url.set({ row: String(row.position) }, { push: true })}
            className="block w-full truncate text-left underline-offset-4 hover:underline"
          >
            <bdi>{oneLine(row.input)}</bdi>
          </button>
        ),
      },
      {
        id: "output",
        header: "Gold answer",
        width: 200,
        cell: (row) =>
          row.output === null ? <span className="text-faint">none</span> : <bdi>{oneLine(row.output)}</bdi>,
      },
      { id: "side", header: "Side", width: 100, cell: (row) => <SideMark holdout={row.holdout} /> },
    ],
    [url.set],
  );

  return (
    <div className="space-y-3">
      <FilterBar searchKey="q" searchPlaceholder="Search rows …" filters={filtersOf(version)}>
        <Seen
          version={version}
          shown={rows.length}
          filtered={filtered}
          more={query.hasNextPage}
          loading={query.isFetching}
        />
      </FilterBar>
      <Card flush>
        {query.error && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : null}
        {query.isPending && !query.error ? <SkeletonRows rows={14} columns={3} /> : null}
        {rows.length > 0 ? (
          <DataTable
            label="Rows"
            columns={columns}
            rows={rows}
            rowKey={(row) => String(row.position)}
            grow="input"
            height="68vh"
            selectedKey={opened === null ? null : String(opened)}
            onEnd={() => {
              if (query.hasNextPage && !query.isFetchingNextPage && !(filtered && rows.length < pageRows))
                void query.fetchNextPage();
            }}
          />
        ) : null}
        {pages && rows.length === 0 ? <NothingFound more={query.hasNextPage} /> : null}
        {filtered && query.hasNextPage ? (
          <SearchOn
            searchedTo={Number(pages?.at(-1)?.nextCursor ?? 0)}
            total={version.rowCount}
            pending={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
          />
        ) : null}
      </Card>
      {opened === null ? null : (
        <RowDrawer
          version={version}
          position={opened}
          onMove={(row) => url.set({ row: row === null ? null : String(row) })}
        />
      )}
    </div>
  );
}

function filtersOf(version: VersionDetail) {
  const { labels } = version.report;
  return [
    {
      key: "split",
      label: "Side",
      options: [
        { value: "train", label: "Train" },
        { value: "holdout", label: "Hold-out" },
      ],
    },
    ...(labels.length > 0 && labels.length <= mostLabelOptions
      ? [
          {
            key: "label",
            label: "Gold answer",
            options: labels.map(({ label }) => ({ value: label, label: oneLine(label) })),
          },
        ]
      : []),
    {
      key: "gold",
      label: "Has gold answer",
      options: [
        { value: "yes", label: "With gold answer" },
        { value: "no", label: "Without gold answer" },
      ],
    },
    {
      key: "repeated",
      label: "Repeated",
      options: [
        { value: "duplicates", label: "Repeated inputs" },
        { value: "conflicts", label: "Conflicting answers" },
      ],
    },
  ];
}

type SeenProps = { version: VersionDetail; shown: number; filtered: boolean; more: boolean; loading: boolean };

function Seen({ version, shown, filtered, more, loading }: SeenProps) {
  if (!filtered) return <span className="tnum">{formatCount(version.rowCount)} rows</span>;
  const words = more
    ? `${formatCount(shown)} found so far`
    : `${formatCount(shown)} of ${formatCount(version.rowCount)} rows`;
  return (
    <span className="tnum" role="status">
      {loading && shown === 0 ? "Searching …" : words}
    </span>
  );
}

function NothingFound({ more }: { more: boolean }) {
  const url = useUrlState();
  const clear = () => url.set({ q: null, split: null, label: null, gold: null, repeated: null });
  return (
    <EmptyState
      picture={<SearchX />}
      title={more ? "Nothing found in the part searched so far." : "No row fits these filters."}
      action={
        <Button size="sm" onClick={clear}>
          Show all rows
        </Button>
      }
    />
  );
}

type SearchOnProps = { searchedTo: number; total: number; pending: boolean; onMore: () => void };

/** A search looks at a bounded part of a large version at a time and says how far it came. */
function SearchOn({ searchedTo, total, pending, onMore }: SearchOnProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 border-t p-3 text-sm text-muted">
      <Badge>{formatPercent(searchedTo / total, 0)}</Badge>
      <span className="tnum">
        Searched to row {formatCount(searchedTo)} of {formatCount(total)}.
      </span>
      <Button size="sm" pending={pending} onClick={onMore}>
        Search on
      </Button>
    </div>
  );
}
