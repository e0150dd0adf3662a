import type { Db } from "#lib/core/db.ts";
import { evaluationKind } from "#lib/jobs/kinds/evaluation.ts";
import type { Evaluation } from "#prisma/generated/client.ts";
import { teacherNames } from "./choices.ts";
import { EvaluationReport } from "./report.ts";
import type { EvaluationDetail, EvaluationSummary } from "./schema.ts";

type Head = Omit<EvaluationDetail, "report">;

/** Names around evaluations: student, data, teacher. A fixed number of queries, however many; in the order given. */
export async function headsOf(db: Db, rows: readonly Evaluation[]): Promise<Head[]> {
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

/** The leaderboard's line of a stored report. */
export function summaryOf(head: Head | undefined, stored: unknown): EvaluationSummary {
  if (!head) throw new Error("an evaluation without its head");
  const report = EvaluationReport.parse(stored);
  const { student, teacher, verdict } = report.views.all;
  return {
    ...head,
    report: {
      basis: report.basis,
      rows: report.rows,
      latency: report.latency,
      memoryBytes: report.memoryBytes,
      cost: report.cost,
      outcome: report.outcome,
      quality: { student: student.figures.accuracy ?? null, teacher: teacher?.figures.accuracy ?? null },
      verdict,
    },
  };
}
