import { formatBytes, formatCount, formatDuration, formatMoney, formatPercent } from "#lib/format.ts";
import { Z80, Z95 } from "#lib/metrics/distributions.ts";
import type { LatencySummary } from "#lib/metrics/latency.ts";
import type { Check, CheckOutcome, EvaluationReport, View } from "./report.ts";

/** The task's limits as they stood when the evaluation ran, and what the project has spent. */
export type Limits = {
  minQuality: number | null;
  maxP95LatencyMs: number | null;
  maxMemoryBytes: number | null;
  budgetMicros: number | null;
  spentMicros: number;
  /** non-inferiority margin, 0..1 */
  margin: number;
};

type Measured = Pick<EvaluationReport, "basis" | "memoryBytes"> & { view: View; latency: LatencySummary | null };

/** Fewer single predictions than this, and the nearest-rank p95 is nothing but the slowest one. */
const LEAST_LATENCIES = 20;

/** Every limit with its figure and pass, fail, "not enough rows" or "no limit". */
export function limitChecks(measured: Measured, limits: Limits): Check[] {
  return [
    againstTeacher(measured),
    qualityFloor(measured, limits.minQuality),
    latencyLimit(measured.latency, limits.maxP95LatencyMs),
    plainLimit("memory", "Memory", "bytes", measured.memoryBytes, limits.maxMemoryBytes, formatBytes),
    plainLimit("budget", "Spent on this project", "micros", limits.spentMicros, limits.budgetMicros, formatMoney),
  ];
}

/** fail if anything fails, else open if anything is open, else pass; none where no check has a limit. */
export function outcomeOf(checks: readonly Check[]): CheckOutcome {
  const has = (outcome: CheckOutcome): boolean => checks.some((check) => check.outcome === outcome);
  return has("fail") ? "fail" : has("open") ? "open" : has("pass") ? "pass" : "none";
}

function againstTeacher({ basis, view }: Measured): Check {
  const base = { id: "teacher", label: "Against the teacher", unit: "points" } as const;
  const { verdict } = view;
  if (!verdict) {
    const says =
      basis === "teacher"
        ? "Cannot be said: these rows have no gold labels, so only agreement with the teacher was measured."
        : "Cannot be said: the teacher answered none of these rows.";
    return {
      ...base,
      outcome: view.n === 0 || basis === "teacher" ? "open" : "none",
      value: null,
      interval: null,
      limit: null,
      says,
    };
  }
  return {
    ...base,
    outcome: verdict.kind === "worse" ? "fail" : verdict.kind === "unclear" ? "open" : "pass",
    value: verdict.difference.value,
    interval: { low: verdict.difference.low, high: verdict.difference.high },
    limit: -verdict.margin,
    says: verdict.sentence,
  };
}

/**
 * Rows for a Wilson-like interval to clear the floor with 80 % power at the accuracy seen:
 * n = (z.975 sqrt(f(1-f)) + z.80 sqrt(p(1-p)))^2 / (p - f)^2 (Fleiss, Levin & Paik 2003, ch. 2).
 */
export function rowsForFloor(p: number, floor: number): number {
  const top = Z95 * Math.sqrt(floor * (1 - floor)) + Z80 * Math.sqrt(p * (1 - p));
  return Math.ceil((top / (p - floor)) ** 2);
}

function qualityFloor({ basis, view }: Measured, floor: number | null): Check {
  const figure = view.student.figures.accuracy ?? null;
  const base = {
    id: "quality",
    label: basis === "gold" ? "Accuracy" : "Agreement with the teacher",
    unit: "rate",
    value: figure?.value ?? null,
    interval: figure && { low: figure.low, high: figure.high },
    limit: floor,
  } as const;
  if (floor === null) return { ...base, outcome: "none", says: "The task sets no lowest quality." };
  const floorText = formatPercent(floor);
  if (!figure) return { ...base, outcome: "open", says: "There are no rows to judge by." };
  if (basis === "teacher") {
    return {
      ...base,
      outcome: "open",
      says: `The floor of ${floorText} is about accuracy, and without gold labels only agreement is known.`,
    };
  }
  if (figure.low >= floor)
    return { ...base, outcome: "pass", says: `The whole interval is at or above the floor of ${floorText}.` };
  if (figure.high < floor)
    return { ...base, outcome: "fail", says: `The whole interval is below the floor of ${floorText}.` };
  const more = rowsForFloor(figure.value, floor) - view.n;
  const need =
    !Number.isFinite(more) || more > 1e6
      ? "the accuracy lies on the floor itself"
      : `about ${formatCount(Math.max(1, more))} more needed`;
  return {
    ...base,
    outcome: "open",
    says: `The interval holds the floor of ${floorText}. Not enough rows to say: ${need}.`,
  };
}

function latencyLimit(latency: LatencySummary | null, limit: number | null): Check {
  const base = {
    id: "latency",
    label: "Latency, p95",
    unit: "ms",
    value: latency?.p95Ms ?? null,
    interval: null,
    limit,
  } as const;
  if (limit === null) return { ...base, outcome: "none", says: "The task sets no latency limit." };
  if (!latency || latency.n < LEAST_LATENCIES) {
    return {
      ...base,
      outcome: "open",
      says: `Not enough rows to say: at least ${LEAST_LATENCIES} single predictions are needed.`,
    };
  }
  const within = latency.p95Ms <= limit;
  return {
    ...base,
    outcome: within ? "pass" : "fail",
    says: `95 of 100 predictions took ${formatDuration(latency.p95Ms)} or less, one at a time in process; the limit is ${formatDuration(limit)}.`,
  };
}

function plainLimit(
  id: "memory" | "budget",
  label: string,
  unit: "bytes" | "micros",
  value: number,
  limit: number | null,
  format: (value: number) => string,
): Check {
  const base = { id, label, unit, value, interval: null, limit } as const;
  if (limit === null) return { ...base, outcome: "none", says: "The task sets no such limit." };
  return { ...base, outcome: value <= limit ? "pass" : "fail", says: `${format(value)} of ${format(limit)} allowed.` };
}
