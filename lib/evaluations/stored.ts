import type { Db } from "#lib/core/db.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { leading } from "./leading.ts";
import { SummaryReport } from "./schema.ts";

type Reader = Pick<Db, "$queryRaw">;

/** An evaluation without the tables of its report, which can be megabytes with many labels. */
export type StoredSummary = {
  id: string;
  projectId: string;
  runId: string;
  studentId: string;
  datasetVersionId: string;
  generationRunId: string | null;
  simulated: boolean;
  createdAt: Date;
  report: SummaryReport;
};

/** Evaluations of a project, newest first; the tables of the reports never leave the database. */
export async function findSummaries(
  db: Reader,
  where: { teamId: string; projectId: string; studentId?: string | undefined; before?: string | undefined },
  limit: number,
): Promise<StoredSummary[]> {
  const narrowed = [
    Prisma.sql`"teamId" = ${where.teamId}::uuid AND "projectId" = ${where.projectId}::uuid`,
    ...(where.studentId ? [Prisma.sql`"studentId" = ${where.studentId}::uuid`] : []),
    ...(where.before ? [Prisma.sql`"id" < ${where.before}::uuid`] : []),
  ];
  const rows = await db.$queryRaw<(Omit<StoredSummary, "report"> & { report: unknown })[]>`
    SELECT "id", "projectId", "runId", "studentId", "datasetVersionId", "generationRunId", "simulated", "createdAt",
      jsonb_build_object(
        'basis', "report"->'basis', 'rows', "report"->'rows', 'latency', "report"->'latency',
        'memoryBytes', "report"->'memoryBytes', 'cost', "report"->'cost', 'outcome', "report"->'outcome',
        'verdict', "report"#>'{views,all,verdict}',
        'quality', jsonb_build_object(
          'student', "report"#>'{views,all,student,figures,accuracy}',
          'teacher', "report"#>'{views,all,teacher,figures,accuracy}')) AS report
    FROM "Evaluation" WHERE ${Prisma.join(narrowed, " AND ")} ORDER BY "id" DESC LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, report: SummaryReport.parse(row.report) }));
}

/** The evaluation that speaks for a project (see `leading`); null before the first. For savings and overview. */
export async function findLeadingEvaluation(
  db: Reader,
  teamId: string,
  projectId: string,
): Promise<StoredSummary | null> {
  return leading(await findSummaries(db, { teamId, projectId }, 50));
}
