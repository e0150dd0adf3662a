import { costMicros, type Price } from "#lib/llm/price.ts";
import { fitTokens, type Interval, predictTokens } from "#lib/llm/tokens.ts";

/** One answered row of the smoke test. */
export type SmokeRow = { chars: number; inputTokens: number; outputTokens: number; latencyMs: number };

/** What the rest of a run will take: 95 % intervals from the smoke test's real usage. Micro-dollars, milliseconds. */
export type RestEstimate = {
  rows: number;
  inputTokens: Interval;
  outputTokens: Interval;
  costMicros: Interval;
  durationMs: number;
  /** how many answers it rests on */
  basedOn: number;
};

/** Answers are as long as they are whatever the input: their mean and scatter, as a fit without slope. */
function outputFit(samples: readonly SmokeRow[]) {
  return fitTokens(samples.map((sample) => ({ chars: 0, tokens: sample.outputTokens })));
}

/**
 * Estimates `rest` rows with `chars` characters in total. Null without samples. The cost interval adds those of input and output, which
 * overstates it slightly (they are nearly independent).
 */
export function estimateRest(
  samples: readonly SmokeRow[],
  rest: { rows: number; chars: number },
  price: Price,
  concurrency: number,
): RestEstimate | null {
  if (samples.length === 0) return null;
  const input = fitTokens(samples.map((sample) => ({ chars: sample.chars, tokens: sample.inputTokens })));
  const inputTokens = predictTokens(input, rest.rows, rest.chars);
  const outputTokens = predictTokens(outputFit(samples), rest.rows, 0);
  const cost = (end: keyof Interval) => costMicros(price, inputTokens[end], outputTokens[end]);
  const latency = samples.reduce((sum, sample) => sum + sample.latencyMs, 0) / samples.length;
  return {
    rows: rest.rows,
    inputTokens,
    outputTokens,
    costMicros: { mid: cost("mid"), low: cost("low"), high: cost("high") },
    durationMs: (rest.rows * latency) / Math.min(concurrency, Math.max(1, rest.rows)),
    basedOn: samples.length,
  };
}
