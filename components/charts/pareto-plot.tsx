"use client";

import {
  CartesianGrid,
  ErrorBar,
  LabelList,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { formatPercent, formatPercentInterval } from "#lib/format.ts";
import { grid, margin, Tip, xAxis, yAxis } from "./plot-parts.tsx";
import { decades, type ParetoPoint } from "./prepare-pareto.ts";

type ParetoPlotProps = {
  points: readonly ParetoPoint[];
  line: readonly ParetoPoint[];
  height: number;
  title: string;
  costLabel: string;
  formatCost: (cost: number) => string;
  log: boolean;
  onOpen?: ((point: ParetoPoint) => void) | undefined;
};

const shapes = { teacher: "triangle", student: "circle", baseline: "square" } as const;
const origins = ["teacher", "student", "baseline"] as const;

export default function ParetoPlot({
  points,
  line,
  height,
  title,
  costLabel,
  formatCost,
  log,
  onOpen,
}: ParetoPlotProps) {
  const ticks = log ? decades(points.map((point) => point.cost)) : [];
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ScatterChart margin={{ ...margin, top: 20, right: 72 }} title={title} accessibilityLayer>
        <CartesianGrid {...grid} />
        <XAxis
          dataKey="cost"
          type="number"
          scale={log ? "log" : "linear"}
          domain={log ? [ticks[0] ?? "auto", ticks.at(-1) ?? "auto"] : [0, "auto"]}
          {...(log ? { ticks } : {})}
          tickFormatter={formatCost}
          {...xAxis}
        />
        <YAxis
          dataKey="quality"
          type="number"
          domain={["auto", "auto"]}
          tickFormatter={(value: number) => formatPercent(value, 0)}
          width={56}
          {...yAxis}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={false}
          content={({ active, payload }) => {
            const point = payload?.[0]?.payload as ParetoPoint | undefined;
            if (!active || !point) return null;
            const interval = point.low == null || point.high == null ? null : { low: point.low, high: point.high };
            return (
              <Tip
                title={point.label}
                rows={[
                  { label: "Quality", value: formatPercentInterval(point.quality, interval) },
                  { label: costLabel, value: formatCost(point.cost) },
                ]}
                note={point.best ? "Nothing here is both better and cheaper." : undefined}
              />
            );
          }}
        />
        <Scatter
          data={[...line]}
          line={{ stroke: "var(--line-strong)", strokeDasharray: "4 3" }}
          shape={() => <g />}
          isAnimationActive={false}
          tooltipType="none"
        />
        {origins.map((origin) => (
          <Scatter
            key={origin}
            data={points.filter((point) => point.origin === origin)}
            fill={`var(--${origin}-mark)`}
            shape={shapes[origin]}
            isAnimationActive={false}
            onClick={(point: { payload?: ParetoPoint }) => point.payload && onOpen?.(point.payload)}
            className={onOpen ? "cursor-pointer" : undefined}
          >
            <ErrorBar
              dataKey="error"
              direction="y"
              width={4}
              stroke={`var(--${origin}-mark)`}
              isAnimationActive={false}
            />
            <LabelList dataKey="label" position="right" offset={8} fill="var(--muted)" fontSize={12} />
          </Scatter>
        ))}
      </ScatterChart>
    </ResponsiveContainer>
  );
}
