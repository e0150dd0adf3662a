"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { formatPercent } from "#lib/format.ts";
import { ChartFrame, type ChartFrameProps } from "./chart-frame.tsx";
import { type Candidate, preparePareto } from "./prepare-pareto.ts";

const ParetoPlot = dynamic(() => import("./pareto-plot.tsx"), {
  ssr: false,
  loading: () => <Skeleton className="h-full" />,
});

type ParetoChartProps = Omit<ChartFrameProps, "table" | "legend"> & {
  candidates: readonly Candidate[];
  /** "Cost per 1,000 requests" */
  costLabel: string;
  formatCost: (cost: number) => string;
  /** logarithmic cost axis: for costs that differ by orders of magnitude; zero costs need a linear one */
  log?: boolean;
};

const marks = {
  teacher: { label: "Teacher", shape: "triangle", color: "var(--teacher-mark)" },
  student: { label: "Student", shape: "circle", color: "var(--student-mark)" },
  baseline: { label: "Baseline", shape: "bar", color: "var(--baseline-mark)" },
} as const;

/** Quality against cost: each candidate a mark with its interval; the dashed line joins those that nothing beats. */
export function ParetoChart({ candidates, costLabel, formatCost, log = false, ...frame }: ParetoChartProps) {
  const router = useRouter();
  const height = frame.height ?? 300;
  const { points, line } = useMemo(() => preparePareto(candidates), [candidates]);
  const canLog = log && points.every((point) => point.cost > 0);
  const table = {
    columns: [
      { key: "label", label: "Name" },
      { key: "cost", label: costLabel, format: formatCost },
      { key: "quality", label: "Quality", format: (value: number) => formatPercent(value) },
      { key: "low", label: "From", format: (value: number) => formatPercent(value) },
      { key: "high", label: "To", format: (value: number) => formatPercent(value) },
      { key: "best", label: "On the Pareto line" },
    ],
    rows: points.map(({ label, cost, quality, low, high, best }) => ({
      label,
      cost,
      quality,
      low,
      high,
      best: best ? "yes" : "no",
    })),
  };
  const present = Object.entries(marks).filter(([origin]) => points.some((point) => point.origin === origin));
  return (
    <ChartFrame
      {...frame}
      height={height}
      table={table}
      legend={[...present.map(([, mark]) => mark), { label: "Pareto line", color: "var(--line-strong)", dash: "4 3" }]}
    >
      <div style={{ height }}>
        <ParetoPlot
          {...{ points, line, height, costLabel, formatCost }}
          title={frame.title}
          log={canLog}
          onOpen={(point) => point.href && router.push(point.href)}
        />
      </div>
      <p className="px-2 text-right text-xs text-muted">{costLabel} →</p>
    </ChartFrame>
  );
}
