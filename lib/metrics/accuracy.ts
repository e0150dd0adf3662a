import { hits } from "./confusion.ts";
import { wilson } from "./proportion.ts";
import type { Metric } from "./types.ts";

/** Share of rows whose answer equals the reference, with the Wilson interval; see proportion.ts for the source. */
export const accuracy: Metric = {
  id: "accuracy",
  name: "Accuracy",
  meaning: "Share of rows whose answer equals the reference.",
  compute(matrix) {
    const share = wilson(hits(matrix), matrix.n);
    return share && { value: share.value, low: share.low, high: share.high, method: "Wilson score interval" };
  },
};
