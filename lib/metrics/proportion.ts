import { type Interval, Z95 } from "./distributions.ts";

/** A share of rows with its 95 % interval. */
export interface Proportion extends Interval {
  value: number;
  /** rows that count for it */
  hits: number;
  /** rows looked at */
  n: number;
}

/**
 * Share `hits / n` with the Wilson score interval (95 %).
 *
 * Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22; recommended over the
 * Wald interval by Brown, Cai & DasGupta (2001), Statistical Science 16(2). No rows give null: there is nothing to say.
 */
export function wilson(hits: number, n: number, z = Z95): Proportion | null {
  if (n <= 0) return null;
  const value = hits / n;
  const z2 = z * z;
  const centre = (value + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z / (1 + z2 / n)) * Math.sqrt((value * (1 - value)) / n + z2 / (4 * n * n));
  return {
    value,
    hits,
    n,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === n ? 1 : Math.min(1, centre + half),
  };
}
