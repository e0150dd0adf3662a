import type { Db } from "#lib/core/db.ts";
import { evaluationKind } from "#lib/jobs/kinds/evaluation.ts";
import { teacherNames } from "./choices.ts";
import type { EvaluationDetail } from "./schema.ts";
import type { StoredSummary } from "./stored.ts";

type Head = Omit<EvaluationDetail, "report">;

/** Names around evaluations: student, data, teacher. A fixed number of queries, however many; in the order given. */
export async function headsOf(db: Db, rows: readonly Omit<StoredSummary, "report">[]): Promise<Head[]> {
  const [students, versions, runs, teachers] = await Promise.all([
    db.student.findMany({ where: { id: { in: rows.map((row) => row.studentId) } } }),
    db.datasetVersion.findMany({
      where: { id: { in: rows.map((row) => row.datasetVersionId) } },
      include: { dataset: { select: { name: true } } },
    }),
    db.run.findMany({ where: { id: { in: rows.map((row) => row.runId) } }, select: { id: true, payload: true } }),
    teacherNames(
      db,
      rows.flatMap((row) => row.generationRunId ?? []),
    ),
  ]);
  const student = new Map(students.map((s) => [s.id, s]));
  const version = new Map(versions.map((v) => [v.id, `${v.dataset.name} v${v.number}`]));
  const payload = new Map(runs.map((run) => [run.id, evaluationKind.payload.safeParse(run.payload).data]));
  return rows.map((row) => {
    const s = student.get(row.studentId);
    return {
      id: row.id,
      projectId: row.projectId,
      runId: row.runId,
      student: {
        id: row.studentId,
        name: s?.name ?? "Deleted student",
        recipe: s?.recipe ?? "",
        labelSource: s?.labelSource ?? "",
      },
      data: {
        versionId: row.datasetVersionId,
        name: version.get(row.datasetVersionId) ?? "Deleted dataset",
        rows: payload.get(row.runId)?.rows ?? "holdout",
      },
      teacher: row.generationRunId
        ? { runId: row.generationRunId, name: teachers.get(row.generationRunId) ?? "Teacher" }
        : null,
      simulated: row.simulated,
      createdAt: row.createdAt.toISOString(),
    };
  });
}
