/** Lengths so alike that every other one would be an outlier are taken as if they varied by a tenth (MAD of the logarithm). */
const leastSpread = 0.1;
/** Makes MAD estimate the standard deviation of normal values. */
const normalMad = 1.4826;
/** Values that decide the median: every n-th of more. */
const mostValues = 100_000;
/** Fewer rows have no usual length. */
const leastRows = 20;

/** The usual length: median and scaled MAD of ln(1 + characters). */
export type UsualLength = { median: number; spread: number };

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}

/**
 * The rule for outliers: z = (ln(1 + length) - median) / (1.4826 MAD), robust against the outliers themselves (Iglewicz & Hoaglin
 * 1993). Null for fewer than 20 rows.
 */
export function usualLength(lengths: ArrayLike<number>): UsualLength | null {
  if (lengths.length < leastRows) return null;
  const every = Math.ceil(lengths.length / mostValues);
  const logs = new Float64Array(Math.ceil(lengths.length / every));
  for (let i = 0; i < logs.length; i++) logs[i] = Math.log1p(lengths[i * every] ?? 0);
  logs.sort();
  const median = medianOf(logs);
  const deviations = logs.map((value) => Math.abs(value - median)).sort();
  return { median, spread: normalMad * Math.max(leastSpread, medianOf(deviations)) };
}

export function lengthZ(length: number, { median, spread }: UsualLength): number {
  return (Math.log1p(length) - median) / spread;
}
