import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db, pool } from "#lib/core/db.ts";
import { storagePath, writeStorage } from "#lib/core/storage.ts";
import { makeProject, makeRun, makeTeam } from "#lib/testing/factories.ts";
import { importNow, startImport, tickets } from "#workers/import.testing.ts";
import { callOf, type LoadedVersion, loadVersion, makeCounted, recount, rowsOf, told } from "./change.testing.ts";
import { changeVerbs } from "./change.ts";
import type { Changed } from "./change-schema.ts";
import { deletionVerbs } from "./deletion.ts";
import type { Deleted, DeletedItem } from "./deletion-schema.ts";
import { attachOwnTable, createOwnTable, firstOwnLine, isAttached } from "./partition.ts";
import { purgeDeleted } from "./purge.ts";
import type { Dataset } from "./schema.ts";

let engineer: Actor;
let projectId: string;
let first: LoadedVersion;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
});
beforeEach(async () => {
  // What earlier tests deleted is not counted again.
  await purgeDeleted(later());
  projectId = (await makeProject(engineer)).id;
  first = await makeCounted(engineer, projectId, [
    { input: "one", output: "a" },
    { input: "two", output: "b" },
    { input: "three", output: "a", holdout: true },
  ]);
});

const call = <T>(name: string, input: object) => callOf<T>(deletionVerbs, engineer, name, { ...input });
const removeDataset = (input: object = {}) => call<Deleted>("dataset.delete", { datasetId: first.datasetId, ...input });
const removeVersion = (datasetVersionId: string) => call<Deleted>("version.delete", { datasetVersionId });
const restoreVersion = (datasetVersionId: string) => call("version.restore", { datasetVersionId });
const deleted = async () => (await call<{ items: DeletedItem[] }>("dataset.deleted", { projectId })).items;

async function change(parent: LoadedVersion, changes: object[]): Promise<LoadedVersion> {
  const input = { datasetVersionId: parent.id, reason: "r", changes };
  return loadVersion((await callOf<Changed>(changeVerbs, engineer, "version.change", input)).id);
}

/** So much later that everything deleted now is due. */
const later = () => new Date(Date.now() + 31 * 24 * 3_600_000);
const count = async (line: number) =>
  (await pool.query(`SELECT count(*)::int AS n FROM "Row" WHERE "line" = $1`, [line])).rows[0].n as number;

function student(datasetVersionId: string) {
  return db.student.create({
    data: {
      teamId: engineer.teamId,
      projectId,
      runId: randomUUID(),
      name: "Small one",
      recipe: "r",
      storageKey: "s",
      manifest: {},
      sizeBytes: 1,
      datasetVersionId,
      labelSource: "gold",
      trainRows: 1,
      trainMs: 1,
    },
  });
}

describe("what a result rests on", () => {
  test("keeps a version, each by name", async () => {
    const second = await change(first, [{ position: 1, output: "b" }]);
    await expect(removeVersion(first.id)).rejects.toThrow("v2 was made from it");
    const run = await makeRun(engineer, projectId, "generation", { datasetVersionId: second.id });
    await expect(removeVersion(second.id)).rejects.toThrow('The run "Test generation" is queued and uses it.');
    await db.run.update({ where: { id: run }, data: { state: "succeeded" } });
    const made = await student(second.id);
    await expect(removeVersion(second.id)).rejects.toThrow('The student "Small one" was trained on it.');
    const evaluation = { teamId: engineer.teamId, projectId, runId: run, studentId: made.id, report: {} };
    await db.evaluation.create({ data: { ...evaluation, datasetVersionId: second.id } });
    await db.student.delete({ where: { id: made.id } });
    await expect(removeVersion(second.id)).rejects.toThrow("1 evaluation rests on its hold-out.");
    await db.evaluation.deleteMany({ where: { projectId } });
    const labelling = await makeRun(engineer, projectId, "generation", { datasetVersionId: second.id });
    await db.run.update({ where: { id: labelling }, data: { state: "cancelled" } });
    await db.generationResult.create({ data: { runId: labelling, position: 1, status: "ok", answer: "b" } });
    await expect(removeVersion(second.id)).rejects.toThrow('The answers of "Test generation" belong to its rows.');
    await expect(removeDataset({ cancelRuns: true })).rejects.toMatchObject({ code: "CONFLICT" });
    await db.generationResult.deleteMany({ where: { runId: labelling } });
    expect((await removeVersion(second.id)).id).toBe(second.id);
    await expect(removeVersion(first.id)).rejects.toThrow("is the only version");
  });
});

