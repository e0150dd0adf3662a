import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startTeacherServer, type TeacherServer } from "#e2e/support/teacher-server.ts";
import type { Actor } from "#lib/core/actor.ts";
import { db, pool } from "#lib/core/db.ts";
import { inputDigest, inputHash } from "#lib/datasets/split.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeacher, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { type Runtime, startRuntime } from "#workers/runtime.ts";
import { synthesisHandler } from "#workers/synthesize.ts";

// before anything reads the settings
vi.hoisted(() => {
  process.env.STILLHOUSE_ALLOW_ADDRESSES = "127.0.0.0/8";
});

let server: TeacherServer;
let runtime: Runtime | undefined;
let engineer: Actor;
let projectId: string;
let versionId: string;
let teacherId: string;

const trained = Array.from({ length: 20 }, (_, n) => ({
  input: `please help with ${n % 2 ? "my invoice" : "the wifi"} number ${n}`,
  output: n % 2 ? "billing" : "network",
}));
const heldOut = { input: "the secret hold-out sentence about wifi", output: "network", holdout: true };

beforeAll(async () => {
  server = await startTeacherServer({ latencyMs: 2 });
});
afterAll(() => server.close());
beforeEach(async () => {
  server.behave();
  server.calls.clear();
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer, { labels: ["billing", "network"] })).id;
  versionId = await makeVersion(engineer, projectId, [...trained, heldOut]);
  const labels = ["billing", "network"].map((label) => ({
    label,
    rows: trained.filter(({ output }) => output === label).length + (label === "network" ? 1 : 0),
    holdout: label === "network" ? 1 : 0,
  }));
  await db.datasetVersion.update({ where: { id: versionId }, data: { report: { labels } } });
  teacherId = await makeTeacher(engineer, server.baseUrl, 4);
});
afterEach(async () => {
  await runtime?.stop();
  runtime = undefined;
});

let written = 0;
/** New texts that share few shingles, and on request one of each kind that must not be kept. */
function answer(row: string): string {
  const { ask } = JSON.parse(row) as { ask: string };
  const wanted = Number(/\d+/.exec(ask)?.[0]);
  const words = ["lorem", "ipsum", "dolor", "amet", "elit", "magna", "quis", "nulla", "velit", "culpa"];
  return JSON.stringify({
    rows: Array.from({ length: wanted }, () => {
      written++;
      return Array.from(
        { length: 6 },
        (_, i) => `${words[(written * (i + 3)) % 10]}${(written * 7919 * (i + 1)) % 9973}`,
      ).join(" ");
    }),
  });
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many verbs; each test checks the shape it uses
const call = (name: string, input: object): Promise<any> => callVerbAs(name, engineer, input);
const start = (plan: object[], more: object = {}) =>
  call("synthesis.create", {
    datasetVersionId: versionId,
    teacherId,
    plan,
    capMicros: 10_000_000,
    autoConfirm: true,
    ...more,
  });
const work = async () => {
  runtime = await startRuntime(
    { synthesis: synthesisHandler },
    { mail: async () => {}, sample: async () => {} },
    async () => {},
  );
};
const ended = async (id: string) =>
  vi.waitFor(
    async () => {
      const run = await db.run.findUniqueOrThrow({ where: { id } });
      expect(["succeeded", "failed", "paused", "cancelled"]).toContain(run.state);
      return run;
    },
    { timeout: 30_000, interval: 30 },
  );

test("writes rows of the plan, keeps what is new, and makes a version of them", async () => {
  server.setAnswer((row) => {
    const { rows } = JSON.parse(answer(row)) as { rows: string[] };
    if (row.includes('\\"billing\\"'))
      rows.splice(0, 4, trained[1]?.input.toUpperCase() ?? "", `${heldOut.input}!`, heldOut.input, "  ");
    return JSON.stringify({ rows });
  });
  const { id } = await start(
    [
      { method: "label", label: "billing", rows: 8 },
      { method: "typos", label: null, rows: 6 },
      { method: "outOfScope", label: null, rows: 4 },
    ],
    { reviewShare: 0.5 },
  );
  await work();
  const run = await ended(id);
  expect(run.error).toBeNull();
  // biome-ignore lint/suspicious/noExplicitAny: the result's schema is checked by the runtime
  const result = run.result as any;
  expect(result).toMatchObject({ requests: 4, failed: 0, duplicates: expect.any(Number), datasetVersionId: versionId });
  // Eight asked for billing in one request and three in another: in both a copy of a training row, two of the held-out one and a blank.
  expect(result.duplicates).toBeGreaterThanOrEqual(3);
  expect(result.nearDuplicates).toBeGreaterThanOrEqual(1);
  expect(result.kept + result.duplicates + result.nearDuplicates).toBe(result.written);
  expect(result.balance.find(({ label }: { label: string }) => label === "billing").before).toBe(10);
  const kept = await call("synthesis.rows", { runId: id, status: "kept", limit: 200 });
  for (const row of kept.items) {
    expect(row.parents.length).toBeGreaterThan(0);
    expect(row.parents).not.toContain(21);
  }
  expect(kept.items.filter(({ output }: { output: string | null }) => output === null)).toHaveLength(4);

  const open = await call("synthesis.rows", { runId: id, review: true, undecided: true, limit: 200 });
  expect(open.items.length).toBe(result.toReview);
  await expect(call("synthesis.toVersion", { runId: id, reason: "more rows" })).rejects.toThrow("not decided");
  const [first, ...rest] = open.items as { seq: number }[];
  const figures = await call("synthesis.decide", {
    runId: id,
    decisions: [{ seq: first?.seq, decision: "rejected" }, ...rest.map(({ seq }) => ({ seq, decision: "accepted" }))],
  });
  expect(figures).toMatchObject({
    accepted: rest.length,
    rejected: 1,
    rate: { value: rest.length / (rest.length + 1) },
  });
  const made = await call("synthesis.toVersion", { runId: id, reason: "more rows" });
  expect(made.added).toBe(result.kept - 1);
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: made.datasetVersionId } });
  expect(version).toMatchObject({
    origin: "synthesis",
    parentId: versionId,
    holdoutCount: 1,
    rowCount: 21 + made.added,
  });
  const { rows } = await pool.query(`SELECT "holdout", "origin" FROM ${versionRows(version)} r WHERE "position" > 21`);
  expect(rows.every(({ holdout, origin }) => !holdout && origin.kind === "synthesis" && origin.runId === id)).toBe(
    true,
  );
  await expect(call("synthesis.toVersion", { runId: id, reason: "again" })).rejects.toThrow("already made");
});

