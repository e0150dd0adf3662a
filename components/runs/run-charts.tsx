"use client";

import { useMemo } from "react";
import { LineChart } from "#components/charts/line-chart.tsx";
import { formatMoney } from "#lib/format.ts";
import type { RunDetail } from "#lib/runs/schema.ts";
import { prepareMetrics } from "./prepare-metrics.ts";
import { useRunEvents } from "./use-run-events.ts";
import { isOver } from "./words.ts";

/** One chart per group of metrics, growing while the run works. */
export function RunCharts({ run }: { run: RunDetail }) {
  const events = useRunEvents(run.id, { type: "metric" });
  const { charts, xLabel, formatX } = useMemo(() => prepareMetrics(run.kind, events.items), [run.kind, events.items]);
  const cap = run.payload.capMicros;
  const frame = { title: "Figures over time", fileName: `run-${run.id}`, series: [], xLabel, height: 220 };
  if (events.loading || events.error)
    return <LineChart {...frame} loading={events.loading} error={events.error} onRetry={events.retry} />;
  if (charts.length === 0) {
    return isOver(run.state) ? null : (
      <LineChart {...frame} empty="The first figures come within seconds of the start." />
    );
  }
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {charts.map(({ id, format, ...chart }) => (
        <LineChart
          key={id}
          {...chart}
          fileName={`run-${run.id}-${id}`}
          xLabel={xLabel}
          formatX={formatX}
          formatY={format}
          height={220}
          limit={
            id === "spend" && typeof cap === "number" ? { value: cap, label: `Cap ${formatMoney(cap)}` } : undefined
          }
        />
      ))}
    </div>
  );
}
