/** Hostile case 36, on real disks that are full: the database's and that of the files. Runs wait and say so, reads work, nothing is lost. */
import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startTeacherServer, type TeacherServer } from "#e2e/support/teacher-server.ts";
import type { Actor } from "#lib/core/actor.ts";
import { closeDb, db, poolSize } from "#lib/core/db.ts";
import { listStorage } from "#lib/core/storage.ts";
import { loadVersion, recount, rowsOf, told } from "#lib/datasets/change.testing.ts";
import { asAppError } from "#lib/http/dispatch.ts";
import { closeQueues } from "#lib/jobs/queue.ts";
import { sendFile, serve, type TestServer } from "#lib/sources/servers.testing.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeacher, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { startUrl } from "./fetch.testing.ts";
import { fetchHandler } from "./fetch.ts";
import { generationHandler } from "./generate.ts";
import { startImport, tickets, uploadText } from "./import.testing.ts";
import { importHandler } from "./import.ts";
import { type Runtime, startRuntime } from "./runtime.ts";

const MB = 1024 * 1024;

// Before anything reads the settings: a database and a data folder on disks of their own.
const own = await vi.hoisted(async () => {
  const { inject } = await import("vitest");
  const { databaseOn, noDisks, smallDisk } = await import("./disk.testing.ts");
  if (noDisks !== null) return { why: noDisks };
  const disk = smallDisk(80);
  const database = await databaseOn(disk, { serverUrl: inject("serverUrl"), template: inject("template") });
  if (database === null) {
    disk.remove();
    return { why: "PostgreSQL runs on another machine" };
  }
  const files = smallDisk(160);
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    STILLHOUSE_DATA_DIR: files.dir,
    STILLHOUSE_ALLOW_ADDRESSES: "127.0.0.0/8",
  });
  return { why: null, disk, files, database };
});

let engineer: Actor;
let projectId: string;
let runtime: Runtime | undefined;
let source: TestServer | undefined;
let teacher: TeacherServer;

beforeAll(async () => {
  if (own.why !== null) return;
  ({ engineer } = await makeTeam());
  teacher = await startTeacherServer({ latencyMs: 20 });
});
beforeEach(async () => {
  if (own.why !== null) return;
  projectId = (await makeProject(engineer, { labels: ["billing", "login", "network"] })).id;
  const handlers = { import: importHandler, fetch: fetchHandler, generation: generationHandler };
  runtime = await startRuntime(handlers, { mail: async () => {}, sample: async () => {} }, async () => {});
});
afterEach(async () => {
  own.disk?.free();
  own.files?.free();
  await runtime?.stop();
  await source?.close();
  runtime = undefined;
  source = undefined;
});
afterAll(async () => {
  await teacher?.close();
  await closeQueues();
  await closeDb();
  await own.database?.drop();
  own.disk?.remove();
  own.files?.remove();
});

const call = (name: string, input: object) => callVerbAs(name, engineer, input);
const load = (id: string) => db.run.findUniqueOrThrow({ where: { id } });
const reaches = (id: string, state: string) =>
  vi.waitFor(async () => expect((await load(id)).state).toBe(state), { timeout: 60_000, interval: 50 });
/** As if the time to look again had come. */
const lookAgain = (id: string) => db.$executeRaw`UPDATE "Run" SET "wakeAt" = now() WHERE "id" = ${id}::uuid`;
const news = async (id: string) =>
  (await db.runEvent.findMany({ where: { runId: id, type: "state" }, orderBy: { seq: "asc" } })).map(
    ({ message }) => message,
  );

/** About so many MB in rows that no compression makes smaller. */
function incompressible(megabytes: number): { text: string; rows: number } {
  const rows = Math.round((megabytes * MB) / 1_500);
  const lines = Array.from({ length: rows }, (_, n) => `${n} ${randomBytes(1_110).toString("base64")},label_${n % 3}`);
  return { text: `text,label\n${lines.join("\n")}\n`, rows };
}

async function expectExact(versionId: string, rows: number): Promise<void> {
  const version = await loadVersion(versionId);
  expect(version).toMatchObject({ state: "ready", rowCount: rows, rejectedCount: 0 });
  expect(await recount(version)).toEqual(told(version));
  expect((await rowsOf(version)).map(([position]) => position)).toEqual(Array.from({ length: rows }, (_, n) => n + 1));
}

