import { afterEach, expect, test, vi } from "vitest";
import { db } from "#lib/core/db.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { claimRun, fence, LostLease } from "#lib/jobs/runs.ts";
import { runVerbs } from "#lib/runs/service.ts";
import { makeProject, makeRun, makeTeam } from "#lib/testing/factories.ts";
import { type RunContext, type RunHandler, type Runtime, startRuntime, sweepRuns } from "./runtime.ts";

const zero = "00000000-0000-7000-8000-000000000000";
const payload = { uploadId: zero, datasetVersionId: zero };
const result = { datasetId: zero, datasetVersionId: zero, rows: 0, holdoutRows: 0, rejectedRows: 0, warnings: [] };

let runtime: Runtime | undefined;
afterEach(async () => {
  await runtime?.stop();
  runtime = undefined;
});

async function start(handler: RunHandler<"import">): Promise<void> {
  const handlers = { import: handler };
  runtime = await startRuntime(handlers, { mail: async () => {}, sample: async () => {} }, async () => {});
}

async function newRun() {
  const { engineer } = await makeTeam();
  const project = await makeProject(engineer);
  const id = await makeRun(engineer, project.id, "import", payload);
  return { id, engineer };
}

const stateOf = async (id: string) => (await db.run.findUniqueOrThrow({ where: { id } })).state;
const reaches = (id: string, state: string) =>
  vi.waitFor(async () => expect(await stateOf(id)).toBe(state), { timeout: 15_000, interval: 50 });
const untilAborted = (ctx: RunContext) =>
  new Promise<void>((resolve) => {
    if (ctx.signal.aborted) resolve();
    ctx.signal.addEventListener("abort", () => resolve(), { once: true });
  });
const verb = (name: string) => {
  const found = runVerbs.find((candidate) => candidate.endpoint.name === name);
  if (!found) throw new Error(name);
  return found;
};

test("a run that was never delivered is found by the sweep, worked on and ended with its events", async () => {
  const { id } = await newRun();
  await start(async (ctx) => {
    ctx.log("info", "hello");
    ctx.metric({ step: 1, loss: 0.5 });
    ctx.progress({ done: 3, total: 3 }, 1_250);
    return { end: "succeeded", result };
  });
  await reaches(id, "succeeded");
  const run = await db.run.findUniqueOrThrow({ where: { id }, include: { events: { orderBy: { seq: "asc" } } } });
  expect(run).toMatchObject({ costMicros: 1_250n, progress: { done: 3, total: 3 }, result, leaseHolder: null });
  expect(run.events.map((event) => [event.seq, event.type, event.message])).toEqual([
    [1, "log", "hello"],
    [2, "metric", ""],
    [3, "state", "succeeded"],
  ]);
});

test("delivered ten times, worked on once", async () => {
  const { id } = await newRun();
  let times = 0;
  await start(async (ctx) => {
    times++;
    await ctx.flush();
    return { end: "succeeded", result };
  });
  const run = await db.run.findUniqueOrThrow({ where: { id } });
  await Promise.all(Array.from({ length: 10 }, () => enqueueRun(run)));
  await sweepRuns();
  await reaches(id, "succeeded");
  await sweepRuns();
  expect(times).toBe(1);
});

test("cancel reaches the handler, and a waiting run is cancelled by its handler too", async () => {
  const seen: string[] = [];
  await start(async (ctx) => {
    await untilAborted(ctx);
    seen.push(String(ctx.signal.reason));
    return { end: "succeeded", result: { ...result } };
  });
  const { id, engineer } = await newRun();
  await reaches(id, "running");
  await verb("run.cancel").call({ actor: engineer }, { runId: id });
  await reaches(id, "succeeded"); // it had finished its work all the same
  expect(seen).toEqual(["cancel"]);
});

test("a handler that stops on cancel leaves a cancelled run, and retry starts it again", async () => {
  await start(async (ctx) => {
    if (ctx.run.leaseEpoch > 1) return { end: "succeeded", result };
    await untilAborted(ctx);
    throw new Error("stopped in the middle");
  });
  const { id, engineer } = await newRun();
  await reaches(id, "running");
  await verb("run.cancel").call({ actor: engineer }, { runId: id });
  await reaches(id, "cancelled");
  await expect(verb("run.cancel").call({ actor: engineer }, { runId: id })).rejects.toMatchObject({ code: "CONFLICT" });
  await verb("run.retry").call({ actor: engineer }, { runId: id });
  await reaches(id, "succeeded");
});

test("an older holder is fenced off once the run is claimed again", async () => {
  const { id } = await newRun();
  const first = await claimRun(id, "one");
  expect(await claimRun(id, "two")).toBeNull();
  await db.$executeRaw`UPDATE "Run" SET "leaseUntil" = now() - interval '1 s' WHERE "id" = ${id}::uuid`;
  const second = await claimRun(id, "two");
  expect(second?.leaseEpoch).toBe(2);
  await expect(db.$transaction((tx) => fence(tx, id, first?.leaseEpoch ?? 0))).rejects.toBeInstanceOf(LostLease);
  await db.$transaction((tx) => fence(tx, id, 2));
});

test("a tick comes back after its time, and a failure is told without its inner text", async () => {
  let ticks = 0;
  await start(async () => {
    ticks++;
    if (ticks < 3) return { end: "later", afterMs: 50 };
    throw new Error("secret inside: sk-123");
  });
  const { id } = await newRun();
  await reaches(id, "failed");
  expect(ticks).toBe(3);
  const run = await db.run.findUniqueOrThrow({ where: { id }, include: { events: true } });
  expect(JSON.stringify(run.error) + JSON.stringify(run.events)).not.toContain("sk-123");
});

test("shutdown gives the run back at once", async () => {
  const { id } = await newRun();
  await start(async (ctx) => {
    await untilAborted(ctx);
    throw new Error("stopped");
  });
  await reaches(id, "running");
  await runtime?.stop();
  runtime = undefined;
  expect(await stateOf(id)).toBe("queued");
});
