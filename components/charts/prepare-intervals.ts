import type { Origin } from "#components/ui/badge.tsx";

export type IntervalRow = {
  id: string;
  label: string;
  value: number;
  low?: number | null;
  high?: number | null;
  origin?: Origin;
};

export type IntervalScale = { min: number; max: number; share: (value: number) => number };

/**
 * A common axis for all rows, with a little air, never beyond 0..1 when every value is a rate. `share` gives the place of a value,
 * 0..1. Values that are not finite do not widen it.
 */
export function intervalScale(rows: readonly IntervalRow[], limit?: number): IntervalScale {
  const all = [...rows.flatMap((row) => [row.value, row.low, row.high]), limit].filter(
    (value): value is number => value != null && Number.isFinite(value),
  );
  if (all.length === 0) return { min: 0, max: 1, share: () => 0 };
  const low = Math.min(...all);
  const high = Math.max(...all);
  const air = (high - low) * 0.08 || Math.abs(high) * 0.05 || 0.05;
  const rates = low >= 0 && high <= 1;
  const min = rates ? Math.max(0, low - air) : low - air;
  const max = rates ? Math.min(1, high + air) : high + air;
  return { min, max, share: (value) => Math.min(1, Math.max(0, (value - min) / (max - min || 1))) };
}
