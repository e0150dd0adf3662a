/**
 * Sets the sample project up, step by step, through the same verbs that people use, so that a newcomer sees the whole
 * main job run live on first boot. Every step looks at what is there before it acts: it can be killed anywhere and run again.
 */
import { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import { writeAudit } from "#lib/core/audit.ts";
import { systemActor } from "#lib/core/auth.ts";
import { db } from "#lib/core/db.ts";
import type { Endpoint } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { datasetCreate, uploadCreate } from "#lib/datasets/schema.ts";
import { env } from "#lib/env.ts";
import { evaluationCreate } from "#lib/evaluations/schema.ts";
import { finetuneCreate } from "#lib/finetunes/schema.ts";
import { generationCreate } from "#lib/generation/schema.ts";
import { verbs } from "#lib/http/verbs.ts";
import type { RunKind } from "#lib/jobs/catalog.ts";
import { enqueueJob } from "#lib/jobs/queue.ts";
import { createProject } from "#lib/projects/service.ts";
import { isTaskReady } from "#lib/projects/stages.ts";
import { sampleDataset, sampleProject, sampleTask, sampleTeacherRow } from "#lib/sample/project.ts";
import { generateTickets, ticketsAsJsonl } from "#lib/sample/tickets.ts";
import { taskPut } from "#lib/tasks/schema.ts";
import { teacherCreate } from "#lib/teachers/schema.ts";
import type { Run } from "#prisma/generated/client.ts";

/** `Instance.sampleState`. `ended` stays for good: a person may then change or archive the sample as they like. */
const SampleState = z.object({
  /** the step under way, in words */
  step: z.string().default(""),
  ended: z.boolean().default(false),
  /** why it ended before everything was there; null when all is well */
  problem: z.string().nullable().default(null),
});

const everyMs = 2_000;
let nextSweepAt = 0;
/** known to need nothing more; spares a query every two seconds for the life of the process */
let ended = false;

/** Called every second by each worker: keeps the steps coming until the sample is set up. */
export async function sweepSample(): Promise<void> {
  if (ended || Date.now() < nextSweepAt) return;
  nextSweepAt = Date.now() + everyMs;
  const instance = await db.instance.findUnique({ where: { id: 1 } });
  if (!instance) return;
  ended = instance.sampleTeamId === null || SampleState.catch(SampleState.parse({})).parse(instance.sampleState).ended;
  // One fixed id: while a step waits or works, adding it again does nothing.
  if (!ended) await enqueueJob("sample", {}, "sample");
}

/** Takes the sample one step further, if nobody else is doing that right now. */
export async function advanceSample(): Promise<void> {
  // The lock lives as long as this transaction; the steps themselves use connections of their own.
  await db.$transaction(async (tx) => {
    const [lock] = await tx.$queryRaw<{ held: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtextextended('stillhouse.sample', 0)) AS held`;
    if (!lock?.held) return;
    const instance = await tx.instance.findUnique({ where: { id: 1 } });
    const before = SampleState.parse(instance?.sampleState ?? {});
    if (!instance?.sampleTeamId || before.ended) return;
    const after = await nextState(instance.sampleTeamId);
    if (after.step !== before.step || after.ended) {
      log.info({ sample: after }, "sample project");
      await tx.instance.update({ where: { id: 1 }, data: { sampleState: after } });
    }
  });
}

async function nextState(teamId: string): Promise<z.infer<typeof SampleState>> {
  try {
    const owner = await db.membership.findFirst({ where: { teamId, role: "owner" }, orderBy: { createdAt: "asc" } });
    if (!owner) return { step: "", ended: true, problem: "The sample team has no owner." };
    const step = await advance(systemActor(teamId, owner.userId));
    return { step: step ?? "all set", ended: step === null, problem: null };
  } catch (error) {
    // A person interfered, or the set-up is broken: say why, and stop for good instead of trying for ever.
    if (error instanceof AppError) return { step: "stopped", ended: true, problem: error.message };
    throw error;
  }
}

/** Does the first thing that is missing. Returns what is waited for, or null when everything is there. */
async function advance(actor: Actor): Promise<string | null> {
  const simulated = { teamId: actor.teamId, simulated: true };
  const project = (await db.project.findFirst({ where: simulated })) ?? (await makeProject(actor));
  const projectId = project.id;
  const task = await db.task.findUnique({ where: { projectId } });
  if (!isTaskReady(task)) await call(actor, taskPut, { projectId, ...sampleTask, labels: [...sampleTask.labels] });
  const teacherId = await ensureTeacher(actor);

  const imported = await newestRun(projectId, "import");
  if (!imported) await importTickets(actor, projectId);
  if (imported?.state !== "succeeded") return "import";
  const version = await db.datasetVersion.findFirstOrThrow({
    where: { dataset: { projectId } },
    orderBy: { id: "asc" },
  });

  const labelled = await newestRun(projectId, "generation");
  if (!labelled) {
    const choice = { projectId, datasetVersionId: version.id, teacherId, rows: "all" } as const;
    await call(actor, generationCreate, { ...choice, capMicros: sampleTask.budgetMicros, autoConfirm: true });
  }
  if (labelled?.state !== "succeeded") return "labelling";

  const trained = await newestRun(projectId, "finetune");
  if (!trained) {
    const learnFrom = { datasetVersionId: version.id, generationRunId: labelled.id, labelSource: "teacher" } as const;
    // Generated tickets are alike at times, and some fall on either side of the split.
    const overrideLeakage = { reason: "Simulated tickets: their likeness measures nothing." };
    await call(actor, finetuneCreate, { projectId, ...learnFrom, overrideLeakage });
  }
  if (trained?.state !== "succeeded") return "training";

  const judged = await newestRun(projectId, "evaluation");
  if (!judged) {
    const student = await db.student.findFirstOrThrow({ where: { runId: trained.id } });
    await call(actor, evaluationCreate, {
      projectId,
      studentId: student.id,
      datasetVersionId: version.id,
      generationRunId: labelled.id,
    });
  }
  return judged?.state === "succeeded" ? null : "evaluation";
}

/** The newest run of a kind, null before the first. @throws AppError when it ended without a result: then a person has to look */
async function newestRun(projectId: string, kind: RunKind): Promise<Run | null> {
  const run = await db.run.findFirst({ where: { projectId, kind }, orderBy: { id: "desc" } });
  if (run?.state === "failed" || run?.state === "cancelled") {
    throw new AppError("CONFLICT", `"${run.title}" has ${run.state === "failed" ? "failed" : "been cancelled"}.`, {
      where: `run ${run.id}`,
      todo: "Retry it; the rest of the sample can be started by hand.",
    });
  }
  return run;
}

/** The one thing that no verb may do: make a project that is simulated from its first moment. */
async function makeProject(actor: Actor): Promise<{ id: string }> {
  return db.$transaction(async (tx) => {
    const project = await createProject(tx, actor, sampleProject, { simulated: true });
    await writeAudit(tx, actor, { action: "project.create", targetId: project.id, data: sampleProject });
    return project;
  });
}

async function ensureTeacher(actor: Actor): Promise<string> {
  const own = { teamId: actor.teamId, name: sampleTeacherRow.name, deletedAt: null };
  const baseUrl = `http://127.0.0.1:${env.SAMPLE_TEACHER_PORT}/v1`;
  const known = await db.teacher.findFirst({ where: own });
  const teacher = known ?? (await call(actor, teacherCreate, { ...sampleTeacherRow, baseUrl }));
  // Another port after a restart moves the address; the mark is set here because no verb lets anybody choose it.
  if (!known?.simulated || known.baseUrl !== baseUrl) {
    await db.teacher.update({ where: { id: teacher.id }, data: { simulated: true, baseUrl } });
  }
  return teacher.id;
}

/** Uploads the generated file and imports it, as a person would. An upload that was left behind is swept after a day. */
async function importTickets(actor: Actor, projectId: string): Promise<void> {
  const { name, fileName, holdoutFraction } = sampleDataset;
  const body = new Blob([ticketsAsJsonl(generateTickets())]).stream();
  const upload = await call(actor, uploadCreate, { projectId, fileName }, body);
  const mapping = { inputs: ["input"], output: "output" };
  await call(actor, datasetCreate, { projectId, name, uploadId: upload.id, mapping, holdoutFraction });
}

/** Calls an endpoint's verb as the system: same parsing, permissions, audit and effects as over HTTP. */
async function call<I extends z.ZodObject, O extends z.ZodType>(
  actor: Actor,
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
  body?: ReadableStream<Uint8Array>,
): Promise<z.output<O>> {
  const verb = verbs.find((candidate) => candidate.endpoint.name === endpoint.name);
  if (!verb) throw new Error(`no verb implements ${endpoint.name}`);
  return (await verb.call({ actor, ...(body ? { body } : {}) }, input)) as z.output<O>;
}
