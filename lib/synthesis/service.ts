import type { Prisma } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { action, mutation, query } from "#lib/core/verb.ts";
import { deriveVersion } from "#lib/datasets/derive.ts";
import { ImportReport } from "#lib/datasets/schema.ts";
import { loadTask, refuseUnready } from "#lib/generation/service.ts";
import type { PayloadOf, ResultOf } from "#lib/jobs/catalog.ts";
import { synthesisKind } from "#lib/jobs/kinds/synthesis.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { createRun } from "#lib/jobs/runs.ts";
import { costMicros } from "#lib/llm/price.ts";
import { openTeacher, priceOf } from "#lib/teachers/service.ts";
import type { Run } from "#prisma/generated/client.ts";
import { findGaps } from "./gaps.ts";
import { loadSeeds, systemFor } from "./plan.ts";
import { listRows, reviewFigures } from "./rows.ts";
import {
  synthesisCreate,
  synthesisDecide,
  synthesisGaps,
  synthesisReview,
  synthesisRows,
  synthesisTopics,
  synthesisToVersion,
} from "./schema.ts";
import { stageSynthesis } from "./stage.ts";
import { outlineOf, topicsPrompt } from "./topics.ts";

type Payload = PayloadOf<"synthesis">;
type Result = ResultOf<"synthesis">;

const gaps = query(synthesisGaps, async ({ db, found }) => {
  refuseUnready(found.datasetVersionId);
  return findGaps(db, found.datasetVersionId);
});

const topicTokens = 1_500;

const topics = action(synthesisTopics, async ({ db, found, signal }) => {
  const { datasetVersionId: version, teacherId: teacher } = found;
  refuseUnready(version);
  const task = await loadTask(db, version.dataset.projectId);
  const { any } = await loadSeeds(version, [], 1);
  const client = openTeacher(teacher, 1);
  try {
    const outcome = await client.chat(
      { model: teacher.model, messages: topicsPrompt(task, any), maxTokens: topicTokens, temperature: 0.7 },
      signal,
    );
    if (outcome.class !== "ok") {
      throw new AppError("UPSTREAM", outcome.message, {
        where: teacher.name,
        todo: "Press Test on the teacher's page, or type the topics yourself.",
      });
    }
    const { inputTokens, outputTokens } = outcome.usage;
    return {
      id: version.id,
      outline: outlineOf(outcome.text),
      costMicros: costMicros(priceOf(teacher), inputTokens, outputTokens),
    };
  } finally {
    await client.close();
  }
});

/** Longest answer: what is asked for at three times the usual length, with its quotes. */
function maxTokensFor(plan: Payload["plan"], perRequest: number, meanChars: number): number {
  const long = plan.some((item) => item.method === "length" && item.length === "long") ? 3 : 1;
  return Math.min(16_000, Math.ceil(perRequest * (Math.max(60, meanChars) * long * 0.75 + 12)) + 64);
}

const create = mutation(synthesisCreate, async ({ actor, tx, input, found, after }) => {
  const { datasetVersionId: version, teacherId: teacher } = found;
  refuseUnready(version);
  const { dataset } = version;
  const task = await loadTask(tx, dataset.projectId);
  const known = new Set([...task.labels, ...ImportReport.parse(version.report).labels.map(({ label }) => label)]);
  for (const [index, item] of input.plan.entries()) {
    const named = [item.label, item.method === "hardNegative" ? item.confusedWith : null];
    const unknown = named.find((label) => label !== null && known.size > 0 && !known.has(label));
    // An out-of-scope answer may be new: it is how a task gets one.
    if (unknown !== undefined && unknown !== null && item.method !== "outOfScope") {
      throw new AppError("INVALID", `"${unknown}" is no answer of the task or of this version.`, {
        where: `plan ${index + 1}`,
        todo: "Choose an existing answer, or add the label on the Task tab.",
      });
    }
  }
  const meanChars = Number(version.inputChars) / Math.max(1, version.rowCount);
  const payload: Payload = {
    datasetVersionId: version.id,
    teacherId: teacher.id,
    plan: input.plan,
    perRequest: input.perRequest,
    reviewShare: input.reviewShare,
    nearDuplicate: input.nearDuplicate,
    seed: Math.floor(Math.random() * 2 ** 31),
    policy: input.policy,
    concurrency: Math.min(input.concurrency ?? teacher.maxConcurrency, teacher.maxConcurrency),
    capMicros: input.capMicros,
    maxTokens: maxTokensFor(input.plan, input.perRequest, meanChars),
    temperature: input.temperature,
    autoConfirm: input.autoConfirm,
    teacher: { name: teacher.name, baseUrl: teacher.baseUrl, model: teacher.model },
    price: { ...priceOf(teacher), source: teacher.priceSource },
    system: systemFor(task),
  };
  const rows = input.plan.reduce((sum, item) => sum + item.rows, 0);
  const run = await createRun(tx, actor, {
    kind: "synthesis",
    projectId: dataset.projectId,
    title: `Write ${rows} rows for ${dataset.name} v${version.number} with ${teacher.name}`,
    payload,
    simulated: dataset.simulated || teacher.simulated,
  });
  after(() => enqueueRun(run));
  return run;
});

