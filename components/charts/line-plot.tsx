"use client";

import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { formatCompact, formatFigure } from "#lib/format.ts";
import { grid, margin, Tip, xAxis, yAxis } from "./plot-parts.tsx";
import type { LineRow, PreparedLines } from "./prepare-lines.ts";

export type LinePlotProps = {
  lines: PreparedLines;
  height: number;
  /** accessible name */
  title: string;
  log: boolean;
  xLabel: string;
  formatX?: ((x: number) => string) | undefined;
  formatY?: ((y: number) => string) | undefined;
  limit?: { value: number; label: string } | undefined;
  /** y axis from zero; default: true on a linear axis */
  fromZero?: boolean | undefined;
};

export default function LinePlot(props: LinePlotProps) {
  const {
    lines,
    height,
    title,
    log,
    xLabel,
    formatX = formatCompact,
    formatY = formatFigure,
    limit,
    fromZero = true,
  } = props;
  const single = lines.rows.length === 1;
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart data={lines.rows} margin={margin} title={title} accessibilityLayer>
        <CartesianGrid {...grid} />
        <XAxis dataKey="x" type="number" domain={["dataMin", "dataMax"]} tickFormatter={formatX} {...xAxis} />
        <YAxis
          scale={log ? "log" : "linear"}
          domain={log ? ["auto", "auto"] : [fromZero ? 0 : "auto", "auto"]}
          allowDataOverflow={log}
          tickFormatter={formatY}
          width={64}
          {...yAxis}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--line-strong)" }}
          content={({ active, payload }) => {
            const row = payload?.[0]?.payload as LineRow | undefined;
            if (!active || !row) return null;
            return <Tip title={`${xLabel} ${formatX(row.x)}`} rows={tipRows(lines, row, formatY)} />;
          }}
        />
        {lines.series.map(({ key, color, banded }) =>
          banded ? (
            <Area
              key={`${key}band`}
              dataKey={`${key}band`}
              stroke="none"
              fill={color}
              fillOpacity={0.18}
              isAnimationActive={false}
              activeDot={false}
              connectNulls
              legendType="none"
            />
          ) : null,
        )}
        {lines.series.map(({ key, label, color, dash }) => (
          <Line
            key={key}
            dataKey={key}
            name={label}
            stroke={color}
            strokeWidth={1.75}
            strokeDasharray={dash}
            dot={single ? { r: 3, fill: color } : false}
            isAnimationActive={false}
            connectNulls
          />
        ))}
        {limit ? (
          <ReferenceLine
            y={limit.value}
            stroke="var(--ink)"
            strokeDasharray="2 4"
            ifOverflow="extendDomain"
            label={{ value: limit.label, position: "insideTopRight", fill: "var(--muted)", fontSize: 12 }}
          />
        ) : null}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function tipRows(lines: PreparedLines, row: LineRow, formatY: (y: number) => string) {
  return lines.series.flatMap(({ key, label, color }) => {
    const value = row[key];
    const band = row[`${key}band`];
    if (typeof value !== "number") return [];
    const range = Array.isArray(band) ? ` (${formatY(band[0])}–${formatY(band[1])})` : "";
    return [{ label, color, value: `${formatY(value)}${range}` }];
  });
}
