import { multinomialSampler, seeded } from "./random.ts";
import type { Figure } from "./types.ts";

/** What the raters of one unit (a row) said: one value per rater who judged it. */
export type Unit = readonly string[];

const replicates = 1_000;
const seed = 20_260_101;

/** Units that were judged alike, as the numbers that alpha needs. */
type Pattern = { units: number; values: number; disagreement: number; categories: Int32Array; counts: Int32Array };

/**
 * Krippendorff's alpha for nominal values, any number of raters, with missing judgements. 1 is full agreement, 0 what chance gives,
 * below 0 systematic disagreement. Units with fewer than two values do not count.
 *
 * Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: alpha = 1 - (n - 1) sum o_ck / sum n_c n_k over c != k.
 * The interval is the percentile bootstrap over units (Zapf, Castell, Morawietz and Karch 2016, BMC Med. Res. Methodol. 16:93); where
 * all agree or there is one unit only, resampling sees no uncertainty and the interval is as wide as the figure can be.
 * @returns null where it is undefined: no pair of values, or one and the same value throughout
 */
export function krippendorffAlpha(units: Iterable<Unit>): (Figure & { units: number; values: number }) | null {
  const { patterns, size } = patternsOf(units);
  const totals = new Float64Array(size);
  const value = alphaOf(
    patterns,
    Int32Array.from(patterns, (pattern) => pattern.units),
    totals,
  );
  if (value === null) return null;
  const counted = patterns.reduce((sum, pattern) => sum + pattern.units, 0);
  const values = patterns.reduce((sum, pattern) => sum + pattern.units * pattern.values, 0);
  return { value, ...interval(patterns, counted, value, totals), units: counted, values };
}

function patternsOf(units: Iterable<Unit>): { patterns: Pattern[]; size: number } {
  const categories = new Map<string, number>();
  const patterns = new Map<string, Pattern>();
  for (const unit of units) {
    if (unit.length < 2) continue;
    const counts = new Map<number, number>();
    for (const value of unit) {
      let category = categories.get(value);
      if (category === undefined) {
        category = categories.size;
        categories.set(value, category);
      }
      counts.set(category, (counts.get(category) ?? 0) + 1);
    }
    const sorted = [...counts].sort((a, b) => a[0] - b[0]);
    const key = sorted.map(([category, count]) => `${category}:${count}`).join(" ");
    const known = patterns.get(key);
    if (known) known.units++;
    else {
      const m = unit.length;
      const squares = sorted.reduce((sum, [, count]) => sum + count * count, 0);
      patterns.set(key, {
        units: 1,
        values: m,
        disagreement: (m * m - squares) / (m - 1),
        categories: Int32Array.from(sorted, ([category]) => category),
        counts: Int32Array.from(sorted, ([, count]) => count),
      });
    }
  }
  return { patterns: [...patterns.values()], size: categories.size };
}

/** Alpha with each pattern taken `times` times. `totals` is scratch, one place per category. */
function alphaOf(patterns: readonly Pattern[], times: Int32Array, totals: Float64Array): number | null {
  totals.fill(0);
  let n = 0;
  let observed = 0;
  for (let at = 0; at < patterns.length; at++) {
    const weight = times[at] as number;
    if (weight === 0) continue;
    const pattern = patterns[at] as Pattern;
    n += weight * pattern.values;
    observed += weight * pattern.disagreement;
    const { categories, counts } = pattern;
    for (let i = 0; i < categories.length; i++) {
      const category = categories[i] as number;
      totals[category] = (totals[category] as number) + weight * (counts[i] as number);
    }
  }
  let expected = n * n;
  for (const total of totals) expected -= total * total;
  return expected > 0 ? 1 - ((n - 1) * observed) / expected : null;
}

function interval(patterns: readonly Pattern[], units: number, value: number, totals: Float64Array) {
  const unknown = { low: -1, high: 1, method: "no interval: resampling sees no difference between these rows" };
  if (patterns.length < 2) return unknown;
  const random = seeded(seed);
  const sample = multinomialSampler(
    patterns.map((pattern) => pattern.units),
    units,
  );
  const times = new Int32Array(patterns.length);
  const draws: number[] = [];
  for (let i = 0; i < replicates; i++) {
    sample(random, times);
    const draw = alphaOf(patterns, times, totals);
    if (draw !== null) draws.push(draw);
  }
  draws.sort((a, b) => a - b);
  const at = (share: number) => draws[Math.round(share * (draws.length - 1))];
  const [low, high] = [at(0.025), at(0.975)];
  if (low === undefined || high === undefined || high - low < 1e-12) return unknown;
  return {
    low: Math.min(low, value),
    high: Math.max(high, value),
    method: "percentile bootstrap over rows, 1,000 replicates",
  };
}
