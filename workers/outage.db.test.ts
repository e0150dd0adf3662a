/** What the product stands on goes away under load and comes back: PostgreSQL restarts, Redis forgets everything. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startTeacherServer, type TeacherServer } from "#e2e/support/teacher-server.ts";
import { closeDb, db } from "#lib/core/db.ts";
import { generationVerbs } from "#lib/generation/service.ts";
import { makeProject, makeTeacher, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { startPostgres } from "#scripts/postgres.ts";

// A server of its own, because it is going to be stopped; before anything reads the settings.
const own = await vi.hoisted(async () => {
  const { mkdtemp } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const { startPostgres } = await import("#scripts/postgres.ts");
  const { applyMigrations } = await import("#scripts/migrate.ts");
  const folder = await mkdtemp(`${tmpdir()}/stillhouse-outage-`);
  const dir = `${folder}/postgres`;
  const postgres = await startPostgres({ dir });
  await applyMigrations(postgres.url);
  Object.assign(process.env, { DATABASE_URL: postgres.url, STILLHOUSE_ALLOW_ADDRESSES: "127.0.0.0/8" });
  return { folder, dir, postgres };
});

const rows = 1_200;
const concurrency = 16;
let server: TeacherServer;
let worker: ChildProcess;

beforeAll(async () => {
  server = await startTeacherServer({ latencyMs: 30 });
  worker = spawn("node", ["e2e/support/labelling-worker.ts"], {
    env: process.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (worker.stdout) await once(worker.stdout, "data");
}, 60_000);

afterAll(async () => {
  worker.kill("SIGKILL");
  await closeDb();
  await server.close();
  await own.postgres.stop();
  await rm(own.folder, { recursive: true, force: true });
});

async function startLabelling(): Promise<string> {
  const { engineer } = await makeTeam();
  const project = await makeProject(engineer, { labels: ["billing", "login", "network"] });
  const input = Array.from({ length: rows }, (_, index) => ({ input: `ticket ${index + 1}` }));
  const datasetVersionId = await makeVersion(engineer, project.id, input);
  const teacherId = await makeTeacher(engineer, server.baseUrl, concurrency);
  const create = generationVerbs.find((verb) => verb.endpoint.name === "generation.create");
  const made = await create?.call(
    { actor: engineer },
    {
      projectId: project.id,
      datasetVersionId,
      teacherId,
      capMicros: null,
      autoConfirm: true,
      policy: "hold",
    },
  );
  return (made as { id: string }).id;
}

const stored = (runId: string) => db.generationResult.count({ where: { runId } });
const succeeds = (id: string) =>
  vi.waitFor(async () => expect((await db.run.findUniqueOrThrow({ where: { id } })).state).toBe("succeeded"), {
    timeout: 60_000,
    interval: 100,
  });

test("PostgreSQL stopped and started twice under load: every row once, nothing asked twice, the worker lives", async () => {
  server.calls.clear();
  const id = await startLabelling();
  for (const count of [200, 600]) {
    await vi.waitFor(async () => expect(await stored(id)).toBeGreaterThan(count), { timeout: 30_000, interval: 20 });
    const { port } = own.postgres;
    await own.postgres.stop();
    own.postgres = await startPostgres({ dir: own.dir, port });
  }
  await succeeds(id);
  expect(await stored(id)).toBe(rows);
  expect(server.calls.size).toBe(rows);
  expect(Math.max(...server.calls.values())).toBe(1);
  expect(worker.exitCode).toBeNull();
}, 120_000);

test.runIf(process.env.QUEUE === "redis")(
  "Redis flushed while runs wait and work: all of them end",
  async () => {
    const redis = new Redis(process.env.REDIS_URL ?? "");
    const ids = await Promise.all(Array.from({ length: 4 }, startLabelling));
    await vi.waitFor(async () => expect(await stored(ids[0] ?? "")).toBeGreaterThan(50), {
      timeout: 30_000,
      interval: 20,
    });
    await redis.flushdb();
    await redis.quit();
    for (const id of ids) await succeeds(id);
    for (const id of ids) expect(await stored(id)).toBe(rows);
  },
  180_000,
);
