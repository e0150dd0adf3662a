import { type Confusion, hits } from "./confusion.ts";
import { Z95 } from "./distributions.ts";
import type { Metric } from "./types.ts";

/**
 * Cohen's kappa: agreement beyond what the two label distributions would give by chance; 1 is full, 0 chance.
 *
 * Cohen (1960), Educ. Psychol. Meas. 20. Interval from the large-sample standard error of Fleiss, Cohen & Everitt
 * (1969), Psychol. Bull. 72, equal to statsmodels' `cohens_kappa`. Undefined (null) where both sides use one and the
 * same label only, because chance agreement is then 1.
 */
export const kappa: Metric = {
  id: "kappa",
  name: "Cohen's kappa",
  meaning: "Agreement beyond chance: 1 is perfect, 0 is what guessing by label frequency would reach.",
  compute(matrix) {
    const { n } = matrix;
    if (n === 0) return null;
    const { row, column } = shares(matrix);
    const observed = hits(matrix) / n;
    const expected = row.reduce((sum, p, i) => sum + p * (column[i] ?? 0), 0);
    if (expected >= 1) return null;
    const value = (observed - expected) / (1 - expected);
    let a = 0;
    let b = 0;
    for (const cell of matrix.cells) {
      const p = cell.count / n;
      // (column of the answer's own row share) + (column share of the gold): FCE's p_i. and p_.i, transposed for b
      if (cell.gold === cell.predicted) {
        a += p * (1 - ((row[cell.gold] ?? 0) + (column[cell.gold] ?? 0)) * (1 - value)) ** 2;
      } else {
        b += p * ((column[cell.gold] ?? 0) + (row[cell.predicted] ?? 0)) ** 2;
      }
    }
    const c = (value - expected * (1 - value)) ** 2;
    const variance = Math.max(0, (a + (1 - value) ** 2 * b - c) / ((1 - expected) ** 2 * n));
    const half = Z95 * Math.sqrt(variance);
    return {
      value,
      low: Math.max(-1, value - half),
      high: Math.min(1, value + half),
      method: "large-sample standard error (Fleiss, Cohen and Everitt 1969)",
    };
  },
};

/** Share of rows per gold label and per answer, over all columns. */
function shares(matrix: Confusion): { row: number[]; column: number[] } {
  const size = matrix.labels.length + 2;
  const row = new Array<number>(size).fill(0);
  const column = new Array<number>(size).fill(0);
  for (const cell of matrix.cells) {
    row[cell.gold] = (row[cell.gold] ?? 0) + cell.count / matrix.n;
    column[cell.predicted] = (column[cell.predicted] ?? 0) + cell.count / matrix.n;
  }
  return { row, column };
}
