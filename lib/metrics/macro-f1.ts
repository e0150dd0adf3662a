import { macroMean, resampledInterval } from "./bootstrap.ts";
import { hits, marginals } from "./confusion.ts";
import { wilson } from "./proportion.ts";
import type { Metric } from "./types.ts";

const f1 = (truePositive: number, predicted: number, support: number): number =>
  (2 * truePositive) / (predicted + support);

/**
 * Mean of F1 = 2 tp / (predicted + support) over the labels that occur in the reference, with a resampled interval
 * (bootstrap.ts): scikit-learn's `f1_score(gold, answer, labels=unique(gold), average="macro")`. Rare labels weigh as
 * much as frequent ones.
 */
export const macroF1: Metric = {
  id: "macroF1",
  name: "Macro-F1",
  meaning: "Mean of the F1 of every label, so that rare labels weigh as much as frequent ones.",
  compute(matrix) {
    const value = macroMean(f1, marginals(matrix));
    if (!Number.isFinite(value)) return null;
    const interval = resampledInterval(matrix, f1);
    if (interval) return { value, ...interval };
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
