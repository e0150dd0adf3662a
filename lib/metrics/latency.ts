/** Latency of single requests, in milliseconds. Percentiles are nearest-rank: a value that was really measured. */
export interface LatencySummary {
  n: number;
  meanMs: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

/**
 * Nearest-rank percentiles: the smallest value with at least p of the sample at or below it (numpy's "inverted_cdf").
 * Values that are not finite or below zero are left out (a clock that jumped). Null without values.
 */
export function latencySummary(valuesMs: Iterable<number>): LatencySummary | null {
  const sorted = Float64Array.from([...valuesMs].filter((v) => Number.isFinite(v) && v >= 0)).sort();
  const n = sorted.length;
  if (n === 0) return null;
  const rank = (p: number): number => sorted[Math.max(0, Math.ceil(p * n - 1e-9) - 1)] ?? 0;
  return {
    n,
    meanMs: sorted.reduce((sum, v) => sum + v, 0) / n,
    p50Ms: rank(0.5),
    p95Ms: rank(0.95),
    p99Ms: rank(0.99),
    maxMs: sorted[n - 1] ?? 0,
  };
}