const [disk, files] = [own.disk, own.files];
if (own.why !== null || !disk || !files) {
  test.skip(`a full disk: ${own.why}`, () => undefined);
} else {
  describe("the disk of the database", { timeout: 120_000 }, () => {
    test.each([[0], [2 * MB], [5.5 * MB], [9.5 * MB]])(
      "an import that finds %d bytes waits with a message, reads work, and every row is there once",
      async (left) => {
        const { text, rows } = incompressible(12);
        const upload = await uploadText(engineer, projectId, text, "large.csv");
        disk.fill(left + 4 * MB);
        const mapping = { inputs: ["text"], output: "label" };
        const made = await call("dataset.create", { projectId, name: "Large", uploadId: upload.id, mapping });
        disk.free();
        // A server without a byte left takes no new connection once its catalogue has changed: those of a product under way are open.
        await Promise.all(Array.from({ length: poolSize }, () => db.$queryRaw`SELECT 1 FROM pg_sleep(0.1)`));
        disk.fill(left);
        const runId = String(made.runId);
        await reaches(runId, "paused");
        const run = await call("run.get", { runId });
        expect(run).toMatchObject({
          state: "paused",
          pauseReason: "space",
          pauseMessage: expect.stringContaining("The disk of the database is full. Free some space"),
          error: null,
        });
        for (const [name, input] of [
          ["dataset.list", { projectId }],
          ["run.list", {}],
          ["run.events", { runId }],
          ["project.get", { projectId }],
          ["upload.preview", { uploadId: upload.id }],
        ] as const)
          expect(await call(name, input), name).toBeTruthy();

        disk.free();
        // by itself or by a person
        if (left === 0) await call("run.resume", { runId });
        else await lookAgain(runId);
        await reaches(runId, "succeeded");
        await expectExact(String(made.datasetVersionId), rows);
        expect((await load(runId)).pauseReason).toBeNull();
        await call("dataset.delete", { datasetId: made.datasetId });
        await db.$executeRaw`TRUNCATE "Row"`;
      },
    );

    test("still full when it looks again: it waits on, longer, and a person is told once; cancelled it leaves nothing", async () => {
      const { text } = incompressible(12);
      const started = await startImport(engineer, projectId, text);
      const { runId } = started;
      disk.fill(1 * MB);
      await reaches(runId, "paused");
      await db.$executeRaw`UPDATE "RunEvent" SET "at" = "at" - interval '5 minutes' WHERE "runId" = ${runId}::uuid`;
      for (let times = 0; times < 2; times++) {
        const { leaseEpoch } = await load(runId);
        await lookAgain(runId);
        await vi.waitFor(async () => expect((await load(runId)).leaseEpoch).toBeGreaterThan(leaseEpoch), {
          timeout: 30_000,
          interval: 50,
        });
        await reaches(runId, "paused");
      }
      const { wakeAt } = await load(runId);
      expect((wakeAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3 * 60_000);
      expect((await news(runId)).filter((message) => message.startsWith("paused"))).toHaveLength(1);
      await call("run.cancel", { runId });
      await reaches(runId, "cancelled");
      const version = await loadVersion(started.datasetVersionId);
      expect(version.state).toBe("failed");
      expect(await rowsOf(version)).toEqual([]);
    });

    test("labelling sends nothing more, keeps the answers that are paid for, and asks nothing twice", async () => {
      teacher.calls.clear();
      const rows = Array.from({ length: 600 }, (_, n) => ({ input: `ticket ${n} ${"paper ".repeat(300)}` }));
      const datasetVersionId = await makeVersion(engineer, projectId, rows);
      const teacherId = await makeTeacher(engineer, teacher.baseUrl, 8);
      const terms = { capMicros: null, autoConfirm: true, policy: "hold" };
      const { id } = await call("generation.create", { projectId, datasetVersionId, teacherId, ...terms });
      const runId = String(id);
      const stored = () => db.generationResult.count({ where: { runId } });
      await vi.waitFor(async () => expect(await stored()).toBeGreaterThan(60), { timeout: 30_000, interval: 10 });
      disk.fill(0);
      await vi.waitFor(
        async () => expect((await load(runId)).progress).toMatchObject({ phase: expect.stringContaining("space") }),
        { timeout: 30_000, interval: 50 },
      );
      expect(await call("run.get", { runId })).toMatchObject({ state: "running" });
      expect(teacher.total()).toBeLessThan(rows.length);
      disk.free();
      await reaches(runId, "succeeded");
      expect(await stored()).toBe(rows.length);
      expect(teacher.calls.size).toBe(rows.length);
      expect(Math.max(...teacher.calls.values())).toBe(1);
      expect((await load(runId)).result).toMatchObject({ ok: rows.length, held: 0 });
    });

    test("a change that finds no room is refused with what to do, and nothing of it is there", async () => {
      disk.fill(0);
      const before = await db.dataset.count();
      let refused: unknown = null;
      for (let n = 0; n < 2_000 && refused === null; n++)
        refused = await call("project.create", { name: `Project ${n} ${"x".repeat(80)}`, kind: "classification" }).then(
          () => null,
          (error: unknown) => error,
        );
      const told = asAppError(refused, "id", "test");
      expect(told).toMatchObject({ status: 507, code: "LIMIT" });
      expect(told.detail.todo).toMatch(/Free some space/);
      expect(await db.dataset.count()).toBe(before);
      const named = await db.project.findMany({ where: { name: { startsWith: "Project " } }, include: { task: true } });
      expect(
        await db.auditEntry.count({ where: { action: "project.create", targetId: { in: named.map(({ id }) => id) } } }),
      ).toBe(named.filter(({ name }) => name.endsWith("x".repeat(80))).length);
      expect(await call("run.list", {})).toHaveProperty("items");
    });
  });

  describe("the disk of the files", { timeout: 60_000 }, () => {
    const content = randomBytes(6 * MB);

    test("an upload in one request is refused and leaves nothing", async () => {
      const before = await listStorage("uploads");
      files.fill(1 * MB);
      await expect(uploadText(engineer, projectId, content, "large.bin")).rejects.toMatchObject({
        code: "LIMIT",
        status: 507,
      });
      expect(await listStorage("uploads")).toEqual(before);
      expect(await db.upload.count({ where: { projectId } })).toBe(0);
      files.free();
      expect((await uploadText(engineer, projectId, tickets(3))).bytes).toBeGreaterThan(0);
    });

    test("a fetch waits, keeps what has arrived and its keys, and goes on", async () => {
      source = await serve((request, response) => sendFile(request, response, content, '"v1"'));
      files.fill(2 * MB);
      const { id, runId } = await startUrl(engineer, projectId, `${source.url}/large.bin?signature=SECRET`);
      await reaches(runId, "paused");
      expect(await call("run.get", { runId })).toMatchObject({
        pauseReason: "space",
        pauseMessage: expect.stringContaining("The disk of the server is full"),
      });
      expect((await db.upload.findUniqueOrThrow({ where: { id } })).secret).not.toBeNull();
      files.free();
      await lookAgain(runId);
      await reaches(runId, "succeeded");
      expect(await db.upload.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: "complete", secret: null });
    });
  });
}
