import { describe, expect, it } from "vitest";
import type { Failure, FailureClass } from "#lib/llm/outcome.ts";
import { decide } from "./decide.ts";
import { defaultMaxTokens, draftEstimate } from "./draft.ts";
import { estimateRest } from "./estimate.ts";
import { exportLines } from "./export.ts";
import { endpointHealth } from "./health.ts";
import { repeatedIds } from "./repeated-ids.ts";
import type { Result } from "./schema.ts";

const failure = (kind: FailureClass, sent = true): Failure => {
  return { class: kind, message: kind, status: null, sent, retryAfterMs: null, raw: "", latencyMs: 1 };
};
const fresh = { strikes: 0, reservedMicros: 7, othersAnswered: true };

describe("decide", () => {
  const table: [FailureClass, boolean, "retry" | "hold", object][] = [
    ["rate_limited", true, "hold", { do: "requeue" }],
    ["needs_funds", true, "retry", { do: "requeue" }],
    ["auth", true, "retry", { do: "requeue" }],
    ["bad_request", true, "retry", { do: "store", status: "request_error", chargeMicros: 0 }],
    ["invalid_response", true, "hold", { do: "again", chargeMicros: 7 }],
    ["timeout", true, "hold", { do: "store", status: "held", chargeMicros: 7 }],
    ["timeout", true, "retry", { do: "again", chargeMicros: 7 }],
    ["timeout", false, "hold", { do: "again", chargeMicros: 0 }],
    ["reset", true, "hold", { do: "store", status: "held", chargeMicros: 7 }],
    ["overloaded", true, "hold", { do: "again", chargeMicros: 0 }],
    ["unreachable", false, "hold", { do: "again", chargeMicros: 0 }],
    ["cancelled", true, "retry", { do: "unknown" }],
    ["cancelled", false, "retry", { do: "requeue" }],
  ];
  it.each(table)("%s (sent %s) under %s", (kind, sent, policy, verdict) =>
    expect(decide(failure(kind, sent), fresh, policy)).toEqual(verdict),
  );
  it("gives a row up only when the endpoint answers others", () => {
    const tired = { ...fresh, strikes: 4 };
    expect(decide(failure("overloaded"), tired, "retry")).toMatchObject({ do: "store", status: "request_error" });
    expect(decide(failure("overloaded"), { ...tired, othersAnswered: false }, "retry")).toMatchObject({ do: "again" });
  });
});

describe("endpoint health", () => {
  const at = { ms: 1_000 };
  const make = (concurrency = 8) => endpointHealth(concurrency, () => at.ms);
  it("takes one pause for all 429s of one moment, and halves the window", () => {
    const health = make();
    for (let i = 0; i < 8; i++) health.limited(2_000);
    expect(health.room()).toBe(0);
    expect(health.state().state).toBe("throttled");
    at.ms += 2_001;
    expect(health.room()).toBe(4);
    for (let i = 0; i < 40; i++) health.ok();
    expect(health.room()).toBe(8);
  });
  it("opens after failures only, probes one at a time, closes at the first answer", () => {
    const health = make();
    for (let i = 0; i < 8; i++) health.failed("HTTP 503");
    expect(health.state()).toEqual({ state: "down", message: "HTTP 503" });
    expect(health.room()).toBe(0);
    at.ms += 60_000;
    expect(health.room()).toBe(1);
    health.failed("HTTP 503");
    expect(health.room()).toBe(0);
    expect(health.waitMs()).toBeLessThanOrEqual(30_250);
    at.ms += 60_000;
    health.ok();
    expect(health.room()).toBe(8);
    expect(health.downMs()).toBe(0);
  });
  it("does not open while some calls succeed", () => {
    const health = make();
    for (let i = 0; i < 100; i++) {
      health.failed("HTTP 500");
      if (i % 4 === 0) health.ok();
    }
    expect(health.room()).toBe(8);
  });
});

describe("estimates", () => {
  const price = { inputMicrosPerMtok: 1_000_000, outputMicrosPerMtok: 2_000_000 };
  it("come from what the smoke test used", () => {
    const samples = Array.from({ length: 16 }, (_, i) => ({
      chars: 100 + i,
      inputTokens: 60,
      outputTokens: 2,
      latencyMs: 500,
    }));
    const rest = estimateRest(samples, { rows: 1_000, chars: 107_500 }, price, 10);
    expect(rest).toMatchObject({ rows: 1_000, basedOn: 16, durationMs: 50_000 });
    expect(rest?.costMicros.mid).toBeGreaterThan(63_000);
    expect(rest?.costMicros.mid).toBeLessThan(65_000);
    expect(estimateRest([], { rows: 1, chars: 1 }, price, 1)).toBeNull();
  });
  it("before any call are a wide band around characters over four", () => {
    const task = { kind: "classification" as const, labels: ["a_label", "another"] };
    const draft = draftEstimate(
      task,
      { system: "x".repeat(400), responseFormat: null },
      { rows: 10, chars: 4_000 },
      32,
      price,
    );
    expect(draft.basedOn).toBe(0);
    expect(draft.inputTokens.mid).toBe(10 * 111 + 1_000);
    expect(draft.costMicros.low).toBeLessThan(draft.costMicros.mid);
    expect(draft.costMicros.high).toBeGreaterThan(draft.costMicros.mid);
  });
  it("give long labels room", () => {
    expect(defaultMaxTokens({ kind: "classification", labels: ["short"] })).toBe(32);
    expect(defaultMaxTokens({ kind: "classification", labels: ["x".repeat(200)] })).toBeGreaterThan(100);
    expect(defaultMaxTokens({ kind: "generation", labels: [] })).toBe(1_024);
  });
});

describe("export", () => {
  it("neutralises formulas in CSV and keeps JSON lines as they are", async () => {
    const row = { position: 1, input: "=1+1", answer: "@x" } as Result;
    const file = async (format: "csv" | "jsonl") => {
      let text = "";
      for await (const part of exportLines(each([[row]]), format)) text += part;
      return text;
    };
    expect(await file("csv")).toContain("1,'=1+1,'@x,");
    expect(JSON.parse(await file("jsonl"))).toMatchObject({ input: "=1+1", answer: "@x" });
  });
});

async function* each<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

describe("repeated ids", () => {
  it("are noticed within the window, and not where all ids are the same", () => {
    const seen = repeatedIds(3);
    expect(["a", "b", "a"].map((id, position) => seen(id, position))).toEqual([false, false, true]);
    const constant = repeatedIds(3);
    expect([1, 2, 3].map((position) => constant("x", position))).toEqual([false, false, false]);
    expect(seen("", 9)).toBe(false);
  });
});
