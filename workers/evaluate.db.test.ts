import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { removeStorage, writeStorage } from "#lib/core/storage.ts";
import type { EvaluationReport } from "#lib/evaluations/report.ts";
import { evaluationVerbs } from "#lib/evaluations/service.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { MODEL_FILE } from "#lib/recipes/cpu-softmax/predict.ts";
import { makeProject, makeRun, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { chunks, makeStudent } from "./evaluate.testing.ts";
import { evaluationHandler } from "./evaluate.ts";
import { type Runtime, startRuntime } from "./runtime.ts";

let engineer: Actor;
let projectId: string;
let studentId: string;
let runtime: Runtime | undefined;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer, { labels: ["fruit", "vegetable"] })).id;
  const versionId = await makeVersion(engineer, projectId, [
    { input: "an apple a day", output: "fruit", holdout: true },
    { input: "carrot cake", output: " Vegetable ", holdout: true },
    { input: "apple or carrot, mostly carrot carrot", output: "fruit", holdout: true },
    { input: "apple pie", output: null, holdout: true },
    { input: "a stone", output: "mineral", holdout: true },
    { input: "apple", output: "fruit" },
  ]);
  studentId = await makeStudent(engineer, projectId, versionId);
  const labelled = await makeRun(engineer, projectId, "generation", {
    datasetVersionId: versionId,
    rows: "holdout",
    limit: null,
    teacher: { name: "Big model" },
  });
  await db.run.update({ where: { id: labelled }, data: { state: "succeeded" } });
  await db.generationResult.createMany({
    data: [
      { runId: labelled, position: 1, status: "ok", answer: "fruit", costMicros: 10n, latencyMs: 500 },
      { runId: labelled, position: 2, status: "ok", answer: "fruit", costMicros: 10n, latencyMs: 500 },
      { runId: labelled, position: 3, status: "ok", answer: "fruit", costMicros: 10n, latencyMs: 500 },
      { runId: labelled, position: 4, status: "refusal", costMicros: 10n, latencyMs: 500 },
      { runId: labelled, position: 5, status: "ok", answer: "vegetable", costMicros: 10n, latencyMs: 500 },
    ],
  });
});
afterEach(async () => {
  await runtime?.stop();
  runtime = undefined;
});

const start = async () => {
  const handlers = { evaluation: evaluationHandler };
  runtime = await startRuntime(handlers, { mail: async () => {}, sample: async () => {} }, async () => {});
};
const stateOf = async (id: string) => (await db.run.findUniqueOrThrow({ where: { id } })).state;
const ends = (id: string, state: string) =>
  vi.waitFor(async () => expect(await stateOf(id)).toBe(state), { timeout: 15_000, interval: 50 });
async function create(of = studentId): Promise<string> {
  const verb = evaluationVerbs.find(({ endpoint }) => endpoint.name === "evaluation.create");
  const made = (await verb?.call({ actor: engineer }, { projectId, studentId: of })) as { id: string };
  return made.id;
}
const stored = (evaluationId: string) =>
  db.evaluationRow.findMany({ where: { evaluationId }, orderBy: { position: "asc" } });

test("student and teacher are judged on the same rows, and the report stands under the run's id", async () => {
  const id = await create();
  await start();
  await ends(id, "succeeded");
  const rows = await stored(id);
  expect(rows.map(({ gold, teacher, student }) => [gold, teacher, student])).toEqual([
    ["fruit", "fruit", "fruit"],
    ["vegetable", "fruit", "vegetable"], // " Vegetable " is the task's "vegetable"
    ["fruit", "fruit", "vegetable"],
    [null, null, "fruit"],
    ["mineral", "vegetable", "fruit"],
  ]);
  expect(rows.every((row) => row.studentLatencyMs > 0 && row.confidence >= 0.5 && row.confidence <= 1)).toBe(true);
  const evaluation = await db.evaluation.findUniqueOrThrow({ where: { id } });
  const report = evaluation.report as EvaluationReport;
  expect(report.rows).toMatchObject({ total: 5, withGold: 4, withTeacher: 4, judged: 4, seenInTraining: 0 });
  expect(report.unseen).toEqual({ labels: ["mineral"], rows: 1 });
  expect(report.views.all.student.figures.accuracy?.value).toBe(0.5);
  expect(report.views.all.verdict?.counts).toEqual({ n: 4, studentOnly: 1, teacherOnly: 1 });
  expect(report.cost.teacherPer1kMicros).toBe(10_000);
  const run = await db.run.findUniqueOrThrow({ where: { id } });
  expect(run.result).toMatchObject({ evaluationId: id, rows: 5, basis: "gold", outcome: "open" });
});

test("run again after a crash half-way, it leaves exactly one report and one row each", async () => {
  const id = await create();
  const half = { evaluationId: id, student: "left over", confidence: 1, studentLatencyMs: 1 };
  await db.evaluationRow.createMany({
    data: [
      { ...half, position: 1 },
      { ...half, position: 999 },
    ],
  });
  await start();
  await ends(id, "succeeded");
  await runtime?.stop();
  expect((await stored(id)).map((row) => row.student)).not.toContain("left over");
  // delivered once more, as if the worker had died between the report and the end of the run
  await db.run.update({ where: { id }, data: { state: "queued", finishedAt: null } });
  await enqueueRun(await db.run.findUniqueOrThrow({ where: { id } }));
  await start();
  await ends(id, "succeeded");
  expect(await stored(id)).toHaveLength(5);
  expect(await db.evaluation.count({ where: { runId: id } })).toBe(1);
});

test("cancelled, it leaves nothing", async () => {
  const id = await create();
  await db.evaluationRow.create({
    data: { evaluationId: id, position: 1, student: "x", confidence: 1, studentLatencyMs: 1 },
  });
  await db.run.update({ where: { id }, data: { cancelRequested: true } });
  await start();
  await ends(id, "cancelled");
  expect(await stored(id)).toEqual([]);
});

test("a student whose file was damaged fails with its name, and is not evaluated", async () => {
  const { datasetVersionId } = await db.student.findUniqueOrThrow({ where: { id: studentId } });
  const other = await db.student.findUniqueOrThrow({
    where: { id: await makeStudent(engineer, projectId, datasetVersionId) },
  });
  await writeStorage(`${other.storageKey}/${MODEL_FILE}`, chunks(Buffer.from("not the model")));
  const damaged = await create(other.id);
  await start();
  await ends(damaged, "failed");
  await removeStorage(other.storageKey);
  const gone = await create(other.id);
  await ends(gone, "failed");
  for (const id of [damaged, gone]) {
    const { error } = await db.run.findUniqueOrThrow({ where: { id } });
    expect(error).toMatchObject({ code: "INVALID", where: MODEL_FILE });
  }
  expect(await db.evaluation.count({ where: { runId: { in: [damaged, gone] } } })).toBe(0);
});
