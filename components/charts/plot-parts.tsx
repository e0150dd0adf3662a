"use client";

import type { ReactNode } from "react";

/** What all Recharts plots share: quiet axes, no animation (live data would flicker), one tooltip. */
const axis = {
  stroke: "var(--line-strong)",
  tick: { fill: "var(--muted)", fontSize: 12 },
  tickLine: false,
  tickMargin: 6,
} as const;

/** Room between the ticks of a horizontal axis, px; a vertical one shows them all. */
export const xAxis = { ...axis, minTickGap: 24 } as const;
export const yAxis = { ...axis, axisLine: false, interval: 0, tickCount: 5 } as const;

export const grid = { stroke: "var(--line)", vertical: false } as const;
export const margin = { top: 8, right: 24, bottom: 4, left: 4 } as const;

type TipProps = {
  title: ReactNode;
  rows: readonly { label: string; color?: string; value: ReactNode }[];
  note?: ReactNode;
};

export function Tip({ title, rows, note }: TipProps) {
  return (
    <div className="max-w-72 rounded-md border bg-raised px-2.5 py-1.5 text-xs shadow-pop">
      <div className="font-medium">{title}</div>
      {rows.map((row) => (
        <div key={row.label} className="tnum flex items-center justify-between gap-4">
          <span className="flex items-center gap-1.5 text-muted">
            {row.color ? <span aria-hidden className="size-2 rounded-full" style={{ background: row.color }} /> : null}
            {row.label}
          </span>
          <span>{row.value}</span>
        </div>
      ))}
      {note ? <div className="mt-1 text-muted">{note}</div> : null}
    </div>
  );
}
