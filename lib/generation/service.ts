import { Readable } from "node:stream";
import type { Db, Prisma, Tx } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { toWebStream } from "#lib/core/storage.ts";
import { download, mutation, query } from "#lib/core/verb.ts";
import type { PayloadOf } from "#lib/jobs/catalog.ts";
import { generationKind } from "#lib/jobs/kinds/generation.ts";
import { synthesisKind } from "#lib/jobs/kinds/synthesis.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { createRun } from "#lib/jobs/runs.ts";
import { priceOf } from "#lib/teachers/service.ts";
import type { DatasetVersion, Run } from "#prisma/generated/client.ts";
import { answerJudge } from "./answer.ts";
import { defaultMaxTokens, draftEstimate } from "./draft.ts";
import { mostMicros } from "./engine-options.ts";
import { exportLines } from "./export.ts";
import { buildPrompt, messagesFor, type TaskSpec } from "./prompt.ts";
import { eachResult, groupResults, listResults, listUnknown } from "./results.ts";
import {
  generationCreate,
  generationExport,
  generationGroups,
  generationPreview,
  generationResults,
  generationUnknown,
  generationUpdate,
} from "./schema.ts";
import { firstRow } from "./selection.ts";
import { toVersionVerbs } from "./to-version.ts";

type Payload = PayloadOf<"generation">;
type Version = DatasetVersion & {
  dataset: { name: string; projectId: string; simulated: boolean; deletedAt: Date | null };
};

/** The project's task as a run freezes it. @throws AppError INVALID when it cannot be labelled yet. */
export async function loadTask(from: Pick<Db | Tx, "task">, projectId: string): Promise<TaskSpec> {
  const task = await from.task.findUnique({ where: { projectId } });
  if (!task)
    throw new AppError("INVALID", "The project has no task yet.", {
      where: "task",
      todo: "Describe it on the Task tab.",
    });
  const jsonSchema = task.jsonSchema as Record<string, unknown> | null;
  const spec: TaskSpec = { kind: task.kind, instruction: task.instruction, labels: task.labels, jsonSchema };
  if (task.kind === "classification" && task.labels.length < 2) {
    throw new AppError("INVALID", "The task has no labels to choose from.", {
      where: "task.labels",
      todo: "Type the labels on the Task tab, or take them from the data there.",
    });
  }
  // compiles the schema, so that a wrong one is told now and not by a failed run
  answerJudge(spec);
  return spec;
}

/** Rows and characters of a choice, from the version's counts: exact for all, proportional for a side or a sample. */
function sizeOf(version: Version, rows: Payload["rows"], limit: number | null): { rows: number; chars: number } {
  const side = { all: version.rowCount, holdout: version.holdoutCount, train: version.rowCount - version.holdoutCount }[
    rows
  ];
  const count = limit === null ? side : Math.min(limit, side);
  return { rows: count, chars: Math.round((Number(version.inputChars) * count) / Math.max(1, version.rowCount)) };
}

function checkVersion(version: Version, projectId: string): void {
  if (version.dataset.projectId !== projectId || version.dataset.deletedAt) throw notFound("dataset version");
  refuseUnready(version);
}

/** @throws AppError CONFLICT for a version that is being imported or failed */
export function refuseUnready(version: Pick<DatasetVersion, "state" | "number"> & { dataset: { name: string } }): void {
  if (version.state !== "ready") {
    throw new AppError("CONFLICT", `${version.dataset.name} v${version.number} is not ready.`, {
      where: "datasetVersionId",
      todo: "Wait for its import to end.",
    });
  }
}

