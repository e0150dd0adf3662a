/**
 * Token counts before anybody has counted: an estimate from characters, then a line fitted to real usage.
 *
 * The prior of 0.25 tokens a character and 11 a request was read off 2,000 recorded calls to gpt-4o and gpt-4o-mini in English
 * (0.22 to 0.26 tokens a character on answers, 7 to 11 tokens of chat framing). Other scripts need up to 1 token a character, which
 * is why the smoke test's own usage replaces it before any money is spent on the rest.
 */
const tokensPerChar = 0.25;

/** Tokens that chat framing adds to every request, and what a label with its JSON wrapping takes at the least. */
export const framingTokens = 11;

/** Estimated tokens of a text of so many UTF-16 characters. Never less than 1. */
export function estimateTokens(chars: number): number {
  return Math.max(1, Math.ceil(chars * tokensPerChar));
}

/**
 * Most tokens that a prompt can have: byte-level tokenizers (BPE as in GPT, Llama, Qwen) make at most one token per UTF-8 byte.
 * Used for reservations, so that a dollar cap holds even when every answer in flight is as long as allowed.
 */
export function tokenCeiling(bytes: number, messages: number): number {
  return bytes + messages * 8 + 16;
}

export type Sample = { chars: number; tokens: number };
/** tokens = intercept + slope * chars, with the residual spread and what an interval needs. */
export type TokenFit = {
  intercept: number;
  slope: number;
  residualSd: number;
  n: number;
  meanChars: number;
  spreadChars: number;
};

/**
 * Least squares of tokens on characters. Texts of (nearly) one length cannot tell slope from intercept: then the slope is the prior
 * and the intercept takes the rest. The slope never leaves 0..2 tokens a character.
 * @throws RangeError without samples.
 */
export function fitTokens(samples: readonly Sample[]): TokenFit {
  const n = samples.length;
  if (n === 0) throw new RangeError("No samples to fit.");
  const meanChars = samples.reduce((sum, sample) => sum + sample.chars, 0) / n;
  const meanTokens = samples.reduce((sum, sample) => sum + sample.tokens, 0) / n;
  const spreadChars = samples.reduce((sum, sample) => sum + (sample.chars - meanChars) ** 2, 0);
  const together = samples.reduce((sum, sample) => sum + (sample.chars - meanChars) * (sample.tokens - meanTokens), 0);
  const known = n >= 4 && spreadChars / n > 4;
  const slope = known ? Math.min(2, Math.max(0, together / spreadChars)) : tokensPerChar;
  const intercept = meanTokens - slope * meanChars;
  const residuals = samples.reduce((sum, { chars, tokens }) => sum + (tokens - intercept - slope * chars) ** 2, 0);
  const residualSd = Math.sqrt(residuals / Math.max(1, n - (known ? 2 : 1)));
  return { intercept, slope, residualSd, n, meanChars, spreadChars: known ? spreadChars : 0 };
}

/** Two-sided 95 % quantiles of Student's t for 1..30 degrees of freedom (Fisher & Yates, table III). */
const t95 = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1, 2.09, 2.09,
  2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04,
];

/** An estimate with its 95 % interval. */
export type Interval = { mid: number; low: number; high: number };

/**
 * Tokens of `rows` further texts with `chars` characters in total, with the 95 % prediction interval of a sum
 * (variance of the fitted mean times rows squared, plus the rows' own scatter).
 */
export function predictTokens(fit: TokenFit, rows: number, chars: number): Interval {
  if (rows === 0) return { mid: 0, low: 0, high: 0 };
  const mid = Math.max(rows, fit.intercept * rows + fit.slope * chars);
  const lever = 1 / fit.n + (fit.spreadChars > 0 ? (chars / rows - fit.meanChars) ** 2 / fit.spreadChars : 0);
  const t = t95[Math.max(1, fit.n - 2) - 1] ?? 1.96;
  const half = t * fit.residualSd * Math.sqrt(rows ** 2 * lever + rows);
  return { mid, low: Math.max(rows, mid - half), high: mid + half };
}
