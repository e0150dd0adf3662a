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
  if (charts.length === 0 && !events.error && (isOver(run.state) || !events.loading)) {
    return isOver(run.state) ? null : (
      <LineChart
        title="Figures over time"
        fileName={`run-${run.id}`}
        series={[]}
        xLabel="After"
        empty="The first figures come within seconds of the start."
        height={200}
      />
    );
  }
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {events.loading || events.error ? (
        <LineChart
          title="Figures over time"
          fileName={`run-${run.id}`}
          series={[]}
          xLabel={xLabel}
          loading={events.loading}
          error={events.error}
          onRetry={events.retry}
          height={220}
        />
      ) : (
        charts.map(({ id, format, ...chart }) => (
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
        ))
      )}
    </div>
  );
}
