"use client";

import { columnVisibilityFeature, createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Columns3 } from "lucide-react";
import { type ReactNode, useMemo, useRef } from "react";
import { IconButton } from "./button.tsx";
import { DropdownMenu } from "./menu.tsx";
import { moveRows, Td, Th, Tr } from "./table.tsx";
import { useUrlState } from "./url-state.ts";

export type DataColumn<T> = {
  id: string;
  header: string;
  unit?: string;
  /** right-aligned figures */
  numeric?: boolean;
  /** px; the column named by `grow` takes what is left */
  width: number;
  cell: (row: T) => ReactNode;
  /** sortable through the URL */
  sortKey?: string;
  /** cannot be hidden */
  pinned?: boolean;
};

type DataTableProps<T> = {
  label: string;
  columns: readonly DataColumn<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** id of the column that takes the remaining width */
  grow: string;
  /** key in the URL for hidden columns; absent: no column picker */
  hiddenKey?: string;
  /** CSS height of the scroll box; only rows in sight are in the document */
  height?: string;
  selectedKey?: string | null;
  /** called when the last rows come into sight: load the next page */
  onEnd?: () => void;
};

const features = tableFeatures({ columnVisibilityFeature });
const rowHeight = 36;

/** A long list: virtual rows of 36 px, column picker, sort in the URL, keyboard as in Table. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, columns, rows, rowKey, grow, hiddenKey, height = "70vh", selectedKey, onEnd } = props;
  const url = useUrlState();
  const hidden = hiddenKey ? url.get(hiddenKey) : "";
  const scroll = useRef<HTMLElement>(null);

  const defs = useMemo(() => {
    const helper = createColumnHelper<typeof features, T>();
    return columns.map((column) =>
      helper.display({ id: column.id, header: column.header, enableHiding: !column.pinned, meta: column }),
    );
  }, [columns]);
  const data = useMemo(() => [...rows], [rows]);
  const columnVisibility = useMemo(
    () =>
      Object.fromEntries(
        hidden
          .split(".")
          .filter(Boolean)
          .map((id) => [id, false]),
      ),
    [hidden],
  );
  const table = useTable({ features, columns: defs, data, getRowId: rowKey, state: { columnVisibility } });
  const byId = new Map(columns.map((column) => [column.id, column]));
  const visible = table.getVisibleLeafColumns().flatMap((column) => byId.get(column.id) ?? []);
  const model = table.getRowModel().rows;

  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    onChange: (instance) => {
      if (onEnd && (instance.range?.endIndex ?? 0) >= model.length - 20) onEnd();
    },
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const least = visible.reduce((sum, column) => sum + column.width, 0);

  return (
    <div className="relative min-w-0">
      {hiddenKey ? (
        <ColumnPicker
          columns={columns}
          hidden={hidden.split(".").filter(Boolean)}
          onChange={(ids) => url.set({ [hiddenKey]: ids.join(".") })}
        />
      ) : null}
      <section
        ref={scroll}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable; j and k start from here
        tabIndex={0}
        onKeyDown={moveRows}
        className="overflow-auto rounded-[inherit] focus-visible:outline-offset-[-2px]"
        style={{ maxHeight: height }}
      >
        <table
          aria-label={label}
          aria-rowcount={rows.length}
          className="w-full table-fixed border-collapse text-sm"
          style={{ minWidth: least }}
        >
          <colgroup>
            {visible.map((column) => (
              <col key={column.id} style={column.id === grow ? undefined : { width: column.width }} />
            ))}
          </colgroup>
          <thead className="sticky top-0 z-10 bg-surface shadow-[inset_0_-1px_0_var(--line)]">
            <tr>
              {visible.map((column) => (
                <Th
                  key={column.id}
                  numeric={column.numeric}
                  unit={column.unit}
                  sortKey={column.sortKey}
                  // room for the column picker
                  className={hiddenKey && column === visible.at(-1) ? "pr-10!" : undefined}
                >
                  {column.header}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {above > 0 ? <tr aria-hidden style={{ height: above }} /> : null}
            {items.map((item) => {
              const row = model[item.index];
              if (!row) return null;
              return (
                <Tr key={row.id} aria-rowindex={item.index + 1} selected={row.id === selectedKey}>
                  {visible.map((column) => (
                    <Td key={column.id} numeric={column.numeric} className="truncate">
                      {column.cell(row.original)}
                    </Td>
                  ))}
                </Tr>
              );
            })}
            {below > 0 ? <tr aria-hidden style={{ height: below }} /> : null}
          </tbody>
        </table>
      </section>
    </div>
  );
}

type ColumnPickerProps = {
  columns: readonly { id: string; header: string; pinned?: boolean }[];
  hidden: readonly string[];
  onChange: (hidden: string[]) => void;
};

function ColumnPicker({ columns, hidden, onChange }: ColumnPickerProps) {
  return (
    <div className="absolute top-0.5 right-1 z-20 bg-surface">
      <DropdownMenu
        label="Columns"
        trigger={
          <IconButton size="sm" label="Columns">
            <Columns3 aria-hidden />
          </IconButton>
        }
        items={[
          { heading: "Columns" },
          ...columns
            .filter((column) => !column.pinned)
            .map((column) => ({
              label: column.header,
              checked: !hidden.includes(column.id),
              onSelect: () =>
                onChange(hidden.includes(column.id) ? hidden.filter((id) => id !== column.id) : [...hidden, column.id]),
            })),
        ]}
      />
    </div>
  );
}
