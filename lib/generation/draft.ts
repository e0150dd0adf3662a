import { costMicros, type Price } from "#lib/llm/price.ts";
import { estimateTokens, framingTokens, type Interval } from "#lib/llm/tokens.ts";
import type { Prompt, TaskSpec } from "./prompt.ts";
import type { Estimate } from "./schema.ts";

/** How long an answer may be where nobody said: a label with some room, or a page. Tokens. */
export function defaultMaxTokens(task: Pick<TaskSpec, "kind" | "labels">): number {
  if (task.kind !== "classification") return 1_024;
  const longest = task.labels.reduce((most, label) => Math.max(most, label.length), 0);
  return Math.max(32, Math.ceil(longest / 2) + 16);
}

const spread = (mid: number, low: number, high: number): Interval => ({ mid, low: mid * low, high: mid * high });

/**
 * What a run would roughly take, from character counts alone. English text takes 0.22 to 0.26 tokens a character and other scripts up to 1,
 * hence the wide band; the smoke test replaces it by measured figures.
 */
export function draftEstimate(
  task: Pick<TaskSpec, "kind" | "labels">,
  prompt: Prompt,
  data: { rows: number; chars: number },
  maxTokens: number,
  price: Price,
): Estimate {
  const format = prompt.responseFormat ? JSON.stringify(prompt.responseFormat).length : 0;
  const perRow = framingTokens + estimateTokens(prompt.system.length + format);
  const inputTokens = spread(data.rows * perRow + data.chars / 4, 0.8, 1.6);
  const meanLabel = task.labels.reduce((sum, label) => sum + label.length, 0) / Math.max(1, task.labels.length);
  const outputTokens =
    task.kind === "classification"
      ? spread(data.rows * Math.min(maxTokens, meanLabel / 4 + 2), 0.7, 2)
      : { mid: (data.rows * maxTokens) / 4, low: data.rows, high: data.rows * maxTokens };
  const cost = (end: keyof Interval) => costMicros(price, inputTokens[end], outputTokens[end]);
  return {
    rows: data.rows,
    inputTokens,
    outputTokens,
    costMicros: { mid: cost("mid"), low: cost("low"), high: cost("high") },
    durationMs: null,
    basedOn: 0,
  };
}
