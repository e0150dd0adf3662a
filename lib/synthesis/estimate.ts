import type { PlanItem } from "#lib/jobs/kinds/synthesis.ts";

/** Characters of the frozen message and of a request around its examples, roughly; the smoke test measures it. */
const framingChars = 1_000;
const examples = 5;
const charsPerToken = 4;

export type PlanEstimate = {
  requests: number;
  rows: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
};

/**
 * What a plan would roughly cost before any call, from mean lengths.
 * @param meanChars of the version's inputs
 * @param systemChars of the task's instruction and labels
 */
export function estimatePlan(
  plan: readonly PlanItem[],
  perRequest: number,
  meanChars: number,
  systemChars: number,
  price: { inputPriceMicrosPerMtok: number; outputPriceMicrosPerMtok: number },
): PlanEstimate {
  const rows = plan.reduce((sum, item) => sum + item.rows, 0);
  const requests = plan.reduce((sum, item) => sum + Math.ceil(item.rows / perRequest), 0);
  const inputTokens = (requests * (framingChars + systemChars + examples * (meanChars + 20))) / charsPerToken;
  const outputTokens = (rows * (meanChars + 8)) / charsPerToken;
  const costMicros =
    (inputTokens * price.inputPriceMicrosPerMtok + outputTokens * price.outputPriceMicrosPerMtok) / 1_000_000;
  return { requests, rows, inputTokens, outputTokens, costMicros };
}
