/** Worker processes that are killed while they label: what is stored, what is asked again, what is listed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startTeacherServer, type TeacherServer } from "#e2e/support/teacher-server.ts";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { makeProject, makeTeacher, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { generationVerbs } from "./service.ts";

vi.hoisted(() => {
  process.env.STILLHOUSE_ALLOW_ADDRESSES = "127.0.0.0/8";
});

const concurrency = 16;
const rows = 1_500;
let server: TeacherServer;
let engineer: Actor;
let projectId: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  server = await startTeacherServer({ latencyMs: 30 });
});
afterAll(() => server.close());
beforeEach(async () => {
  server.calls.clear();
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer, { labels: ["billing", "login", "network"] })).id;
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
});

async function startWorker(): Promise<ChildProcess> {
  const child = spawn("node", ["e2e/support/labelling-worker.ts"], {
    env: process.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  await once(child.stdout, "data");
  return child;
}

function call(name: string, input: object): Promise<unknown> {
  const verb = generationVerbs.find((candidate) => candidate.endpoint.name === name);
  if (!verb) throw new Error(name);
  return verb.call({ actor: engineer }, input);
}

async function newRun(policy: "retry" | "hold"): Promise<string> {
  const input = Array.from({ length: rows }, (_, index) => ({ input: `ticket ${index + 1}` }));
  const datasetVersionId = await makeVersion(engineer, projectId, input);
  const teacherId = await makeTeacher(engineer, server.baseUrl, concurrency);
  const made = await call("generation.create", {
    projectId,
    datasetVersionId,
    teacherId,
    capMicros: null,
    autoConfirm: true,
    policy,
  });
  const { id } = made as { id: string };
  return id;
}

const stored = (runId: string) => db.generationResult.count({ where: { runId } });
const reachesCount = (runId: string, count: number) =>
  vi.waitFor(async () => expect(await stored(runId)).toBeGreaterThanOrEqual(count), { timeout: 30_000, interval: 20 });
const succeeds = (id: string) =>
  vi.waitFor(async () => expect((await db.run.findUniqueOrThrow({ where: { id } })).state).toBe("succeeded"), {
    timeout: 40_000,
    interval: 50,
  });
const repeatedRows = () => [...server.calls].filter(([, calls]) => calls > 1).map(([row]) => Number(row.slice(7)));
const extraCalls = () => [...server.calls.values()].reduce((sum, calls) => sum + calls - 1, 0);

async function listed(runId: string): Promise<{ position: number; now: string }[]> {
  const found: { position: number; now: string }[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    // small pages, so that rows that were lost twice lie on both sides of a page's edge
    const input = { runId, limit: 3, ...(cursor ? { cursor } : {}) };
    const page = (await call("generation.unknown", input)) as { items: typeof found; nextCursor: string | null };
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

async function killAt(runId: string, counts: number[]): Promise<number[]> {
  const gaps: number[] = [];
  for (const count of counts) {
    const worker = await startWorker();
    const before = server.total();
    await reachesCount(runId, count);
    expect(server.total()).toBeGreaterThan(before);
    worker.kill("SIGKILL");
    await once(worker, "exit");
    // a worker that is up already takes over as soon as the lease is over
    await sleep(60);
    const at = server.total();
    const next = await startWorker();
    const killed = performance.now();
    await vi.waitFor(() => expect(server.total()).toBeGreaterThan(at), { timeout: 15_000, interval: 10 });
    gaps.push(performance.now() - killed);
    next.kill("SIGKILL");
    await once(next, "exit");
  }
  return gaps;
}

test("killed four times: every row stored once, extra calls bounded and exactly listed", async () => {
  const id = await newRun("retry");
  const gaps = await killAt(id, [200, 600]);
  await startWorker();
  await succeeds(id);
  const kills = 4;
  expect(await stored(id)).toBe(rows);
  expect(server.calls.size).toBe(rows);
  expect(extraCalls()).toBeGreaterThan(0);
  expect(extraCalls()).toBeLessThanOrEqual(kills * 1.25 * concurrency);
  const list = await listed(id);
  const positions = new Set(list.map((attempt) => attempt.position));
  expect(repeatedRows().filter((row) => !positions.has(row))).toEqual([]);
  expect(list.every((attempt) => attempt.now === "answered")).toBe(true);
  expect(Math.max(...gaps)).toBeLessThan(8_000);
  const run = await db.run.findUniqueOrThrow({ where: { id } });
  expect(run.result).toMatchObject({ ok: rows, unknownRows: positions.size });
}, 90_000);

test("policy hold: no row is asked twice, those in flight are held and listed", async () => {
  const id = await newRun("hold");
  await killAt(id, [200]);
  await startWorker();
  await succeeds(id);
  expect(extraCalls()).toBe(0);
  const { result } = await db.run.findUniqueOrThrow({ where: { id } });
  const { ok, held } = result as { ok: number; held: number };
  expect(ok + held).toBe(rows);
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThanOrEqual(2 * 1.25 * concurrency);
  const list = await listed(id);
  expect(list).toHaveLength(held);
  expect(list.every((attempt) => attempt.now === "held")).toBe(true);
}, 60_000);

test("SIGTERM: drains within the grace period, nothing unknown, another worker goes on at once", async () => {
  const id = await newRun("hold");
  const worker = await startWorker();
  await reachesCount(id, 300);
  const asked = performance.now();
  worker.kill("SIGTERM");
  await once(worker, "exit");
  expect(performance.now() - asked).toBeLessThan(8_000);
  expect(await db.generationIntent.count({ where: { runId: id } })).toBe(await stored(id));
  await startWorker();
  await succeeds(id);
  expect(await stored(id)).toBe(rows);
  expect(extraCalls()).toBe(0);
  expect(await listed(id)).toEqual([]);
}, 60_000);

test("every database connection cut again and again: nothing lost, nothing asked twice", async () => {
  const id = await newRun("retry");
  await startWorker();
  for (const count of [150, 450, 750]) {
    await reachesCount(id, count);
    await db.$queryRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  }
  await succeeds(id);
  expect(await stored(id)).toBe(rows);
  expect(extraCalls()).toBe(0);
}, 60_000);

test("two workers, one run: one of them works, every row is asked once", async () => {
  const id = await newRun("retry");
  await Promise.all([startWorker(), startWorker()]);
  await succeeds(id);
  expect(await stored(id)).toBe(rows);
  expect(extraCalls()).toBe(0);
}, 60_000);