const create = mutation(generationCreate, async ({ actor, tx, input, found, after }) => {
  const { projectId: project, datasetVersionId: version, teacherId: teacher } = found;
  checkVersion(version, project.id);
  const task = await loadTask(tx, project.id);
  const size = sizeOf(version, input.rows, input.limit);
  if (size.rows === 0) {
    throw new AppError("INVALID", `${version.dataset.name} v${version.number} has no rows there.`, {
      where: "rows",
      todo: "Choose all rows, or another version.",
    });
  }
  const payload: Payload = {
    datasetVersionId: version.id,
    teacherId: teacher.id,
    rows: input.rows,
    limit: input.limit,
    policy: input.policy,
    concurrency: Math.min(input.concurrency ?? teacher.maxConcurrency, teacher.maxConcurrency),
    capMicros: input.capMicros,
    maxTokens: input.maxTokens ?? defaultMaxTokens(task),
    temperature: input.temperature,
    autoConfirm: input.autoConfirm,
    teacher: { name: teacher.name, baseUrl: teacher.baseUrl, model: teacher.model },
    price: { ...priceOf(teacher), source: teacher.priceSource },
    task: { ...task, labels: [...task.labels] },
    prompt: buildPrompt(task),
  };
  const run = await createRun(tx, actor, {
    kind: "generation",
    projectId: project.id,
    title: `Label ${version.dataset.name} v${version.number} with ${teacher.name}`,
    payload,
    simulated: project.simulated || teacher.simulated || version.dataset.simulated,
  });
  after(() => enqueueRun(run));
  return run;
});

/** Limits of a run that asks a teacher, in its payload. @throws AppError NOT_FOUND for other kinds */
function termsOf(run: Run): PayloadOf<"generation"> | PayloadOf<"synthesis"> {
  if (run.kind === "synthesis") return synthesisKind.payload.parse(run.payload);
  return generationOf(run);
}

/** A run of this kind. @throws AppError NOT_FOUND for other kinds: their results are elsewhere. */
function generationOf(run: Run): Payload {
  if (run.kind !== "generation") throw notFound("labelling run");
  return generationKind.payload.parse(run.payload);
}

const update = mutation(generationUpdate, async ({ tx, input, found }) => {
  const run = found.runId;
  const payload = termsOf(run);
  const { runId, capMicros, concurrency, policy } = input;
  const changed = {
    ...payload,
    ...(capMicros === undefined ? {} : { capMicros }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(policy === undefined ? {} : { policy }),
  };
  const { count } = await tx.run.updateMany({
    where: { id: runId, state: { in: ["paused", "failed", "cancelled"] } },
    data: { payload: changed as Prisma.InputJsonObject },
  });
  if (count === 0) {
    throw new AppError("CONFLICT", `This run is ${run.state}; its limits cannot be changed now.`, {
      where: run.title,
      todo: "Pause it first.",
    });
  }
  return run;
});

const preview = query(generationPreview, async ({ db, input, found }) => {
  const { projectId: project, datasetVersionId: version, teacherId: teacher } = found;
  checkVersion(version, project.id);
  const task = await loadTask(db, project.id);
  const prompt = buildPrompt(task);
  const maxTokens = input.maxTokens ?? defaultMaxTokens(task);
  const size = sizeOf(version, input.rows, input.limit ?? null);
  const row = (await firstRow(version, input.rows, input.position ?? 0)) ?? null;
  const request = row && {
    model: teacher.model,
    messages: messagesFor(prompt, row.input),
    maxTokens,
    temperature: input.temperature,
    responseFormat: prompt.responseFormat,
  };
  const price = priceOf(teacher);
  return {
    rows: size.rows,
    position: row?.position ?? null,
    request: request && {
      model: request.model,
      messages: request.messages,
      max_tokens: maxTokens,
      temperature: input.temperature,
      ...(prompt.responseFormat ? { response_format: prompt.responseFormat } : {}),
    },
    estimate: draftEstimate(task, prompt, size, maxTokens, price),
    rowMostMicros: request ? mostMicros(request, price) : 0,
    maxTokens,
  };
});

const results = query(generationResults, async ({ input, found }) => {
  generationOf(found.runId);
  const { cursor, limit, ...filter } = input;
  return listResults(filter, cursor, limit);
});

const groups = query(generationGroups, async ({ found }) => {
  generationOf(found.runId);
  return groupResults(found.runId.id);
});

const unknown = query(generationUnknown, async ({ input, found }) => {
  generationOf(found.runId);
  return listUnknown(found.runId.id, input.cursor, input.limit);
});

const exported = download(generationExport, async ({ input, found }) => {
  generationOf(found.runId);
  const { format, ...filter } = input;
  return {
    stream: toWebStream(Readable.from(exportLines(eachResult(filter), format), { objectMode: false })),
    fileName: `labels-${found.runId.id}.${format}`,
    contentType: format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson",
  };
});

export const generationVerbs = [create, update, preview, results, groups, unknown, exported, ...toVersionVerbs];
