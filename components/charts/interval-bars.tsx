"use client";

import Link from "next/link";
import { useMemo } from "react";
import type { Origin } from "#components/ui/badge.tsx";
import { formatPercent } from "#lib/format.ts";
import { ChartFrame, type ChartFrameProps } from "./chart-frame.tsx";
import { type IntervalRow, type IntervalScale, intervalScale } from "./prepare-intervals.ts";

type IntervalBarsProps = Omit<ChartFrameProps, "table" | "legend" | "height"> & {
  rows: readonly (IntervalRow & { href?: string })[];
  format?: (value: number) => string;
  /** a line through all rows: quality floor, teacher's figure */
  limit?: { value: number; label: string };
};

const shapes: Record<Origin, string> = {
  teacher: "M0-5 4.5 3.5h-9z",
  student: "M4.5 0A4.5 4.5 0 1 1-4.5 0 4.5 4.5 0 1 1 4.5 0z",
  gold: "M0-5.5 5.5 0 0 5.5-5.5 0z",
  baseline: "M-4-4h8v8h-8z",
};

/** Forest plot or leaderboard: per row the figure, its interval as a bar, and the same in digits. */
export function IntervalBars({ rows, format = formatPercent, limit, ...frame }: IntervalBarsProps) {
  const scale = useMemo(() => intervalScale(rows, limit?.value), [rows, limit?.value]);
  const table = {
    columns: [
      { key: "label", label: "Name" },
      { key: "value", label: "Value", format },
      { key: "low", label: "From", format },
      { key: "high", label: "To", format },
    ],
    rows: rows.map(({ label, value, low, high }) => ({ label, value, low, high })),
  };
  return (
    <ChartFrame {...frame} table={table} height={Math.max(120, rows.length * 32 + 48)}>
      <div className="grid grid-cols-[minmax(6rem,14rem)_minmax(0,1fr)_auto] items-center gap-x-3 px-2 text-sm">
        {rows.map((row) => (
          <div key={row.id} className="col-span-3 grid h-8 grid-cols-subgrid items-center">
            <span className="truncate" title={row.label}>
              {row.href ? (
                <Link href={row.href} className="link">
                  {row.label}
                </Link>
              ) : (
                row.label
              )}
            </span>
            <IntervalTrack row={row} scale={scale} limit={limit?.value} />
            <span className="tnum text-right whitespace-nowrap">
              {format(row.value)}
              {row.low == null || row.high == null ? null : (
                <span className="ml-1.5 text-xs text-muted">
                  {format(row.low)}–{format(row.high)}
                </span>
              )}
            </span>
          </div>
        ))}
        <span className="text-xs text-muted">{limit ? `┊ ${limit.label}` : ""}</span>
        <span className="tnum flex justify-between text-xs text-muted">
          <span>{format(scale.min)}</span>
          <span>{format(scale.max)}</span>
        </span>
      </div>
    </ChartFrame>
  );
}

type TrackProps = { row: IntervalRow; scale: IntervalScale; limit?: number | undefined };

/** One interval on its own track; also for table cells of a leaderboard. */
export function IntervalTrack({ row, scale, limit }: TrackProps) {
  const at = (value: number) => `${(scale.share(value) * 100).toFixed(2)}%`;
  const color = `var(--${row.origin ?? "baseline"}-mark)`;
  const { low, high, value } = row;
  return (
    <svg aria-hidden className="h-6 w-full min-w-24 overflow-visible">
      <line x1="0" x2="100%" y1="12" y2="12" stroke="var(--line)" />
      {limit === undefined ? null : (
        <line x1={at(limit)} x2={at(limit)} y1="-4" y2="28" stroke="var(--ink)" strokeDasharray="2 3" />
      )}
      {low == null || high == null ? null : (
        <>
          <line x1={at(low)} x2={at(high)} y1="12" y2="12" stroke={color} strokeWidth="6" strokeOpacity="0.35" />
          <line x1={at(low)} x2={at(low)} y1="7" y2="17" stroke={color} strokeWidth="1.5" />
          <line x1={at(high)} x2={at(high)} y1="7" y2="17" stroke={color} strokeWidth="1.5" />
        </>
      )}
      <svg aria-hidden x={at(value)} y="12" className="overflow-visible">
        <path d={shapes[row.origin ?? "baseline"]} fill={color} stroke="var(--surface)" />
      </svg>
    </svg>
  );
}