// Hostile case 14.
describe("a dataset that is deleted while runs use it", () => {
  test("is kept, naming the runs; or the runs are cancelled in order and leave nothing behind", async () => {
    const payload = { datasetVersionId: first.id };
    const labelling = await makeRun(engineer, projectId, "generation", payload);
    const training = await makeRun(engineer, projectId, "finetune", payload);
    await db.run.update({ where: { id: labelling }, data: { state: "paused" } });
    await db.run.update({ where: { id: training }, data: { state: "running" } });
    await db.generationResult.create({ data: { runId: labelling, position: 1, status: "ok", answer: "b" } });
    const refused = removeDataset();
    await expect(refused).rejects.toThrow(/"Test finetune" is running.*"Test generation" is paused/);
    await expect(refused).rejects.toMatchObject({ detail: { todo: expect.stringContaining("cancelRuns") } });
    expect((await db.run.findUniqueOrThrow({ where: { id: training } })).cancelRequested).toBe(false);

    await removeDataset({ cancelRuns: true });
    const runs = await db.run.findMany({ where: { projectId }, orderBy: { id: "asc" } });
    expect(runs.map(({ state, cancelRequested }) => [state, cancelRequested])).toEqual([
      ["queued", true],
      ["running", true],
    ]);
    // While they end, nothing is purged.
    expect(await purgeDeleted(later())).toEqual({ datasets: 0, versions: 0 });
    await db.run.updateMany({ where: { projectId }, data: { state: "cancelled", cancelRequested: false } });
    expect(await purgeDeleted(later())).toEqual({ datasets: 1, versions: 0 });
    expect(await count(first.line)).toBe(0);
    expect(await db.datasetVersion.count({ where: { datasetId: first.datasetId } })).toBe(0);
    expect(await db.generationResult.count({ where: { runId: labelling } })).toBe(0);
  });

  test("takes a quality report under way with it, without a question", async () => {
    const runId = await makeRun(engineer, projectId, "quality", { datasetVersionId: first.id });
    await removeDataset();
    expect(await db.run.findUnique({ where: { id: runId } })).toMatchObject({ cancelRequested: true });
  });

  test("is not purged when a training ended in time after all", async () => {
    const training = await makeRun(engineer, projectId, "finetune", { datasetVersionId: first.id });
    await removeDataset({ cancelRuns: true });
    await student(first.id);
    await db.run.update({ where: { id: training }, data: { state: "succeeded" } });
    expect(await purgeDeleted(later())).toEqual({ datasets: 0, versions: 0 });
    expect(await count(first.line)).toBe(3);
    expect((await deleted()).map(({ id }) => id)).toEqual([first.datasetId]);
  });
});