/** @throws AppError NOT_FOUND for runs of other kinds */
function synthesisOf(run: Run): { payload: Payload; result: (Result & { madeVersionId?: string }) | null } {
  if (run.kind !== "synthesis") throw notFound("synthesis run");
  return {
    payload: synthesisKind.payload.parse(run.payload),
    result: run.result as (Result & { madeVersionId?: string }) | null,
  };
}

const rows = query(synthesisRows, async ({ input, found }) => {
  synthesisOf(found.runId);
  const { runId, cursor, limit, ...filter } = input;
  return listRows(runId, filter, cursor, limit);
});

const review = query(synthesisReview, async ({ db, found }) => {
  const { result } = synthesisOf(found.runId);
  return reviewFigures(db, found.runId.id, result?.madeVersionId ?? null);
});

/** @throws AppError CONFLICT before the end of the run, and once a version was made of it */
function finished(run: Run): Result {
  const { result } = synthesisOf(run);
  if (run.state !== "succeeded" || !result) {
    throw new AppError("CONFLICT", "The new rows are not all there yet.", {
      where: run.title,
      todo: "Wait for the end of the run.",
    });
  }
  if (result.madeVersionId) {
    throw new AppError("CONFLICT", "A version was already made of these rows.", {
      where: run.title,
      todo: "Open that version, or start another run.",
    });
  }
  return result;
}

const decide = mutation(synthesisDecide, async ({ actor, tx, input, found }) => {
  finished(found.runId);
  await tx.$executeRaw`
    UPDATE "SynthesisRow" s SET "decision" = d."decision", "decidedById" = ${actor.userId}::uuid, "decidedAt" = now()
    FROM unnest(${input.decisions.map(({ seq }) => seq)}::int[], ${input.decisions.map(({ decision }) => decision)}::text[]) AS d("seq", "decision")
    WHERE s."runId" = ${input.runId}::uuid AND s."seq" = d."seq" AND s."status" = 'kept'`;
  return { id: input.runId, ...(await reviewFigures(tx, input.runId, null)) };
});

const toVersion = mutation(synthesisToVersion, async ({ actor, tx, input, found }) => {
  // One version of a run, also when two people press the button.
  await tx.$queryRaw`SELECT 1 FROM "Run" WHERE "id" = ${input.runId}::uuid FOR NO KEY UPDATE`;
  const run = await tx.run.findUniqueOrThrow({ where: { id: input.runId } });
  const { payload } = synthesisOf(run);
  const result = finished(run);
  const source = await tx.datasetVersion.findUnique({
    where: { id: payload.datasetVersionId },
    include: { dataset: true },
  });
  const onto = found.datasetVersionId ?? source;
  if (!onto || !source || onto.datasetId !== source.datasetId) {
    throw new AppError("INVALID", "The rows belong to another dataset.", {
      where: "datasetVersionId",
      todo: "Choose a version of the dataset that they were written for.",
    });
  }
  refuseUnready(onto);
  const open = await tx.synthesisRow.count({ where: { runId: run.id, status: "kept", review: true, decision: null } });
  if (open > 0 && !input.withoutReview) {
    throw new AppError("CONFLICT", `${open} of the rows that a person should look at first are not decided.`, {
      where: run.title,
      todo: "Accept or reject them, or add the rows without.",
    });
  }
  const version = await deriveVersion(tx, {
    actor,
    parent: onto,
    origin: "synthesis",
    reason: input.reason,
    stage: (inner, table) => stageSynthesis(inner, table, run.id, payload, onto),
  });
  await tx.run.update({
    where: { id: run.id },
    data: { result: { ...result, madeVersionId: version.id } as Prisma.InputJsonObject },
  });
  const { id, datasetId, number } = version;
  return { id, datasetId, datasetVersionId: id, number, added: version.rowCount - onto.rowCount };
});

export const synthesisVerbs = [gaps, topics, create, rows, review, decide, toVersion];
