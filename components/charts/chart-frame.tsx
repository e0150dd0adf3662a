"use client";

import { BarChart3, ClipboardCopy, Download, Ellipsis, ImageDown, Table2 } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { toast } from "sonner";
import { IconButton } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { formatFigure } from "#lib/format.ts";
import { type ChartTable, saveFile, toCsv, toPng } from "./export.ts";

type LegendItem = {
  /** in words */
  label: string;
  color: string;
  shape?: "line" | "bar" | "band" | "circle" | "triangle" | "diamond";
  dash?: string | undefined;
};

export type ChartFrameProps = {
  /** a question or a finding: "Does the loss still fall?" */
  title: string;
  /** one sentence under it, such as what the band means */
  hint?: ReactNode;
  /** unit of the values, such as "rows/s" */
  unit?: string;
  legend?: readonly LegendItem[];
  /** the figures behind the drawing */
  table: ChartTable;
  /** without extension */
  fileName: string;
  /** px; the same in every state, so that nothing moves */
  height?: number;
  loading?: boolean;
  error?: unknown;
  onRetry?: () => void;
  /** one sentence shown in place of a drawing without rows */
  empty?: string;
  /** switches of the chart, such as linear and log */
  actions?: ReactNode;
};

/** Title, unit, legend in words, table view, copy as PNG and CSV, and the empty, loading and error states of a chart. */
export function ChartFrame({ children, ...props }: ChartFrameProps & { children: ReactNode }) {
  const {
    title,
    hint,
    unit,
    legend = [],
    table,
    fileName,
    height = 260,
    loading = false,
    error,
    onRetry,
    empty,
    actions,
  } = props;
  const [view, setView] = useState<"chart" | "table">("chart");
  const body = useRef<HTMLDivElement>(null);
  const isEmpty = !loading && !error && table.rows.length === 0;
  const usable = !loading && !error && !isEmpty;

  async function withPng(use: (blob: Blob) => Promise<void> | void) {
    const svg = body.current?.querySelector<SVGSVGElement>("svg[role=application], svg.recharts-surface, svg");
    try {
      if (!svg) throw new Error("no drawing");
      await use(await toPng(svg, title, legend));
    } catch {
      toast.error("The picture could not be made. The CSV has the same figures.");
    }
  }
  const onSave = () => withPng((blob) => saveFile(blob, `${fileName}.png`));
  const onCopy = () =>
    withPng(async (blob) => {
      try {
        await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        toast.success("Copied as a picture.");
      } catch {
        // no clipboard on plain http: a file serves as well
        saveFile(blob, `${fileName}.png`);
      }
    });

  return (
    <figure className="flex min-w-0 flex-col rounded-lg border bg-surface">
      <figcaption className="flex items-start justify-between gap-2 px-4 pt-3">
        <div className="min-w-0">
          <h2>
            {title}
            {unit ? <span className="ml-2 text-xs font-normal text-muted">{unit}</span> : null}
          </h2>
          {hint ? <p className="mt-0.5 text-xs text-muted">{hint}</p> : null}
        </div>
        <div className="no-print flex shrink-0 items-center gap-1">
          {actions}
          <IconButton
            size="sm"
            label={view === "chart" ? "Show as table" : "Show as chart"}
            disabled={!usable}
            onClick={() => setView(view === "chart" ? "table" : "chart")}
          >
            {view === "chart" ? <Table2 aria-hidden /> : <BarChart3 aria-hidden />}
          </IconButton>
          <DropdownMenu
            label={`Export ${title}`}
            trigger={
              <IconButton size="sm" label="Export" disabled={!usable}>
                <Ellipsis aria-hidden />
              </IconButton>
            }
            items={[
              {
                label: "Copy as PNG",
                icon: <ClipboardCopy aria-hidden />,
                onSelect: onCopy,
                disabledReason: view === "table" && "Show the chart first",
              },
              {
                label: "Download PNG",
                icon: <ImageDown aria-hidden />,
                onSelect: onSave,
                disabledReason: view === "table" && "Show the chart first",
              },
              {
                label: "Download CSV",
                icon: <Download aria-hidden />,
                onSelect: () =>
                  saveFile(new Blob([toCsv(table)], { type: "text/csv;charset=utf-8" }), `${fileName}.csv`),
              },
            ]}
          />
        </div>
      </figcaption>
      {legend.length > 0 ? <Legend items={legend} /> : null}
      <div ref={body} className="min-w-0 flex-1 px-2 pt-2 pb-3" style={{ minHeight: height + 20 }}>
        {loading ? (
          <div role="status" aria-label={`Loading ${title}`}>
            <span className="block" style={{ height }}>
              <Skeleton className="h-full w-full" />
            </span>
          </div>
        ) : error ? (
          <ErrorState error={error} onRetry={onRetry} />
        ) : isEmpty ? (
          <div className="grid place-items-center" style={{ height }}>
            <EmptyState title={empty ?? "No figures yet."} picture={<BarChart3 />} />
          </div>
        ) : view === "table" ? (
          <FigureTable title={title} table={table} height={height} />
        ) : (
          children
        )}
      </div>
    </figure>
  );
}

function Legend({ items }: { items: readonly LegendItem[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 px-4 pt-1.5 text-xs text-muted">
      {items.map((item) => (
        <li key={item.label} className="flex items-center gap-1.5">
          <LegendMark item={item} />
          {item.label}
        </li>
      ))}
    </ul>
  );
}

function LegendMark({ item: { shape = "line", color, dash } }: { item: LegendItem }) {
  return (
    <svg aria-hidden viewBox="0 0 16 10" className="h-2.5 w-4 shrink-0" style={{ color }}>
      {shape === "line" ? <path d="M0 5h16" stroke="currentColor" strokeWidth="2" strokeDasharray={dash} /> : null}
      {shape === "bar" ? <rect x="3" y="0" width="10" height="10" rx="1.5" fill="currentColor" /> : null}
      {shape === "band" ? <rect width="16" height="10" rx="1.5" fill="currentColor" opacity="0.25" /> : null}
      {shape === "circle" ? <circle cx="8" cy="5" r="4" fill="currentColor" /> : null}
      {shape === "triangle" ? <path d="M8 .5 13 9.5H3z" fill="currentColor" /> : null}
      {shape === "diamond" ? <path d="m8 0 5 5-5 5-5-5z" fill="currentColor" /> : null}
    </svg>
  );
}

/** More rows than this are for the CSV. */
const mostRows = 500;

function FigureTable({ title, table, height }: { title: string; table: ChartTable; height: number }) {
  const numeric = (key: string) => table.rows.some((row) => typeof row[key] === "number");
  return (
    <Table label={title} compact maxHeight={`${height}px`}>
      <TableHead>
        {table.columns.map((column) => (
          <Th key={column.key} numeric={numeric(column.key)}>
            {column.label}
          </Th>
        ))}
      </TableHead>
      <tbody>
        {table.rows.slice(0, mostRows).map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: figures have no identity beyond their place
          <Tr key={index}>
            {table.columns.map(({ key, format = formatFigure }) => {
              const value = row[key];
              return (
                <Td key={key} numeric={numeric(key)}>
                  {typeof value === "number" ? format(value) : (value ?? "–")}
                </Td>
              );
            })}
          </Tr>
        ))}
        {table.rows.length > mostRows ? (
          <tr>
            <Td colSpan={table.columns.length} className="text-muted">
              The first {mostRows} of {table.rows.length}. The CSV has them all.
            </Td>
          </tr>
        ) : null}
      </tbody>
    </Table>
  );
}
