import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { storagePath } from "#lib/core/storage.ts";
import type { Verb } from "#lib/core/verb.ts";
import { env } from "#lib/env.ts";
import { sha256Of } from "#lib/recipes/checksum.ts";
import { Manifest } from "#lib/recipes/manifest.ts";
import { studentVerbs } from "#lib/students/service.ts";
import { makeProject, makeRun, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { aborted, callFinetune, processesOf, startFinetune, tick, ticketRows, trainNow } from "./finetune.testing.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
  projectId = (await makeProject(engineer)).id;
});

const callStudent = async <T>(name: string, input: Record<string, unknown>): Promise<T> => {
  const verb = (studentVerbs as unknown as Verb[]).find((candidate) => candidate.endpoint.name === name);
  return (await verb?.call({ actor: engineer }, input)) as T;
};
const metricsOf = async (runId: string) => {
  const rows = await db.runEvent.findMany({ where: { runId, type: "metric" }, orderBy: { seq: "asc" } });
  return rows.map((row) => {
    const { examples_per_s: _speed, ...figures } = row.data as Record<string, number>;
    return figures;
  });
};
/** Waits until the trainer has written a line that contains `text`. */
async function wrote(runId: string, text: string): Promise<void> {
  const file = path.resolve(env.STILLHOUSE_DATA_DIR, "runs", runId, "events.jsonl");
  for (let i = 0; i < 1_000; i++) {
    if ((await readFile(file, "utf8").catch(() => "")).includes(text)) return;
    await sleep(10);
  }
  throw new Error(`the trainer never wrote ${text}`);
}
const slow = { params: { epochs: 50, patience: 50, refitEpochs: 10 } };

