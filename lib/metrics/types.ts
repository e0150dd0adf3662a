import type { Confusion } from "./confusion.ts";

/** A quality figure with its 95 % interval and how the interval was made. */
export interface Figure {
  value: number;
  low: number;
  high: number;
  /** in words, shown on hover */
  method: string;
}

/** A quality metric: one file per member, one line in registry.ts. All are functions of the confusion matrix. */
export interface Metric {
  id: string;
  /** as a column header */
  name: string;
  /** what it says, in one plain sentence */
  meaning: string;
  /** null where it is undefined, such as on no rows */
  compute(matrix: Confusion): Figure | null;
}
