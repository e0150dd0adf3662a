import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { Outcome } from "#lib/llm/outcome.ts";
import { fail, ok, okAfter, price, request, start, stopAll } from "./engine.testing.ts";
import { mostMicros } from "./engine-options.ts";

afterEach(stopAll);

describe("engine", () => {
  it("gives every row one result and never has more than 1.25 x concurrency open", async () => {
    const run = start(500, () => ok());
    expect(await run.end).toEqual({ end: "done" });
    expect(run.ledger.results.size).toBe(500);
    expect(run.repeated()).toBe(0);
    expect(run.ledger.mostOpen()).toBeLessThanOrEqual(10);
    expect(run.ledger.unknown()).toEqual([]);
    expect(run.engine.meter.snapshot()).toMatchObject({ statuses: { ok: 500 }, stored: 500, spentMicros: 500 * 7 });
  });

  it("keeps answers that are no labels apart", async () => {
    const run = start(3, (row) => [ok(), ok("well, yes"), ok("", { finish: "length" })][row - 1] ?? ok());
    await run.end;
    expect([...run.ledger.results.values()].map((result) => [result.status, result.answer])).toEqual([
      ["ok", "yes"],
      ["outside_labels", null],
      ["truncated", null],
    ]);
  });

  it.each(["auth", "not_found", "redirect", "blocked_address"] as const)(
    "stops at once on %s and leaves nothing unknown",
    async (kind) => {
      const run = start(500, (row) => (row < 10 ? ok() : fail(kind)));
      expect(await run.end).toMatchObject({ end: "fatal", class: kind, message: kind });
      expect(run.calls.size).toBeLessThan(40);
      expect(run.ledger.unknown()).toEqual([]);
    },
  );

  it("pauses for funds without a storm", async () => {
    const run = start(500, (row) => (row < 10 ? ok() : fail("needs_funds")));
    expect(await run.end).toMatchObject({ end: "funds" });
    expect(run.calls.size).toBeLessThan(40);
    expect(run.ledger.unknown()).toEqual([]);
  });

  it("obeys Retry-After for the whole endpoint", async () => {
    const limitedAt: number[] = [];
    const sentAt: number[] = [];
    const run = start(60, (_row, attempt) => {
      sentAt.push(performance.now());
      if (sentAt.length < 12 || attempt > 1) return ok();
      if (sentAt.length > 20) return ok();
      limitedAt.push(performance.now());
      return fail("rate_limited", { retryAfterMs: 300 });
    });
    expect(await run.end).toEqual({ end: "done" });
    const first = limitedAt[0] ?? 0;
    const during = sentAt.filter((at) => at > first + 20 && at < first + 280);
    expect(during).toEqual([]);
    expect(run.ledger.results.size).toBe(60);
    expect([...run.ledger.results.values()].every((result) => result.status === "ok")).toBe(true);
  });

  it("loses no row to a burst of 500s, whatever the number of failures", async () => {
    let calls = 0;
    const run = start(40, () => (++calls < 60 ? fail("overloaded") : ok()), { concurrency: 4 });
    expect(await run.end).toEqual({ end: "done" });
    expect([...run.ledger.results.values()].filter((result) => result.status === "ok")).toHaveLength(40);
  });

  it("gives up a row that fails while others succeed", async () => {
    const run = start(200, (row) => (row === 3 ? fail("overloaded") : okAfter(20)), {
      concurrency: 2,
    });
    await run.end;
    expect(run.ledger.results.get(3)).toMatchObject({ status: "request_error", attempts: 5, costMicros: 0 });
    expect(run.ledger.results.size).toBe(200);
  });

  it("asks three times before it calls an answer invalid, and counts what that may have cost", async () => {
    const run = start(20, (row) => (row === 2 ? fail("invalid_response") : ok()));
    await run.end;
    const most = mostMicros(request("row 2"), price);
    expect(run.ledger.results.get(2)).toMatchObject({
      status: "invalid_response",
      attempts: 3,
      costMicros: 3 * most,
      estimated: true,
    });
  });

  it("holds rows whose answer is unknown, without a second call", async () => {
    const run = start(20, (row) => (row % 5 === 0 ? fail("reset") : ok()), { policy: "hold" });
    await run.end;
    const held = [...run.ledger.results.values()].filter((result) => result.status === "held");
    expect(held.map((result) => result.position)).toEqual([5, 10, 15, 20]);
    expect(held[0]?.costMicros).toBe(mostMicros(request("row 5"), price));
    expect(run.repeated()).toBe(0);
  });

  it("never spends above the cap, even when every answer is as long as allowed", async () => {
    const most = mostMicros(request("row 1"), price);
    const dear = ok("yes", { usage: { inputTokens: 30, outputTokens: 10, estimated: false } });
    const run = start(500, () => dear, { capMicros: 40 * most });
    expect(await run.end).toEqual({ end: "budget" });
    const spent = [...run.ledger.results.values()].reduce((sum, result) => sum + result.costMicros, 0);
    expect(spent).toBeLessThanOrEqual(40 * most);
    expect(run.engine.meter.spentMicros()).toBe(spent);
    expect(run.ledger.unknown()).toEqual([]);
  });

  it("sets more aside once the endpoint turns out dearer than our own count, in proportion and once", async () => {
    const most = mostMicros(request("row 1"), price);
    const hidden = ok("yes", { usage: { inputTokens: 2 * most, outputTokens: 0, estimated: false } });
    const run = start(500, () => hidden, { capMicros: 200 * most });
    expect(await run.end).toEqual({ end: "budget" });
    expect(run.engine.meter.spentMicros()).toBeGreaterThan(190 * most);
    expect(run.engine.meter.spentMicros()).toBeLessThanOrEqual(200 * most);
  });

  it("uses the cap up when answers cost less than reserved", async () => {
    const most = mostMicros(request("row 1"), price);
    const run = start(500, () => ok(), { capMicros: 3 * most });
    await run.end;
    const spent = run.engine.meter.spentMicros();
    expect(spent).toBeGreaterThan(2 * most - 10);
    expect(spent).toBeLessThanOrEqual(3 * most);
  });

  it("drains on shutdown: what is in flight is stored, nothing is unknown", async () => {
    const run = start(500, () => okAfter(20));
    await sleep(100);
    run.stop.abort("shutdown");
    expect(await run.end).toEqual({ end: "stopped" });
    expect(run.ledger.unknown()).toEqual([]);
    expect(run.ledger.results.size).toBe(run.calls.size);
  });

  it("lists as unknown what did not come back within the grace period", async () => {
    const run = start(500, (row) => (row > 20 ? new Promise<Outcome>(() => {}) : ok()));
    await sleep(200);
    run.stop.abort("shutdown");
    expect(await run.end).toEqual({ end: "stopped" });
    expect(run.ledger.unknown()).toHaveLength(8);
    expect(run.engine.meter.snapshot().unknown).toBe(8);
  });

  it("writes nothing more once the claim is lost", async () => {
    const run = start(500, () => okAfter(5));
    await sleep(60);
    run.stop.abort("lost");
    expect(await run.end).toEqual({ end: "stopped" });
    await sleep(10);
    const stored = run.ledger.results.size;
    await sleep(50);
    expect(run.ledger.results.size).toBe(stored);
  });

  it("waits for the database with a bounded number of answers in hand", async () => {
    const run = start(300, () => ok());
    await sleep(20);
    run.ledger.goAway(4);
    expect(await run.end).toEqual({ end: "done" });
    expect(run.ledger.results.size).toBe(300);
    expect(run.repeated()).toBe(0);
    expect(run.engine.meter.snapshot().databaseAway).toBe(false);
  });

  it("ends with the error when the ledger refuses for good", async () => {
    const run = start(300, () => ok());
    run.ledger.write = async () => Promise.reject(new Error("held by another worker"));
    await expect(run.end).rejects.toThrow("held by another worker");
  });

  it("gives up on an endpoint that never answers where it is told to", async () => {
    const run = start(16, () => fail("unreachable", { sent: false, message: "nothing listens" }), {
      giveUpAfterMs: 300,
    });
    expect(await run.end).toEqual({ end: "fatal", class: "unreachable", message: "nothing listens" });
    expect(run.ledger.unknown()).toEqual([]);
  });

  it("notices an answer that belongs to another row", async () => {
    let served = 0;
    const run = start(30, (row) => ok("yes", { id: row === 9 ? "id-1" : `id-${++served}` }));
    await run.end;
    expect(run.ledger.results.get(9)).toMatchObject({
      status: "invalid_response",
      error: expect.stringMatching(/another one/),
    });
  });

  it("accepts endpoints that give every answer the same id", async () => {
    const run = start(30, () => ok("yes", { id: "chatcmpl-0" }));
    await run.end;
    expect(run.engine.meter.snapshot().statuses).toEqual({ ok: 30 });
  });
});
