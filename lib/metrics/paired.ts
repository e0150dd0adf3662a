import { halfBinomial, type Interval, Z80, Z95 } from "./distributions.ts";

/** Two systems on the same rows. Only the discordant rows (one right, the other wrong) tell them apart. */
export interface PairedCounts {
  n: number;
  /** student right, teacher wrong */
  studentOnly: number;
  /** teacher right, student wrong */
  teacherOnly: number;
}

/** Two-sided p-values of McNemar's test, and the difference it tests. */
export interface Mcnemar {
  /** mid-p: the one to quote */
  p: number;
  /** exact conditional: guaranteed, but conservative */
  exact: number;
}

/**
 * McNemar's test of equal accuracy from the binomial distribution of the discordant rows, at any number of them.
 *
 * McNemar (1947), Psychometrika 12. The mid-p version keeps its level and has more power than the exact one: Fagerland,
 * Lydersen & Laake (2013), BMC Med. Res. Methodol. 13:91, whose examples are the tests. No discordant rows: p = 1.
 */
export function mcnemar({ studentOnly, teacherOnly }: PairedCounts): Mcnemar {
  const discordant = studentOnly + teacherOnly;
  if (discordant === 0) return { p: 1, exact: 1 };
  const { mass, tail } = halfBinomial(Math.min(studentOnly, teacherOnly), discordant);
  const exact = Math.min(1, 2 * tail);
  // Where both sides are equal the two tails share the middle mass, and the mid-p value is 1 less half of it.
  const p = studentOnly === teacherOnly ? 1 - mass / 2 : 2 * tail - mass;
  return { p: Math.min(1, p), exact };
}

/**
 * 95 % score interval of the difference of paired proportions, student minus teacher, in -1..1.
 *
 * Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the paired-sample
 * design", Stat. Med. 17: all differences d that its score test would not reject. It is the interval that belongs to a
 * non-inferiority margin and stays valid with few discordant rows. Solved by bisection; null without rows.
 */
export function pairedDifference({
  n,
  studentOnly: b,
  teacherOnly: c,
}: PairedCounts): (Interval & { value: number }) | null {
  if (n <= 0) return null;
  const value = (b - c) / n;
  /** Signed score statistic for a true difference d; falls as d rises. */
  const score = (d: number): number => {
    const linear = -b - c + (2 * n - b + c) * d;
    const constant = -c * d * (1 - d);
    // restricted maximum-likelihood estimate of P(teacher only) under the difference d
    const q = (Math.sqrt(Math.max(0, linear * linear - 8 * n * constant)) - linear) / (4 * n);
    const variance = n * (2 * q + d * (1 - d));
    return variance <= 0 ? Math.sign(b - c - n * d) * Number.MAX_VALUE : (b - c - n * d) / Math.sqrt(variance);
  };
  const root = (target: number, from: number, to: number): number => {
    let low = from;
    let high = to;
    for (let i = 0; i < 100; i++) {
      const middle = (low + high) / 2;
      if (score(middle) > target) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { value, low: value <= -1 ? -1 : root(Z95, -1, value), high: value >= 1 ? 1 : root(-Z95, value, 1) };
}

/**
 * Rows needed in all to decide, with 80 % power at two-sided 95 %, on which side of -margin the difference lies, if the
 * rows to come behave like those seen:  n = (z.975 + z.80)^2 (psi - d^2) / (d + margin)^2,
 * with psi the share of discordant rows and d the difference (Connor 1987, Biometrics 43, moved to the margin as in
 * Liu et al. 2002, Stat. Med. 21). One half is added to each cell (Agresti & Min 2005), so that few rows do not give
 * psi = 0. Infinity where the difference sits on the margin itself.
 */
export function rowsToDecide({ n, studentOnly, teacherOnly }: PairedCounts, margin: number): number {
  const psi = (studentOnly + teacherOnly + 1) / (n + 2);
  const d = (studentOnly - teacherOnly) / (n + 2);
  const distance = d + margin;
  if (Math.abs(distance) < 1e-9) return Number.POSITIVE_INFINITY;
  return Math.ceil(((Z95 + Z80) ** 2 * (psi - d * d)) / (distance * distance));
}
