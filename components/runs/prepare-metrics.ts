import type { Series } from "#components/charts/prepare-lines.ts";
import { formatDuration, formatFigure, formatMoney, formatPercent } from "#lib/format.ts";
import type { Run, RunEvent } from "#lib/runs/schema.ts";
import { humanize } from "./words.ts";

type Value = "figure" | "percent" | "money" | "duration";

type ChartSpec = {
  /** in the exported files' names */
  id: string;
  title: string;
  unit?: string;
  /** metric -> its name in the legend, in drawing order */
  keys: Record<string, string>;
  value?: Value;
  canLog?: boolean;
  fromZero?: boolean;
};

/** Runs that ask a teacher. */
const asking = (nouns: string, unit: string): readonly ChartSpec[] => [
  { id: "rate", title: "How fast do answers arrive?", unit, keys: { ratePerSec: `${nouns} a second` } },
  { id: "spend", title: "How much is spent?", unit: "USD", keys: { spentMicros: "Spent" }, value: "money" },
  {
    id: "errors",
    title: "What goes wrong?",
    unit: "so far",
    keys: { rejected: "Answers rejected", failed: "Requests failed" },
  },
  {
    id: "latency",
    title: "How long does the teacher take?",
    keys: { latencyP50Ms: "p50", latencyP95Ms: "p95" },
    value: "duration",
  },
];

/** What is worth a chart in each kind of run. Metrics that no chart names still get one of their own. */
const specs: Record<Run["kind"], readonly ChartSpec[]> = {
  import: [{ id: "rate", title: "How fast are rows stored?", unit: "rows/s", keys: { rowsPerSec: "Rows a second" } }],
  generation: asking("Rows", "rows/s"),
  finetune: [
    {
      id: "loss",
      title: "Does the loss still fall?",
      keys: {
        loss: "Training",
        train_loss: "Training",
        eval_loss: "Validation",
        loss_ce: "Cross-entropy",
        loss_kd: "Distillation (KL)",
        loss_hidden: "Hidden states",
      },
      canLog: true,
    },
    {
      id: "accuracy",
      title: "Does it get better on rows it has not seen?",
      keys: {
        accuracy: "Training",
        train_accuracy: "Training",
        eval_accuracy: "Validation",
        validation_accuracy: "Validation",
        eval_macro_f1: "Validation macro-F1",
      },
      value: "percent",
      fromZero: false,
    },
    { id: "learning-rate", title: "Learning rate", keys: { learning_rate: "Learning rate" } },
  ],
  evaluation: [
    { id: "rate", title: "How fast does the student answer?", unit: "rows/s", keys: { ratePerSec: "Rows a second" } },
  ],
  fetch: [],
  derive: [],
  synthesis: asking("Requests", "requests/s"),
  quality: [],
};

/** Not drawn: places on the x axis, and totals that the progress shows. */
const notDrawn = new Set(["step", "epoch", "total", "total_steps", "attempt", "phase", "rows", "inFlight"]);

type MetricChart = Omit<ChartSpec, "keys" | "value"> & { series: Series[]; format: (value: number) => string };

const formats: Record<Value, (value: number) => string> = {
  figure: (value) => formatFigure(value),
  percent: (value) => formatPercent(value),
  money: (value) => formatMoney(value),
  duration: (value) => formatDuration(value),
};

type PreparedMetrics = {
  charts: MetricChart[];
  xLabel: "Step" | "After";
  formatX: (x: number) => string;
};

/**
 * Charts of a run from its metric events. x is the training step where there is one, else ms since the first point. Values that are
 * no finite numbers (a loss gone NaN arrives as text) are left out; the log has them.
 */
export function prepareMetrics(kind: Run["kind"], events: readonly RunEvent[]): PreparedMetrics {
  const stepped = events.some((event) => typeof event.data.step === "number");
  const start = events[0] ? Date.parse(events[0].at) : 0;
  const byKey = new Map<string, { x: number; y: number }[]>();
  for (const event of events) {
    const x = stepped ? event.data.step : Date.parse(event.at) - start;
    if (typeof x !== "number") continue;
    for (const [key, y] of Object.entries(event.data)) {
      if (notDrawn.has(key) || typeof y !== "number" || !Number.isFinite(y)) continue;
      const points = byKey.get(key) ?? [];
      points.push({ x, y });
      byKey.set(key, points);
    }
  }
  const charts = specs[kind].flatMap(({ keys, value = "figure", ...spec }) => {
    const series = Object.entries(keys).flatMap(([key, label]) => {
      const points = byKey.get(key);
      byKey.delete(key);
      return points ? [{ label, points }] : [];
    });
    return series.length > 0 ? [{ ...spec, series, format: formats[value] }] : [];
  });
  const others = [...byKey].map(([key, points]) => ({
    id: key,
    title: humanize(key),
    series: [{ label: humanize(key), points }],
    format: formats.figure,
  }));
  return {
    charts: [...charts, ...others],
    xLabel: stepped ? "Step" : "After",
    formatX: stepped ? (x) => x.toLocaleString("en-US") : (ms) => (ms < 1_000 ? "0 s" : formatDuration(ms)),
  };
}
