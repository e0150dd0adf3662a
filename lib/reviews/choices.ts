import type { z } from "zod";
import type { Db } from "#lib/core/db.ts";
import { allows } from "#lib/core/permissions.ts";
import type { reviewChoices } from "./schema.ts";

type Reader = Pick<
  Db,
  "task" | "datasetVersion" | "run" | "evaluation" | "student" | "qualityReport" | "qualityFinding" | "membership"
>;

/** Everything that a review of a project can be made of. What was made of another version of the same line can be used too. */
export async function choicesOf(
  db: Reader,
  teamId: string,
  projectId: string,
): Promise<z.input<typeof reviewChoices.output>> {
  const [task, versions, runs, evaluations, reports, members] = await Promise.all([
    db.task.findUnique({ where: { projectId }, select: { kind: true } }),
    db.datasetVersion.findMany({
      where: { teamId, state: "ready", deletedAt: null, dataset: { projectId, deletedAt: null } },
      include: { dataset: { select: { name: true } } },
      orderBy: { id: "desc" },
      take: 100,
    }),
    db.run.findMany({
      where: { teamId, projectId, kind: "generation", state: "succeeded" },
      orderBy: { id: "desc" },
      take: 200,
      select: { id: true, title: true, payload: true },
    }),
    db.evaluation.findMany({
      where: { teamId, projectId },
      orderBy: { id: "desc" },
      take: 200,
      select: { id: true, studentId: true, datasetVersionId: true },
    }),
    db.qualityReport.findMany({ where: { teamId, projectId }, select: { versionId: true, runId: true } }),
    db.membership.findMany({
      where: { teamId, user: { disabledAt: null } },
      select: { role: true, user: { select: { id: true, name: true } } },
    }),
  ]);
  const [students, suspects] = await Promise.all([
    db.student.findMany({
      where: { id: { in: evaluations.map(({ studentId }) => studentId) } },
      select: { id: true, name: true },
    }),
    db.qualityFinding.groupBy({
      by: ["runId"],
      where: { runId: { in: reports.map(({ runId }) => runId) }, check: "label-noise" },
      _count: true,
    }),
  ]);
  const lineOf = new Map(versions.map(({ id, line }) => [id, line]));
  const onLine = (line: number, versionId: unknown) => typeof versionId === "string" && lineOf.get(versionId) === line;
  return {
    kind: task?.kind ?? null,
    versions: versions.map((version) => {
      const report = reports.find(({ versionId }) => versionId === version.id);
      return {
        id: version.id,
        name: `${version.dataset.name} v${version.number}`,
        rowCount: version.rowCount,
        labelledCount: version.labelledCount,
        runs: runs
          .filter(({ payload }) => onLine(version.line, Object(payload).datasetVersionId))
          .map(({ id, title }) => ({ id, title })),
        evaluations: evaluations
          .filter(({ datasetVersionId }) => onLine(version.line, datasetVersionId))
          .map(({ id, studentId }) => ({
            id,
            student: students.find((student) => student.id === studentId)?.name ?? "a student that was deleted",
          })),
        suspects: report ? (suspects.find(({ runId }) => runId === report.runId)?._count ?? 0) : null,
      };
    }),
    people: members
      .filter(({ role }) => allows("review.write", role))
      .map(({ role, user }) => ({ userId: user.id, name: user.name, role }))
      .sort(
        (a, b) => Number(b.role === "reviewer") - Number(a.role === "reviewer") || a.name.localeCompare(b.name, "en"),
      ),
  };
}