describe("restoring", () => {
  test("a dataset comes back whole, with a number where its name was taken", async () => {
    const { restorableUntil } = await removeDataset();
    expect(Date.parse(restorableUntil) - Date.now()).toBeGreaterThan(29.9 * 24 * 3_600_000);
    await expect(removeDataset()).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await deleted()).toEqual([
      expect.objectContaining({ kind: "dataset", id: first.datasetId, rows: 3, versions: 1, restorableUntil }),
    ]);
    const { teamId, userId: createdById } = engineer;
    await db.dataset.create({ data: { teamId, projectId, name: first.dataset.name, createdById } });
    const back = await call<Dataset>("dataset.restore", { datasetId: first.datasetId });
    expect(back).toMatchObject({ name: `${first.dataset.name} (2)`, versionCount: 1 });
    expect(await deleted()).toEqual([]);
    await expect(call("dataset.restore", { datasetId: first.datasetId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("a version comes back behind its parent only", async () => {
    const second = await change(first, [{ position: 1, gone: true }]);
    const third = await change(second, [{ position: 2, gone: true }]);
    await removeVersion(third.id);
    await removeVersion(second.id);
    expect((await deleted()).map(({ kind, number }) => [kind, number])).toEqual([
      ["version", 2],
      ["version", 3],
    ]);
    await expect(restoreVersion(third.id)).rejects.toThrow("v2, from which");
    await restoreVersion(second.id);
    await restoreVersion(third.id);
    expect(await rowsOf(third)).toEqual([[3, "three", "a", true]]);
  });
});

describe("the purge", () => {
  test("takes what no kept version holds, and what is made later is whole", async () => {
    const second = await change(first, [
      { position: 1, output: "zwei" },
      { position: null, input: "added in two" },
    ]);
    const third = await change(first, [
      { position: 2, gone: true },
      { position: null, input: "added in three" },
    ]);
    await removeVersion(second.id);
    expect(await purgeDeleted()).toEqual({ datasets: 0, versions: 0 });
    expect(await purgeDeleted(later())).toEqual({ datasets: 0, versions: 1 });
    expect(await purgeDeleted(later())).toEqual({ datasets: 0, versions: 0 });
    await expect(restoreVersion(second.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const left = await pool.query(`SELECT "input", "output" FROM "Row" WHERE "line" = $1`, [first.line]);
    expect(left.rows.map(({ input }) => input)).not.toContain("added in two");
    expect(left.rows.map(({ output }) => output)).not.toContain("zwei");
    for (const version of [first, third]) expect(told(version)).toEqual(await recount(version));
    const fourth = await change(first, [{ position: 1, output: "x" }]);
    expect(fourth).toMatchObject({ number: 4, step: 3 });
    expect(told(fourth)).toEqual(await recount(fourth));
    expect((await rowsOf(fourth)).map(([, input, output]) => [input, output])).toEqual([
      ["one", "x"],
      ["two", "b"],
      ["three", "a"],
    ]);
  });

  test("when the newest went, its step and its row numbers are never given again", async () => {
    const second = await change(first, [
      { position: 3, gone: true },
      { position: null, input: "four" },
    ]);
    await removeVersion(second.id);
    await purgeDeleted(later());
    const again = await change(first, [{ position: null, input: "five" }]);
    expect(again).toMatchObject({ number: 3, step: 2 });
    expect((await rowsOf(again)).map(([position, input]) => [position, input])).toEqual([
      [1, "one"],
      [2, "two"],
      [3, "three"],
      [5, "five"],
    ]);
    expect(told(again)).toEqual(await recount(again));
  });

  test("takes rejected lines, reports, the stored file and a table of its own", async () => {
    const line = firstOwnLine + 7;
    await createOwnTable(pool, line);
    await attachOwnTable(pool as never, line).catch(() => undefined);
    await db.datasetVersion.update({ where: { id: first.id }, data: { line } });
    const upload = await db.upload.create({
      data: {
        teamId: engineer.teamId,
        projectId,
        fileName: "f",
        storageKey: `uploads/${randomUUID()}`,
        createdById: engineer.userId,
      },
    });
    await writeStorage(
      upload.storageKey,
      (async function* () {
        yield Buffer.from("text");
      })(),
    );
    const payload = { uploadId: upload.id, datasetVersionId: first.id };
    const run = await makeRun(engineer, projectId, "import", payload);
    await db.run.update({ where: { id: run }, data: { state: "succeeded" } });
    await db.rejectedRow.create({
      data: { versionId: first.id, seq: 1, line: 1, byteOffset: 0, code: "json", reason: "r", text: "t" },
    });
    await db.qualityReport.create({
      data: { versionId: first.id, teamId: engineer.teamId, projectId, runId: run, status: "pass", report: {} },
    });
    await removeDataset();
    expect(await purgeDeleted(later())).toEqual({ datasets: 1, versions: 0 });
    expect(await isAttached(pool, line)).toBe(false);
    expect((await pool.query("SELECT to_regclass($1) AS t", [`rows.l${line}`])).rows[0].t).toBeNull();
    expect(await db.rejectedRow.count({ where: { versionId: first.id } })).toBe(0);
    expect(await db.qualityReport.count({ where: { versionId: first.id } })).toBe(0);
    expect(await db.upload.count({ where: { id: upload.id } })).toBe(0);
    expect(existsSync(storagePath(upload.storageKey))).toBe(false);
  });
});

test("an import of a dataset that is deleted meanwhile ends without rows", async () => {
  const { datasetId, datasetVersionId, runId } = await startImport(engineer, projectId, tickets(2_000));
  await expect(call("dataset.delete", { datasetId })).rejects.toThrow(/is queued and uses it/);
  await call("dataset.delete", { datasetId, cancelRuns: true });
  const { line } = await loadVersion(datasetVersionId);
  await importNow(runId, "cancel");
  await db.run.update({ where: { id: runId }, data: { state: "cancelled", cancelRequested: false } });
  expect(await count(line)).toBe(0);
  expect(await purgeDeleted(later())).toEqual({ datasets: 1, versions: 0 });
  expect(await db.upload.count({ where: { projectId } })).toBe(0);
});
