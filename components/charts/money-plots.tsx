"use client";

import {
  Area,
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { exactMoney, formatMoney, formatMoneyCompact } from "#lib/format.ts";
import { grid, margin, Tip, xAxis, yAxis } from "./plot-parts.tsx";
import type { prepareCash, WaterfallBar } from "./prepare-money.ts";

const barColors = { total: "var(--baseline-mark)", up: "var(--good-mark)", down: "var(--bad-mark)" } as const;

export function WaterfallPlot({
  bars,
  height,
  title,
}: {
  bars: readonly WaterfallBar[];
  height: number;
  title: string;
}) {
  return (
    <ResponsiveContainer width="100%" height={height}>
      <BarChart data={[...bars]} margin={{ ...margin, top: 20 }} title={title} accessibilityLayer>
        <CartesianGrid {...grid} />
        <XAxis dataKey="label" {...xAxis} interval={0} minTickGap={0} tick={StepName} height={40} />
        <YAxis tickFormatter={formatMoneyCompact} width={64} {...yAxis} />
        <ReferenceLine y={0} stroke="var(--line-strong)" />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: "var(--hover)", fillOpacity: 0.6 }}
          content={({ active, payload }) => {
            const bar = payload?.[0]?.payload as WaterfallBar | undefined;
            if (!active || !bar) return null;
            return (
              <Tip
                title={bar.label}
                rows={[{ label: bar.kind === "total" ? "Total" : "Change", value: exactMoney(bar.micros) }]}
              />
            );
          }}
        />
        <Bar
          dataKey="range"
          isAnimationActive={false}
          maxBarSize={72}
          radius={2}
          label={({
            x,
            y,
            width,
            index,
          }: {
            x?: number | string;
            y?: number | string;
            width?: number | string;
            index?: number;
          }) => (
            <text
              x={Number(x) + Number(width) / 2}
              y={Number(y) - 6}
              textAnchor="middle"
              fontSize={12}
              fill="var(--ink)"
            >
              {signed(bars[index ?? 0])}
            </text>
          )}
        >
          {bars.map((bar) => (
            <Cell key={bar.id} fill={barColors[bar.kind]} />
          ))}
        </Bar>
      </BarChart>
    </ResponsiveContainer>
  );
}

type TickProps = { x?: number | string; y?: number | string; payload?: { value?: unknown } };

/** A word a line, so that names stay apart on a phone. */
function StepName({ x, y, payload }: TickProps) {
  return (
    <text x={x} y={y} textAnchor="middle" fontSize={12} fill="var(--muted)">
      {String(payload?.value ?? "")
        .split(" ")
        .map((word, line) => (
          <tspan key={word} x={x} dy={line === 0 ? 10 : 14}>
            {word}
          </tspan>
        ))}
    </text>
  );
}

/** Short: the exact figure is in the tooltip and the table. */
function signed(bar: WaterfallBar | undefined): string {
  if (!bar) return "";
  return `${bar.kind === "up" ? "+" : ""}${formatMoneyCompact(bar.micros)}`;
}

type CashPlotProps = {
  cash: ReturnType<typeof prepareCash>;
  height: number;
  title: string;
  xLabel: string;
  formatX: (x: number) => string;
};

export function CashPlot({ cash, height, title, xLabel, formatX }: CashPlotProps) {
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart data={cash.rows} margin={{ ...margin, top: 20, right: 24 }} title={title} accessibilityLayer>
        <CartesianGrid {...grid} />
        <XAxis dataKey="x" type="number" domain={["dataMin", "dataMax"]} tickFormatter={formatX} {...xAxis} />
        <YAxis tickFormatter={formatMoneyCompact} width={64} {...yAxis} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--line-strong)" }}
          content={({ active, payload }) => {
            const row = payload?.[0]?.payload as (typeof cash.rows)[number] | undefined;
            if (!active || !row) return null;
            const rows = [{ label: "Expected", color: "var(--student-mark)", value: formatMoney(row.micros) }];
            if (row.band)
              rows.push({
                label: "Likely",
                color: "",
                value: `${formatMoney(row.band[0])} to ${formatMoney(row.band[1])}`,
              });
            return <Tip title={`${xLabel} ${formatX(row.x)}`} rows={rows} />;
          }}
        />
        <Area
          dataKey="band"
          stroke="none"
          fill="var(--student-mark)"
          fillOpacity={0.18}
          isAnimationActive={false}
          activeDot={false}
        />
        <ReferenceLine y={0} stroke="var(--line-strong)" />
        <Line dataKey="micros" stroke="var(--student-mark)" strokeWidth={2} dot={false} isAnimationActive={false} />
        {cash.breakEven === null ? null : (
          <ReferenceLine
            x={cash.breakEven}
            stroke="var(--ink)"
            strokeDasharray="3 3"
            label={{
              value: `Break-even ${formatX(cash.breakEven)}`,
              position: "top",
              fill: "var(--ink)",
              fontSize: 12,
            }}
          />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