// each trains for real, in processes of their own
describe("a fine-tune", { timeout: 180_000 }, () => {
  test("trains, stores verified files and answers", async () => {
    const { runId, datasetVersionId } = await startFinetune(engineer, projectId);
    const result = await trainNow(runId);
    expect(result).toMatchObject({ studentId: runId, rows: 540 });
    const student = await db.student.findUniqueOrThrow({ where: { runId } });
    expect(student).toMatchObject({ trainRows: 540, labelSource: "gold", datasetVersionId, simulated: false });
    const manifest = Manifest.parse(student.manifest);
    expect(manifest.provenance).toMatchObject({ runId, goldRows: 540, teacherRows: 0 });
    for (const file of manifest.files) {
      const bytes = await readFile(storagePath(`${student.storageKey}/${file.name}`));
      expect({ bytes: bytes.length, sha256: sha256Of(bytes) }).toEqual({ bytes: file.bytes, sha256: file.sha256 });
    }
    const answer = await callStudent<{ label: string; confidence: number; explanation: { words: { text: string }[] } }>(
      "student.predict",
      { studentId: runId, input: "my printer is on fire", explain: true },
    );
    expect(answer.label).toBe("about printer");
    expect(answer.confidence).toBeGreaterThan(0.5);
    expect(answer.explanation.words.map((word) => word.text)).toEqual(["my", "printer", "is", "on", "fire"]);
    expect(
      await readFile(path.resolve(env.STILLHOUSE_DATA_DIR, "runs", runId, "events.jsonl")).catch(() => null),
    ).toBeNull();
  });

  test("never reads a held-out row", async () => {
    const rows = ticketRows(2000).map((row) => (row.holdout ? { ...row, output: "held out only" } : row));
    const { runId } = await startFinetune(engineer, projectId, rows, slow);
    const file = path.resolve(env.STILLHOUSE_DATA_DIR, "runs", runId, "train.jsonl");
    const claim = await tick(runId);
    await wrote(runId, '"start"');
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    // a shutdown of the worker leaves the training alone
    await aborted("shutdown", claim);
    expect(lines).toHaveLength(1800);
    expect(lines.join()).not.toContain("held out only");
    await trainNow(runId);
    const student = await db.student.findUniqueOrThrow({ where: { runId } });
    expect(Manifest.parse(student.manifest).labels).not.toContain("held out only");
  });

  test("a worker that dies in mid-training loses nothing and repeats nothing", async () => {
    const { runId } = await startFinetune(engineer, projectId, ticketRows(600), slow);
    const first = await tick(runId);
    await wrote(runId, '"metric"');
    // Killed: nobody ends the claim; another worker claims it while the training goes on.
    void first.done.catch(() => undefined);
    await trainNow(runId);
    const metrics = await metricsOf(runId);
    const steps = metrics.map(({ step }) => step ?? 0);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect(await db.trainingJob.count({ where: { runId } })).toBe(1);
    expect(await db.runEvent.count({ where: { runId, message: { startsWith: "Attempt" } } })).toBe(1);
  });

  test("a trainer that is killed goes on from its checkpoint with the same curve", async () => {
    const rows = ticketRows(600);
    const undisturbed = await startFinetune(engineer, projectId, rows, slow);
    await trainNow(undisturbed.runId);
    const { runId } = await startFinetune(engineer, projectId, rows, slow);
    await tick(runId).then(async (claim) => {
      await wrote(runId, '"checkpoint"');
      const [leader] = await processesOf(runId);
      process.kill(-Number(leader), "SIGKILL");
      await claim.done;
    });
    await trainNow(runId);
    const jobs = await db.trainingJob.findMany({ where: { runId }, orderBy: { attempt: "asc" } });
    expect(jobs.map(({ state }) => state)).toEqual(["again", "done"]);
    expect(await metricsOf(runId)).toEqual(await metricsOf(undisturbed.runId));
    const hashes = await Promise.all(
      [runId, undisturbed.runId].map(
        async (id) =>
          Manifest.parse((await db.student.findUniqueOrThrow({ where: { runId: id } })).manifest).files[0]?.sha256,
      ),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  test("cancel ends the process, and retry goes on from the checkpoint", async () => {
    const { runId } = await startFinetune(engineer, projectId, ticketRows(4000), slow);
    const claim = await tick(runId);
    await wrote(runId, '"checkpoint"');
    await aborted("cancel", claim);
    expect(await processesOf(runId)).toEqual([]);
    expect(await db.trainingJob.findFirst({ where: { runId } })).toMatchObject({ state: "cancelled" });
    expect(await db.runEvent.count({ where: { runId, message: { startsWith: "Stopped by SIGTERM" } } })).toBe(1);
    await trainNow(runId);
    expect(await db.runEvent.count({ where: { runId, message: { startsWith: "Resumed from" } } })).toBe(1);
  });
});

describe("labels", { timeout: 120_000 }, () => {
  test("gold, teacher and both count and train what they say", async () => {
    const rows = ticketRows(60).map((row, i) => ({ ...row, output: i % 2 === 0 ? row.output : null }));
    const datasetVersionId = await makeVersion(engineer, projectId, rows);
    const generationRunId = await makeRun(engineer, projectId, "generation", {
      datasetVersionId,
      rows: "all",
      teacher: { name: "T", model: "m" },
    });
    await db.run.update({ where: { id: generationRunId }, data: { state: "succeeded", simulated: true } });
    await db.generationResult.createMany({
      data: rows.map((_, i) => ({
        runId: generationRunId,
        position: i + 1,
        status: i % 3 === 0 ? "refusal" : "ok",
        answer: i % 3 === 0 ? null : "told",
      })),
    });
    const preview = (labelSource: string) =>
      callFinetune<Record<string, number>>(engineer, "finetune.preview", {
        projectId,
        datasetVersionId,
        generationRunId,
        labelSource,
      });
    const training = rows.map((row, i) => ({ ...row, told: i % 3 !== 0 })).filter((row) => !row.holdout);
    const gold = training.filter((row) => row.output !== null).length;
    const told = training.filter((row) => row.told).length;
    const onlyTold = training.filter((row) => row.output === null && row.told).length;
    expect(await preview("gold")).toMatchObject({ trainRows: 54, labelledRows: gold, goldRows: gold, teacherRows: 0 });
    expect(await preview("teacher")).toMatchObject({
      labelledRows: told,
      goldRows: 0,
      teacherRows: told,
      problem: expect.stringContaining("same label"),
    });
    expect(await preview("both")).toMatchObject({
      labelledRows: gold + onlyTold,
      goldRows: gold,
      teacherRows: onlyTold,
    });
    const input = { projectId, datasetVersionId, generationRunId, labelSource: "both" };
    const { id } = await callFinetune<{ id: string }>(engineer, "finetune.create", input);
    expect(await trainNow(id)).toMatchObject({ rows: gold + onlyTold });
    // what a simulated teacher said makes a simulated student
    expect(await db.student.findUniqueOrThrow({ where: { runId: id } })).toMatchObject({ simulated: true });
  });
});

describe("refusals", { timeout: 120_000 }, () => {
  const create = async (input: Record<string, unknown>, project = projectId) =>
    callFinetune(engineer, "finetune.create", { projectId: project, labelSource: "gold", ...input });

  test("one label, no labels, a test set, another project's rows, an unknown recipe, a wrong parameter", async () => {
    const one = await makeVersion(
      engineer,
      projectId,
      ticketRows(20).map((row) => ({ ...row, output: "same" })),
    );
    await expect(create({ datasetVersionId: one })).rejects.toThrow("same label");
    const none = await makeVersion(
      engineer,
      projectId,
      ticketRows(20).map((row) => ({ ...row, output: null })),
    );
    await expect(create({ datasetVersionId: none })).rejects.toThrow("No training row");
    // In a project of its own: as a test set it would guard the others against leakage.
    const apart = await makeProject(engineer);
    const held = await makeVersion(
      engineer,
      apart.id,
      ticketRows(20).map((row) => ({ ...row, holdout: true })),
    );
    await expect(create({ datasetVersionId: held }, apart.id)).rejects.toThrow("held out");
    const other = await makeProject(engineer);
    await expect(create({ datasetVersionId: one }, other.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(create({ datasetVersionId: one, recipe: "__proto__" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(create({ datasetVersionId: one, params: { epochs: 0 } })).rejects.toMatchObject({
      detail: { where: "params.epochs" },
    });
    await expect(create({ datasetVersionId: one, params: { typo: 1 } })).rejects.toMatchObject({ code: "INVALID" });
    await expect(create({ datasetVersionId: one, labelSource: "teacher" })).rejects.toMatchObject({
      detail: { where: "generationRunId" },
    });
  });

  test("extraction and generation say that they need a GPU node", async () => {
    const other = await makeProject(engineer, { kind: "extraction" });
    const datasetVersionId = await makeVersion(engineer, other.id, ticketRows(40));
    await expect(create({ datasetVersionId }, other.id)).rejects.toThrow("GPU node");
  });

  test("a student that an evaluation depends on cannot be deleted; a changed file is not loaded", async () => {
    const { runId } = await startFinetune(engineer, projectId, ticketRows(60));
    await trainNow(runId);
    const evaluation = await db.evaluation.create({
      data: { teamId: engineer.teamId, projectId, runId, studentId: runId, datasetVersionId: runId, report: {} },
    });
    await expect(callStudent("student.delete", { studentId: runId })).rejects.toMatchObject({ code: "CONFLICT" });
    await db.evaluation.delete({ where: { id: evaluation.id } });
    const model = storagePath(`students/${runId}/model.safetensors`);
    const bytes = await readFile(model);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    await (await import("node:fs/promises")).writeFile(model, bytes);
    await expect(callStudent("student.predict", { studentId: runId, input: "x" })).rejects.toThrow("checksum");
    await expect(
      callStudent("student.download", { studentId: runId, file: "../../../etc/passwd" }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    await callStudent("student.delete", { studentId: runId });
    expect(await db.student.findUnique({ where: { id: runId } })).toBeNull();
  });
});
