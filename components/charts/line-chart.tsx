"use client";

import dynamic from "next/dynamic";
import { useMemo, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { plural } from "#lib/format.ts";
import { ChartFrame, type ChartFrameProps } from "./chart-frame.tsx";
import type { LinePlotProps } from "./line-plot.tsx";
import { prepareLines, type Series } from "./prepare-lines.ts";

// Recharts is loaded by pages that draw, when they draw
const LinePlot = dynamic(() => import("./line-plot.tsx"), {
  ssr: false,
  loading: () => <Skeleton className="h-full" />,
});

type LineChartProps = Omit<ChartFrameProps, "table" | "legend" | "actions" | "hint"> &
  Pick<LinePlotProps, "xLabel" | "formatX" | "formatY" | "limit" | "fromZero"> & {
    series: readonly Series[];
    hint?: string;
    /** offers a logarithmic value axis */
    canLog?: boolean;
  };

/** Values over steps or time; any number of points, bands of least and greatest value where they were thinned out. */
export function LineChart({
  series,
  canLog = false,
  xLabel,
  formatX,
  formatY,
  limit,
  fromZero,
  ...frame
}: LineChartProps) {
  const [log, setLog] = useState(false);
  const height = frame.height ?? 260;
  const lines = useMemo(() => prepareLines(series, { log }), [series, log]);
  const table = useMemo(
    () => ({
      columns: [
        { key: "x", label: xLabel, ...(formatX ? { format: formatX } : {}) },
        ...lines.series.map(({ key, label }) => ({ key, label, ...(formatY ? { format: formatY } : {}) })),
      ],
      rows: lines.rows.map((row) =>
        Object.fromEntries(
          ["x", ...lines.series.map(({ key }) => key)].map((key) => [key, row[key] as number | undefined]),
        ),
      ),
    }),
    [lines, xLabel, formatX, formatY],
  );
  const thinned = lines.series.some((line) => line.banded);
  const notes = [
    frame.hint,
    thinned ? "The band spans least to greatest." : null,
    lines.hidden > 0 ? `${plural(lines.hidden, "point")} at or below zero cannot be shown on this axis.` : null,
  ]
    .filter(Boolean)
    .join(" ");
  return (
    <ChartFrame
      {...frame}
      hint={notes}
      table={table}
      legend={lines.series.length > 1 ? lines.series.map(({ label, color, dash }) => ({ label, color, dash })) : []}
      actions={
        canLog ? (
          <Button size="sm" variant="ghost" aria-pressed={log} onClick={() => setLog(!log)}>
            {log ? "Log" : "Linear"}
          </Button>
        ) : null
      }
    >
      <div style={{ height }}>
        <LinePlot {...{ lines, height, log, xLabel, formatX, formatY, limit, fromZero }} title={frame.title} />
      </div>
    </ChartFrame>
  );
}
