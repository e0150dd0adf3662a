import type { Db, Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import type { RowSet } from "#lib/datasets/version-rows.ts";
import type { Dataset, DatasetVersion, Evaluation, Project, Run } from "#prisma/generated/client.ts";
import type { ReviewMix, ReviewTask } from "./schema.ts";
import type { Selection } from "./select.ts";

type Reader = Pick<Db | Tx, "task" | "datasetVersion" | "qualityReport">;
type Version = DatasetVersion & { dataset: Dataset };
type Found = {
  projectId: Project;
  datasetVersionId: Version;
  generationRunId: Run | undefined;
  evaluationId: Evaluation | undefined;
};
type Wish = Pick<Selection, "rows" | "maxConfidence" | "auditShare" | "limit"> & { noise: boolean };

/** The task as the review freezes it; labels that stand in the data are possible answers too. @throws AppError INVALID */
export async function taskOf(
  from: Pick<Reader, "task">,
  projectId: string,
  version: DatasetVersion,
): Promise<ReviewTask> {
  const task = await from.task.findUnique({ where: { projectId } });
  if (!task) {
    throw new AppError("INVALID", "The project has no task yet.", {
      where: "task",
      todo: "Describe it on the Task tab.",
    });
  }
  const labels = task.labels.length > 0 ? task.labels : Object.keys(Object(version.labelCounts)).sort();
  if (task.kind === "classification" && labels.length === 0) {
    throw new AppError("INVALID", "The task has no labels to choose from.", {
      where: "task.labels",
      todo: "Type the labels on the Task tab, or take them from the data there.",
    });
  }
  return {
    kind: task.kind,
    labels: task.kind === "classification" ? labels : [],
    jsonSchema: task.kind === "extraction" ? (task.jsonSchema as Record<string, unknown> | null) : null,
    instruction: task.instruction,
  };
}

/** The rows that something was made of, if they stand on the line of `version`. @throws AppError INVALID */
async function onLine(from: Reader, version: Version, versionId: unknown, where: string): Promise<RowSet> {
  const other =
    typeof versionId === "string" ? await from.datasetVersion.findUnique({ where: { id: versionId } }) : null;
  if (other?.line === version.line) return { line: other.line, step: other.step };
  throw new AppError("INVALID", "Its answers are about other rows than those of this version.", {
    where,
    todo: "Choose one of this version, or of a version that it was made from.",
  });
}

/** What a queue is to be made of, checked. @throws AppError INVALID, CONFLICT */
export async function selectionOf(from: Reader, found: Found, wish: Wish, task: ReviewTask): Promise<Selection> {
  const { projectId: project, datasetVersionId: version, generationRunId: run, evaluationId: evaluation } = found;
  const name = `${version.dataset.name} v${version.number}`;
  if (version.dataset.projectId !== project.id) {
    throw new AppError("INVALID", "That dataset belongs to another project.", { where: "datasetVersionId" });
  }
  if (version.state !== "ready") {
    throw new AppError("CONFLICT", `${name} is not ready.`, {
      where: "datasetVersionId",
      todo: "Wait for its import.",
    });
  }
  if (run && run.kind !== "generation") {
    throw new AppError("INVALID", "That run labels no rows.", {
      where: "generationRunId",
      todo: "Choose a labelling run.",
    });
  }
  const report = wish.noise ? await from.qualityReport.findUnique({ where: { versionId: version.id } }) : null;
  const runVersion: unknown = Object(run?.payload).datasetVersionId;
  return {
    version,
    kind: task.kind,
    rows: wish.rows,
    teacher: run ? { runId: run.id, rows: await onLine(from, version, runVersion, "generationRunId") } : null,
    student: evaluation
      ? {
          evaluationId: evaluation.id,
          rows: await onLine(from, version, evaluation.datasetVersionId, "evaluationId"),
        }
      : null,
    qualityRunId: report?.runId ?? null,
    maxConfidence: wish.maxConfidence,
    auditShare: wish.auditShare,
    limit: wish.limit,
  };
}

type Counts = ReviewMix["found"];
const only = ({ disagreement, noise, confidence, audit }: Counts): Counts => ({
  disagreement,
  noise,
  confidence,
  audit,
});

/** What is kept of a choice and its result. */
export function mixOf(selection: Selection, found: Counts, queued: Counts): ReviewMix {
  const { rows, auditShare, maxConfidence } = selection;
  return { rows, auditShare, maxConfidence, found: only(found), queued: only(queued) };
}
