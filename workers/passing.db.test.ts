/** What the runtime makes of faults that pass: full disks (hostile case 36), deadlocks, locks and time-outs (case 37). */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeRun, makeTeam } from "#lib/testing/factories.ts";
import { type RunContext, type RunHandler, type Runtime, startRuntime } from "./runtime.ts";

const zero = "00000000-0000-7000-8000-000000000000";
const result = { datasetId: zero, datasetVersionId: zero, rows: 0, holdoutRows: 0, rejectedRows: 0, warnings: [] };

let runtime: Runtime | undefined;
let engineer: Actor;
let runId: string;
beforeEach(async () => {
  ({ engineer } = await makeTeam());
  const project = await makeProject(engineer);
  runId = await makeRun(engineer, project.id, "import", { uploadId: zero, datasetVersionId: zero });
});
afterEach(async () => {
  await runtime?.stop();
  runtime = undefined;
});

async function start(handler: RunHandler<"import">): Promise<void> {
  runtime = await startRuntime({ import: handler }, { mail: async () => {}, sample: async () => {} }, async () => {});
}
const load = () => db.run.findUniqueOrThrow({ where: { id: runId }, include: { events: { orderBy: { seq: "asc" } } } });
const reaches = (state: string) =>
  vi.waitFor(async () => expect((await load()).state).toBe(state), { timeout: 20_000, interval: 50 });
const call = (name: string) => callVerbAs(name, engineer, { runId });
/** As PostgreSQL says it. */
const raised = (code: string) =>
  db.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'secret inside' USING ERRCODE = '${code}'; END $$`);

const full: [string, string, () => Promise<unknown>][] = [
  ["the database says 53100", "The disk of the database", () => raised("53100")],
  [
    "the file system says ENOSPC",
    "The disk of the server",
    async () => {
      throw Object.assign(new Error("write"), { code: "ENOSPC" });
    },
  ],
  [
    "the quota is used up",
    "The disk of the server",
    async () => {
      throw Object.assign(new Error("write"), { code: "EDQUOT" });
    },
  ],
  [
    "there is no room for what is to come",
    "The disk of the server",
    async () => {
      throw new AppError("LIMIT", "The server's disk is full.", { status: 507 });
    },
  ],
];

test.each(full)(
  "%s: the run waits with what to do, its starter is told once, Resume goes on",
  async (_, disk, fails) => {
    let space = false;
    await start(async (ctx) => {
      ctx.log("info", "I was here");
      if (!space) await fails();
      return { end: "succeeded", result };
    });
    await reaches("paused");
    const run = await load();
    expect(run).toMatchObject({ pauseReason: "space", error: null, leaseHolder: null });
    expect(run.pauseMessage).toBe(
      `${disk} is full. Free some space there: this goes on by itself within ten minutes, or at once with Resume. Nothing done so far is lost.`,
    );
    expect(run.events.map(({ message }) => message)).toEqual(["I was here", `paused: ${run.pauseMessage}`]);
    expect((run.wakeAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(30_000);
    // still full at the next look
    await db.$executeRaw`UPDATE "Run" SET "wakeAt" = now() WHERE "id" = ${runId}::uuid`;
    await vi.waitFor(async () => expect((await load()).leaseEpoch).toBe(2), { timeout: 20_000, interval: 50 });
    await reaches("paused");
    const mails = await db.outboxMail.findMany({ where: { userId: engineer.userId } });
    expect(mails).toHaveLength(1);
    expect(mails[0]?.subject).toBe("Out of space: Test import");
    space = true;
    await call("run.resume");
    await reaches("succeeded");
    expect((await load()).events.map(({ message }) => message)).toEqual([
      "I was here",
      `paused: ${run.pauseMessage}`,
      "I was here",
      "I was here",
      "succeeded",
    ]);
  },
);

test("a run that waits for a person is not woken by the time of another pause", async () => {
  let times = 0;
  await start(async () => {
    times++;
    if (times === 1) return { end: "later", afterMs: 1 };
    if (times === 2) return { end: "paused", reason: "user", message: "Paused by a person." };
    return { end: "succeeded", result };
  });
  await reaches("paused");
  expect((await load()).wakeAt).toBeNull();
  await call("run.resume");
  await reaches("succeeded");
  expect(times).toBe(3);
});

test.each(["40P01", "40001", "55P03"])("%s: the run is claimed again and ends well", async (code) => {
  let times = 0;
  await start(async () => {
    if (++times === 1) await raised(code);
    return { end: "succeeded", result };
  });
  await reaches("succeeded");
  expect(times).toBe(2);
  expect((await load()).events.map(({ message }) => message)).toEqual(["succeeded"]);
});

test("a statement that takes too long fails the run with words, and a retry goes on", async () => {
  let times = 0;
  await start(async () => {
    if (++times === 1)
      await db.$transaction(async (tx) => {
        await tx.$executeRaw`SET LOCAL statement_timeout = 50`;
        await tx.$queryRaw`SELECT pg_sleep(10)::text`;
      });
    return { end: "succeeded", result };
  });
  await reaches("failed");
  expect((await load()).error).toMatchObject({
    message: "The database took too long over one step.",
    todo: expect.stringContaining("Retry"),
  });
  await call("run.retry");
  await reaches("succeeded");
});

test.each(["53100", "57P01", "40P01"])(
  "a cancelled run cleans up even where %s keeps it from it at first",
  async (code) => {
    let cleanings = 0;
    let cleaned = false;
    await start(async (ctx: RunContext) => {
      await new Promise<void>((resolve) => {
        if (ctx.signal.aborted) resolve();
        ctx.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      if (++cleanings === 1) await raised(code);
      cleaned = true;
      return { end: "later", afterMs: 0 };
    });
    await reaches("running");
    await call("run.cancel");
    await reaches("cancelled");
    expect(cleanings).toBe(2);
    expect(cleaned).toBe(true);
  },
);
