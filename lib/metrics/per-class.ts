import { type Confusion, marginals } from "./confusion.ts";
import { type Proportion, wilson } from "./proportion.ts";

/** What happened to one label. Null where there is nothing to divide by: never predicted, or not in the hold-out. */
export interface ClassScore {
  label: string;
  /** rows with this gold label */
  support: number;
  /** rows that got this answer */
  predicted: number;
  precision: Proportion | null;
  recall: Proportion | null;
  f1: { value: number; low: number; high: number } | null;
}

/**
 * Precision, recall and F1 of every label that occurs as gold or as an answer; precision and recall with Wilson
 * intervals. F1's interval: given the rows where the label is gold or answered, the true positives are binomial with
 * share J (Jaccard), and F1 = 2J / (1 + J) rises with J, so the Wilson interval of J maps to one of F1.
 */
export function perClass(matrix: Confusion): ClassScore[] {
  const m = marginals(matrix);
  return matrix.labels.flatMap((label, c) => {
    const support = m.support[c] ?? 0;
    const predicted = m.predicted[c] ?? 0;
    if (support + predicted === 0) return [];
    const both = m.truePositive[c] ?? 0;
    const jaccard = wilson(both, support + predicted - both);
    const f1 = (j: number): number => (2 * j) / (1 + j);
    return [
      {
        label,
        support,
        predicted,
        precision: wilson(both, predicted),
        recall: wilson(both, support),
        f1: jaccard && { value: f1(jaccard.value), low: f1(jaccard.low), high: f1(jaccard.high) },
      },
    ];
  });
}
