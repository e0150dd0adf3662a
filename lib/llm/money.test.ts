import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { costMicros, searchPrices } from "./price.ts";
import { redactor } from "./redact.ts";
import { estimateTokens, fitTokens, framingTokens, predictTokens, tokenCeiling } from "./tokens.ts";

describe("price", () => {
  it("rounds up to whole micro-dollars, so that a cap errs on the safe side", () => {
    expect(costMicros({ inputMicrosPerMtok: 2_500_000, outputMicrosPerMtok: 10_000_000 }, 1_000, 100)).toBe(3_500);
    expect(costMicros({ inputMicrosPerMtok: 20_000, outputMicrosPerMtok: 0 }, 10, 0)).toBe(1);
    expect(costMicros({ inputMicrosPerMtok: 0, outputMicrosPerMtok: 0 }, 1e9, 1e9)).toBe(0);
  });
  it("finds a model by name, its maker first, with a dated source", async () => {
    const [first] = await searchPrices("gpt-4o", 20, new Date("2026-01-01"));
    expect(first).toMatchObject({
      source: "book:openai/gpt-4o@2026-01-01",
      inputMicrosPerMtok: 2_500_000,
      outputMicrosPerMtok: 10_000_000,
    });
    expect(await searchPrices("no such model anywhere")).toEqual([]);
    for (const entry of await searchPrices("claude", 50)) {
      expect(entry.inputMicrosPerMtok).toBeGreaterThan(0);
      expect(Number.isInteger(entry.outputMicrosPerMtok)).toBe(true);
    }
  });
});

describe("tokens", () => {
  it("fits a line and predicts a sum with an interval that covers the truth", () => {
    const truth = (chars: number) => 40 + 0.25 * chars;
    const noise = [3, -2, 1, -4, 2, 0, -1, 4, -3, 1, 2, -2, 0, 3, -3, -1];
    const samples = noise.map((off, index) => ({ chars: 100 + index * 50, tokens: truth(100 + index * 50) + off }));
    const fit = fitTokens(samples);
    expect(fit.slope).toBeCloseTo(0.25, 1);
    const rest = predictTokens(fit, 1_000, 400_000);
    const real = 1_000 * 40 + 0.25 * 400_000;
    expect(rest.low).toBeLessThan(real);
    expect(rest.high).toBeGreaterThan(real);
    expect((rest.high - rest.low) / rest.mid).toBeLessThan(0.1);
  });
  it("does not invent a slope from texts of one length", () => {
    const fit = fitTokens(Array.from({ length: 16 }, () => ({ chars: 100, tokens: 60 })));
    expect(fit.slope).toBe(0.25);
    expect(predictTokens(fit, 10, 1_000).mid).toBeCloseTo(600);
    expect(predictTokens(fit, 0, 0)).toEqual({ mid: 0, low: 0, high: 0 });
    expect(() => fitTokens([])).toThrow(RangeError);
  });
  it("never bounds a prompt below its bytes", () => {
    const text = "Ж漢🙂x";
    expect(tokenCeiling(Buffer.byteLength(text), 2)).toBeGreaterThan(Buffer.byteLength(text));
  });
  const trace = "../shared/data/traces/tensorzero_openai_gateway_log.jsonl.gz";
  it.skipIf(!existsSync(trace))(
    "is within 15 % of the tokens of 2,000 recorded OpenAI calls, and never above the ceiling",
    () => {
      type Call = { input_tokens: number; request: { messages: { content: string }[] } };
      const calls = gunzipSync(readFileSync(trace))
        .toString()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Call);
      let guessed = 0;
      let real = 0;
      for (const { input_tokens, request } of calls) {
        const texts = request.messages.map((message) =>
          typeof message.content === "string" ? message.content : JSON.stringify(message.content),
        );
        const chars = texts.reduce((sum, text) => sum + text.length, 0);
        guessed += estimateTokens(chars) + framingTokens;
        real += input_tokens;
        const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        expect(input_tokens).toBeLessThanOrEqual(tokenCeiling(bytes, texts.length));
      }
      expect(guessed / real).toBeGreaterThan(0.85);
      expect(guessed / real).toBeLessThan(1.15);
    },
  );
});

describe("redactor", () => {
  const key = 'sk-canary+/="0123456789';
  const clean = redactor(key);
  it.each([key, encodeURIComponent(key), JSON.stringify(key), Buffer.from(key).toString("base64"), `Bearer ${key}`])(
    "blanks %j",
    (spelling) => {
      const text = clean(`before ${spelling} after`);
      expect(text).toContain("[key redacted]");
      expect(text).not.toContain("canary");
      expect(text).toMatch(/^before .* after$/);
    },
  );
  it("blanks other people's keys too, and leaves text alone", () => {
    expect(redactor(null)("key sk-proj-abcdefghijklmnopqrstuv!")).toBe("key [key redacted]!");
    expect(redactor(null)("a risk-free task")).toBe("a risk-free task");
  });
});
