import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { db } from "#lib/core/db.ts";
import { EvaluationReport } from "#lib/evaluations/report.ts";
import { sampleTicketCount } from "#lib/sample/tickets.ts";
import { makeTeam } from "#lib/testing/factories.ts";
import { evaluationHandler } from "./evaluate.ts";
import { finetuneHandler } from "./finetune.ts";
import { generationHandler } from "./generate.ts";
import { importHandler } from "./import.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { advanceSample, sweepSample } from "./sample.ts";
import { type SampleTeacher, startSampleTeacher } from "./sample-teacher/server.ts";

// Settings are read once, at the first use of any of them: these must be there before anything is imported.
const port = await vi.hoisted(async () => {
  const { freePort } = await import("#scripts/lib/ports.ts");
  const free = await freePort();
  process.env.SAMPLE_TEACHER_PORT = String(free);
  process.env.STILLHOUSE_ALLOW_ADDRESSES = `127.0.0.1:${free}`;
  return free;
});

let teacher: SampleTeacher;
let teamId: string;
let runtime: Runtime | undefined;

const start = () =>
  startRuntime(
    { import: importHandler, generation: generationHandler, finetune: finetuneHandler, evaluation: evaluationHandler },
    { mail: async () => {}, sample: advanceSample },
    sweepSample,
  );
const state = async () => (await db.instance.findUniqueOrThrow({ where: { id: 1 } })).sampleState;

beforeAll(async () => {
  teacher = await startSampleTeacher({ port, latency: { medianMs: 2, sigma: 0.4 } });
  teamId = (await makeTeam("Sample")).team.id;
  await db.team.update({ where: { id: teamId }, data: { simulated: true } });
  await db.instance.create({ data: { secretCheck: "not looked at here", sampleTeamId: teamId } });
});
afterAll(async () => {
  await runtime?.stop();
  await teacher.close();
});

it("runs the whole main job by itself, once, also when steps repeat, overlap and the worker restarts", {
  timeout: 120_000,
}, async () => {
  await Promise.all([advanceSample(), advanceSample(), advanceSample()]);
  await advanceSample();
  expect(await db.run.count()).toBe(1);

  runtime = await start();
  await vi.waitFor(async () => expect(await state()).toMatchObject({ step: "labelling" }), {
    timeout: 30_000,
    interval: 100,
  });
  await runtime.stop();
  runtime = await start();
  await vi.waitFor(async () => expect(await state()).toMatchObject({ ended: true }), {
    timeout: 90_000,
    interval: 200,
  });
  expect(await state()).toEqual({ step: "all set", ended: true, problem: null });

  const runs = await db.run.findMany({ orderBy: { id: "asc" } });
  expect(runs.map(({ kind }) => kind)).toEqual(["import", "generation", "finetune", "evaluation"]);
  for (const things of [
    runs,
    await db.project.findMany(),
    await db.dataset.findMany(),
    await db.teacher.findMany(),
    await db.student.findMany(),
  ]) {
    expect(things.length).toBeGreaterThan(0);
    for (const thing of things) expect(thing).toMatchObject({ teamId, simulated: true });
  }
  expect([await db.project.count(), await db.teacher.count(), await db.dataset.count()]).toEqual([1, 1, 1]);
  expect(await db.datasetVersion.findFirstOrThrow()).toMatchObject({ rowCount: sampleTicketCount, rejectedCount: 0 });

  const { report, simulated } = await db.evaluation.findFirstOrThrow();
  expect(simulated).toBe(true);
  const { student, teacher: judgedTeacher } = EvaluationReport.parse(report).views.all;
  const [studentAccuracy, teacherAccuracy] = [
    student.figures.accuracy?.value ?? 0,
    judgedTeacher?.figures.accuracy?.value ?? 0,
  ];
  process.stdout.write(`sample: student ${studentAccuracy}, teacher ${teacherAccuracy}\n`);
  expect(studentAccuracy).toBeGreaterThan(0.89);
  expect(studentAccuracy).toBeLessThan(0.98);
  expect(teacherAccuracy).toBeGreaterThan(0.88);
  expect(teacherAccuracy).toBeLessThan(0.95);
});

it("stays as a person left it once it has ended", async () => {
  const project = await db.project.findFirstOrThrow();
  await db.project.update({ where: { id: project.id }, data: { simulated: false } });
  await advanceSample();
  expect(await db.project.count()).toBe(1);
});

it("stops with the reason when a run of it was cancelled", async () => {
  await db.instance.update({ where: { id: 1 }, data: { sampleState: {} } });
  const project = await db.project.findFirstOrThrow();
  await db.project.update({ where: { id: project.id }, data: { simulated: true } });
  await db.run.updateMany({ where: { kind: "finetune" }, data: { state: "cancelled" } });
  await advanceSample();
  expect(await state()).toMatchObject({ ended: true, problem: expect.stringContaining("has been cancelled") });
});
