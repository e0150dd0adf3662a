import pg from "pg";
import { vi } from "vitest";
import { db } from "#lib/core/db.ts";
import { type PayloadOf, type RunKind, runKinds } from "#lib/jobs/catalog.ts";
import { claimRun, fence } from "#lib/jobs/runs.ts";
import type { RunContext } from "./runtime.ts";

/** What the server says with these codes. */
const words: Readonly<Record<string, string>> = {
  "53100": "could not extend file: No space left on device",
  "40P01": "deadlock detected",
  "40001": "could not serialize access due to concurrent update",
  "55P03": "canceling statement due to lock timeout",
  "57014": "canceling statement due to statement timeout",
};
const raise = (code: string) => `DO $$ BEGIN RAISE EXCEPTION '${words[code]}' USING ERRCODE = '${code}'; END $$`;
const writes = /^\s*(INSERT|UPDATE|DELETE|COPY|CREATE|ALTER|DROP|TRUNCATE|COMMIT)|FOR (NO KEY )?UPDATE\s*$/i;

type Fault = {
  /** writes that were seen, the failed one among them */
  seen: number;
  /** what failed, or null when there were fewer writes */
  failed: string | null;
  restore(): void;
};

/**
 * Makes the n-th statement that writes fail at the server with this SQLSTATE, over whichever connection it goes: a real error, with the
 * transaction aborted as a real one leaves it. A COMMIT that fails has rolled back.
 */
export function failWrite(nth: number, code: string): Fault {
  const original = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  const fault: Fault = { seen: 0, failed: null, restore: () => spy.mockRestore() };
  const spy = vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [first, ...rest] = args;
    const text = typeof first === "string" ? first : ((first as { text?: string } | null)?.text ?? "");
    if (!writes.test(text)) return original.call(this, first, ...rest);
    fault.seen += 1;
    if (fault.seen !== nth) return original.call(this, first, ...rest);
    fault.failed = text;
    const instead = /^\s*COMMIT/i.test(text) ? `ROLLBACK; ${raise(code)}` : raise(code);
    const callback = rest.find((argument) => typeof argument === "function");
    const more = callback === undefined ? [] : [callback];
    if (typeof first === "string") return original.call(this, instead, ...more);
    if ("submit" in (first as object))
      return original.call(this, Object.assign(first as object, { text: instead }), ...more);
    const { values: _values, name: _name, ...config } = first as Record<string, unknown>;
    return original.call(this, { ...config, text: instead }, ...more);
  } as never);
  return fault;
}

/** Claims a run as a worker does, without queue and heartbeat. */
export async function claimAs<K extends RunKind>(kind: K, runId: string): Promise<RunContext<K>> {
  // As if the lease of a dead holder had run out.
  await db.run.updateMany({ where: { id: runId, state: "running" }, data: { leaseUntil: new Date(0) } });
  const run = await claimRun(runId, "test");
  if (!run) throw new Error("the run could not be claimed");
  return {
    run,
    payload: runKinds[kind].payload.parse(run.payload) as PayloadOf<K>,
    signal: new AbortController().signal,
    log: () => undefined,
    metric: () => undefined,
    progress: () => undefined,
    fenced: (work) =>
      db.$transaction(async (tx) => {
        await fence(tx, run.id, run.leaseEpoch);
        return work(tx);
      }),
    flush: async () => undefined,
  };
}
