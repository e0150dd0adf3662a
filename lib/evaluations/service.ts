import { Readable } from "node:stream";
import type { Tx } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { toWebStream } from "#lib/core/storage.ts";
import { download, mutation, query } from "#lib/core/verb.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { createRun } from "#lib/jobs/runs.ts";
import { choicesOf, teacherRuns } from "./choices.ts";
import { exportLines } from "./export.ts";
import { headsOf } from "./present.ts";
import { EvaluationReport } from "./report.ts";
import { countRows, findRows, rowCursor } from "./rows.ts";
import {
  evaluationChoices,
  evaluationCreate,
  evaluationDelete,
  evaluationExport,
  evaluationGet,
  evaluationList,
  evaluationRows,
} from "./schema.ts";
import { findSummaries } from "./stored.ts";

const create = mutation(evaluationCreate, async ({ actor, tx, input, found, after }) => {
  const { projectId: project, studentId: student } = found;
  if (student.projectId !== project.id) throw notFound("student");
  const versionId = input.datasetVersionId ?? student.datasetVersionId;
  const version = await readyVersion(tx, actor.teamId, versionId, project.id);
  if (input.rows === "all" && versionId === student.datasetVersionId) {
    throw new AppError("INVALID", "The student learned from rows of this version.", {
      where: "rows",
      todo: "Evaluate on its hold-out, or import a separate test set.",
    });
  }
  if (input.rows === "holdout" ? version.holdoutCount === 0 : version.rowCount === 0) {
    throw new AppError("INVALID", `${version.name} has no ${input.rows === "holdout" ? "hold-out " : ""}rows.`, {
      where: "datasetVersionId",
      todo:
        input.rows === "holdout"
          ? "Import it with a hold-out share above 0, or evaluate on all rows of a test set."
          : "Choose another version.",
    });
  }
  const teachers = await teacherRuns(tx, actor.teamId, versionId);
  const chosen = input.generationRunId;
  if (chosen && !teachers.some((run) => run.runId === chosen)) {
    throw new AppError("INVALID", "That labelling run has no answers on the chosen rows.", {
      where: "generationRunId",
      todo: "Choose a finished labelling run of this dataset version that covers its hold-out.",
    });
  }
  const task = await tx.task.findUnique({ where: { projectId: project.id } });
  const run = await createRun(tx, actor, {
    kind: "evaluation",
    projectId: project.id,
    title: `Evaluate ${student.name} on ${version.name}`,
    payload: {
      studentId: student.id,
      datasetVersionId: versionId,
      generationRunId: chosen === undefined ? (teachers[0]?.runId ?? null) : chosen,
      rows: input.rows,
      labels: task?.labels ?? [],
      limits: {
        minQuality: task?.minQuality ?? null,
        maxP95LatencyMs: task?.maxP95LatencyMs ?? null,
        maxMemoryBytes: task?.maxMemoryBytes == null ? null : Number(task.maxMemoryBytes),
        budgetMicros: task?.budgetMicros == null ? null : Number(task.budgetMicros),
        margin: task?.nonInferiorityMargin ?? 0.02,
      },
    },
    simulated: project.simulated || student.simulated,
  });
  after(() => enqueueRun(run));
  return { id: run.id };
});

async function readyVersion(tx: Tx, teamId: string, id: string, projectId: string) {
  const version = await tx.datasetVersion.findFirst({
    where: { id, teamId, state: "ready", deletedAt: null, dataset: { projectId, deletedAt: null } },
    include: { dataset: { select: { name: true } } },
  });
  if (!version) throw notFound("dataset version");
  return { ...version, name: `${version.dataset.name} v${version.number}` };
}

const choices = query(evaluationChoices, ({ actor, db, input }) => choicesOf(db, actor.teamId, input.projectId));

const list = query(evaluationList, async ({ actor, db, input }) => {
  const { projectId, studentId, cursor, limit } = input;
  const rows = await findSummaries(db, { teamId: actor.teamId, projectId, studentId, before: cursor }, limit + 1);
  const { items, nextCursor } = toPage(rows, limit, (row) => row.id);
  const heads = await headsOf(db, items);
  return { items: heads.flatMap((head, i) => (items[i] ? [{ ...head, report: items[i].report }] : [])), nextCursor };
});

const get = query(evaluationGet, async ({ db, found }) => {
  const [head] = await headsOf(db, [found.evaluationId]);
  if (!head) throw notFound("evaluation");
  return { ...head, report: EvaluationReport.parse(found.evaluationId.report) };
});

/** What the row queries need of an evaluation. */
function targetOf(row: { id: string; datasetVersionId: string; report: unknown }) {
  return { id: row.id, datasetVersionId: row.datasetVersionId, report: EvaluationReport.parse(row.report) };
}

const rows = query(evaluationRows, async ({ input, found }) => {
  const target = targetOf(found.evaluationId);
  const [loaded, count] = await Promise.all([
    findRows(target, input, { sort: input.sort, cursor: input.cursor, limit: input.limit + 1 }),
    countRows(target, input),
  ]);
  return { ...toPage(loaded, input.limit, rowCursor), ...count };
});

const exportFile = download(evaluationExport, async ({ input, found }) => ({
  stream: toWebStream(
    Readable.from(exportLines(targetOf(found.evaluationId), input, input.format), { objectMode: false }),
  ),
  fileName: `evaluation-${input.evaluationId}.${input.format}`,
  contentType: input.format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson",
}));

const remove = mutation(evaluationDelete, async ({ actor, tx, input, found }) => {
  await tx.evaluationRow.deleteMany({ where: { evaluationId: input.evaluationId } });
  await tx.evaluation.delete({ where: { id: input.evaluationId } });
  await publish(tx, actor.teamId, `project:${found.evaluationId.projectId}`);
  return { id: input.evaluationId };
});

export const evaluationVerbs = [create, choices, list, get, rows, exportFile, remove];