test("never shows the teacher a held-out row, and asks each question once though the worker ends in the middle", async () => {
  const asked: string[] = [];
  server.setLatency(40);
  server.setAnswer((row) => {
    asked.push(row);
    return answer(row);
  });
  const { id } = await start([{ method: "paraphrase", label: null, rows: 64 }], { concurrency: 2, perRequest: 4 });
  await work();
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(5), { timeout: 20_000, interval: 10 });
  await runtime?.stop();
  await work();
  const run = await ended(id);
  expect(run.state).toBe("succeeded");
  expect(await db.generationResult.count({ where: { runId: id, status: "ok" } })).toBe(16);
  expect(asked.length).toBe(16);
  expect(asked.some((row) => row.includes("hold-out"))).toBe(false);
  server.setLatency(2);
});

test("waits with an estimate for a person, and stops at the cap", async () => {
  server.setAnswer(answer);
  const { id } = await start([{ method: "label", label: "network", rows: 60 }], { autoConfirm: false, perRequest: 4 });
  await work();
  const waiting = await ended(id);
  expect(waiting).toMatchObject({ state: "paused", pauseReason: "confirm" });
  expect(server.total()).toBe(3);
  await runtime?.stop();
  const tight = await start([{ method: "label", label: "network", rows: 400 }], { capMicros: 3_000, perRequest: 4 });
  await work();
  const stopped = await ended(tight.id);
  expect(stopped.state).toBe("paused");
  expect(Number(stopped.costMicros)).toBeLessThanOrEqual(3_000);
});

test("says what came back when a teacher cannot write", async () => {
  server.setAnswer(() => "I would rather not.");
  const { id } = await start([{ method: "label", label: "network", rows: 8 }]);
  await work();
  const run = await ended(id);
  expect(run.state).toBe("failed");
  expect(JSON.stringify(run.error)).toContain("unusable");
});

test("refuses answers that the task does not have", async () => {
  await expect(start([{ method: "label", label: "nonsense", rows: 8 }])).rejects.toThrow('"nonsense" is no answer');
  await expect(start([])).rejects.toThrow();
});

test("finds gaps, and asks for topics once", async () => {
  const rare = await makeVersion(engineer, projectId, [...trained, { input: "only one", output: "rare" }]);
  await db.datasetVersion.update({
    where: { id: rare },
    data: {
      report: {
        labels: [
          { label: "billing", rows: 10, holdout: 0 },
          { label: "network", rows: 10, holdout: 0 },
          { label: "rare", rows: 1, holdout: 0 },
        ],
      },
    },
  });
  const gaps = await call("synthesis.gaps", { datasetVersionId: rare });
  expect(gaps.labels[0]).toEqual({ label: "rare", train: 1 });
  expect(gaps.suggestions[0].item).toEqual({ method: "label", label: "rare", rows: 9 });
  server.setAnswer(() => "- Invoices\n  - refunds\n- Wifi");
  const { outline, costMicros } = await call("synthesis.topics", { datasetVersionId: versionId, teacherId });
  expect(outline).toBe("Invoices\n  refunds\nWifi");
  expect(costMicros).toBeGreaterThan(0);
});

test("leaves out texts that the version got in the meantime", async () => {
  server.setAnswer(() =>
    JSON.stringify({ rows: ["brand new words about billing things", "quite another sentence here"] }),
  );
  const { id } = await start([{ method: "label", label: "billing", rows: 2 }], { reviewShare: 0 });
  await work();
  expect((await ended(id)).state).toBe("succeeded");
  const { line } = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
  await db.row.update({
    where: { line_position_fromStep: { line, position: 1, fromStep: 0 } },
    data: {
      input: "Brand new words about billing things",
      inputHash: BigInt(inputHash(inputDigest("Brand new words about billing things"))),
    },
  });
  const made = await call("synthesis.toVersion", { runId: id, reason: "one of two" });
  expect(made.added).toBe(1);
});
