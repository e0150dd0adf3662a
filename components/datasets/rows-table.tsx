"use client";

import { SearchX } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { versionCount } from "#lib/datasets/rows-schema.ts";
import { versionRows } from "#lib/datasets/schema.ts";
import { useEndpoint, usePages } from "#lib/http/client.tsx";
import { BulkBar, type Picked } from "./bulk-bar.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { LengthFilter } from "./length-filter.tsx";
import { RowDrawer } from "./row-drawer.tsx";
import { filterKeys, filterOf, sortOf } from "./row-filter.ts";
import { rowColumns } from "./rows-columns.tsx";
import { filtersOf } from "./rows-filters.ts";
import { SearchOn, Seen } from "./rows-seen.tsx";
import type { VersionDetail } from "./version-detail.ts";
import { ViewsMenu } from "./views-menu.tsx";

const pageRows = 200;
const none: Picked = { positions: new Set(), all: false };

/** All rows, a window of them in the document at a time; filters, order, columns and the opened row are in the address. */
export function RowsTable({ version }: { version: VersionDetail }) {
  const url = useUrlState();
  const viewer = useViewer();
  const filter = filterOf(url.get);
  const sort = sortOf(url.get);
  const filtered = Object.keys(filter).length > 0;
  const of = { datasetVersionId: version.id, ...filter };
  const query = usePages(versionRows, { ...of, limit: pageRows, sort });
  const counted = useEndpoint(versionCount, of, { enabled: filtered, staleTime: Number.POSITIVE_INFINITY });
  const count = filtered ? (counted.data ?? null) : { rows: version.rowCount, exact: true };
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const opened = Number(url.get("row")) || null;

  const [picked, setPicked] = useState<Picked>(none);
  const asked = JSON.stringify([version.id, filter]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was picked belongs to the filter that it was picked in
  useEffect(() => setPicked(none), [asked]);
  const mayChange = viewer.can("data.write");

  const columns = useMemo(
    () =>
      rowColumns({
        onOpen: (position) => url.set({ row: String(position) }, { push: true }),
        pick: mayChange
          ? {
              isPicked: (position) => picked.all || picked.positions.has(position),
              onPick: (position, on) =>
                setPicked((before) => {
                  const positions = new Set(before.all ? [] : before.positions);
                  if (on) positions.add(position);
                  else positions.delete(position);
                  return { positions, all: false };
                }),
            }
          : null,
      }),
    [url.set, picked, mayChange],
  );

  return (
    <div className="space-y-3">
      <FilterBar searchKey="q" searchPlaceholder="Search rows …" filters={filtersOf(version)} moreKeys={filterKeys}>
        <LengthFilter />
        <Seen version={version} filtered={filtered} count={count} counting={counted.isFetching} />
        <ViewsMenu projectId={version.projectId} />
        {filtered ? (
          <ExportMenu datasetVersionId={version.id} filter={filter} label="Download these" size="sm" />
        ) : null}
      </FilterBar>
      {picked.all || picked.positions.size > 0 ? (
        <BulkBar
          version={version}
          filter={filter}
          picked={picked}
          count={count}
          onPickAll={() => setPicked({ positions: new Set(), all: true })}
          onClear={() => setPicked(none)}
        />
      ) : null}
      <Card flush>
        {query.error && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : null}
        {query.isPending && !query.error ? <SkeletonRows rows={14} columns={4} /> : null}
        {rows.length > 0 ? (
          <DataTable
            label="Rows"
            columns={columns}
            rows={rows}
            rowKey={(row) => String(row.position)}
            grow="input"
            hiddenKey="hide"
            height="68vh"
            selectedKey={opened === null ? null : String(opened)}
            onEnd={() => {
              if (query.hasNextPage && !query.isFetchingNextPage && !(filtered && rows.length < pageRows))
                void query.fetchNextPage();
            }}
          />
        ) : null}
        {pages && rows.length === 0 ? <NothingFound more={query.hasNextPage} /> : null}
        {filtered && query.hasNextPage && sort === "position" && rows.length < pageRows ? (
          <SearchOn
            version={version}
            searchedTo={Number(pages?.at(-1)?.nextCursor ?? 0)}
            pending={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
          />
        ) : null}
      </Card>
      {opened === null ? null : (
        <RowDrawer
          version={version}
          position={opened}
          listed={rows}
          onMove={(row) => url.set({ row: row === null ? null : String(row) })}
        />
      )}
    </div>
  );
}

function NothingFound({ more }: { more: boolean }) {
  const url = useUrlState();
  return (
    <EmptyState
      picture={<SearchX />}
      title={more ? "Nothing found in the part searched so far." : "No row fits these filters."}
      action={
        <Button size="sm" onClick={() => url.set(Object.fromEntries(filterKeys.map((key) => [key, null])))}>
          Show all rows
        </Button>
      }
    />
  );
}
