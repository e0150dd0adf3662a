import { bca } from "./bootstrap.ts";
import { hits, type Marginals, marginals } from "./confusion.ts";
import { wilson } from "./proportion.ts";
import type { Metric } from "./types.ts";

/**
 * Mean over the labels that occur in the reference of F1 = 2 tp / (predicted + support).
 * Equals scikit-learn's `f1_score(gold, answer, labels=unique(gold), average="macro")`. NaN on no rows.
 */
export function macroF1Of({ truePositive, predicted, support }: Marginals): number {
  let sum = 0;
  let classes = 0;
  for (let c = 0; c < support.length; c++) {
    const rows = support[c] ?? 0;
    if (rows <= 0) continue;
    classes++;
    sum += (2 * (truePositive[c] ?? 0)) / (rows + (predicted[c] ?? 0));
  }
  return sum / classes;
}

/** Macro-averaged F1 with a BCa bootstrap interval: rare labels weigh as much as frequent ones. */
export const macroF1: Metric = {
  id: "macroF1",
  name: "Macro-F1",
  meaning: "Mean of the F1 of every label, so that rare labels weigh as much as frequent ones.",
  compute(matrix) {
    const value = macroF1Of(marginals(matrix));
    if (!Number.isFinite(value)) return null;
    const interval = bca(matrix, macroF1Of);
    if (interval) return { value, ...interval, method: "BCa bootstrap over rows, 2,000 replicates" };
    // Without a single error (or hit) there is nothing to resample; accuracy's interval is the honest stand-in.
    const share = wilson(hits(matrix), matrix.n);
    return {
      value,
      low: Math.min(value, share?.low ?? 0),
      high: Math.max(value, share?.high ?? 1),
      method: "Wilson interval of the accuracy: no variation to resample",
    };
  },
};
