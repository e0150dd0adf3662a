import { type Confusion, type Marginals, marginals } from "./confusion.ts";
import { type Interval, normalCdf, normalQuantile, Z95 } from "./distributions.ts";
import { multinomial, seeded } from "./random.ts";

/** A figure that depends on the rows only through the marginals of their confusion matrix; NaN where it is undefined. */
export type MarginalStatistic = (m: Marginals) => number;

const REPLICATES = 2000;
const SEED = 20260101;

/**
 * 95 % bias-corrected and accelerated (BCa) bootstrap interval of a statistic of the confusion matrix.
 *
 * Efron (1987), "Better bootstrap confidence intervals", JASA 82. Rows are resampled as a multinomial over the cells:
 * the same law as drawing rows with replacement, at a cost that does not grow with the rows. The acceleration is the
 * jackknife's, one row left out of each cell. Matches scipy.stats.bootstrap(method="BCa") within Monte Carlo error.
 * Null where nothing varies (no errors, or one cell only): the bootstrap cannot see uncertainty there.
 */
export function bca(matrix: Confusion, statistic: MarginalStatistic, replicates = REPLICATES): Interval | null {
  const { cells, n } = matrix;
  if (n === 0 || cells.length < 2) return null;
  const weights = cells.map((cell) => cell.count);
  const scratch = marginals(matrix);
  const value = statistic(scratch);
  const random = seeded(SEED);
  const counts = new Int32Array(cells.length);
  const draws: number[] = [];
  for (let i = 0; i < replicates; i++) {
    multinomial(weights, n, random, counts);
    const draw = statistic(marginals(matrix, counts, scratch));
    if (Number.isFinite(draw)) draws.push(draw);
  }
  draws.sort((a, b) => a - b);
  const first = draws[0];
  const last = draws.at(-1);
  if (first === undefined || last === undefined || last - first < 1e-12) return null;

  // Ties count half, as in scipy: a discrete statistic would be corrected too far otherwise.
  const below = draws.filter((d) => d < value - 1e-12).length;
  const equal = draws.filter((d) => Math.abs(d - value) <= 1e-12).length;
  const share = Math.min(1 - 1 / draws.length, Math.max(1 / draws.length, (below + equal / 2) / draws.length));
  const bias = normalQuantile(share);
  const acceleration = jackknifeAcceleration(matrix, statistic, scratch);
  const at = (z: number): number => {
    const shifted = bias + z;
    return quantile(draws, normalCdf(bias + shifted / (1 - acceleration * shifted)));
  };
  return { low: Math.min(at(-Z95), value), high: Math.max(at(Z95), value) };
}

/** Skewness of the influence of single rows over six: sum u^3 / (6 (sum u^2)^1.5). */
function jackknifeAcceleration(matrix: Confusion, statistic: MarginalStatistic, scratch: Marginals): number {
  const counts = Float64Array.from(matrix.cells, (cell) => cell.count);
  const left = matrix.cells.map((cell, i) => {
    counts[i] = cell.count - 1;
    const value = statistic(marginals(matrix, counts, scratch));
    counts[i] = cell.count;
    return { value, count: cell.count };
  });
  const usable = left.filter((l) => Number.isFinite(l.value));
  const total = usable.reduce((sum, l) => sum + l.count, 0);
  const mean = usable.reduce((sum, l) => sum + l.value * l.count, 0) / total;
  let cubes = 0;
  let squares = 0;
  for (const l of usable) {
    const u = mean - l.value;
    squares += l.count * u * u;
    cubes += l.count * u * u * u;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Linear interpolation between order statistics (numpy's default). */
function quantile(sorted: number[], p: number): number {
  const position = Math.min(1, Math.max(0, p)) * (sorted.length - 1);
  const low = Math.floor(position);
  const a = sorted[low] ?? Number.NaN;
  const b = sorted[Math.min(low + 1, sorted.length - 1)] ?? a;
  return a + (b - a) * (position - low);
}
