import { z } from "zod";
import type { Db } from "#lib/core/db.ts";
import type { EvaluationChoices } from "./schema.ts";

type Reader = Pick<Db, "run" | "student" | "datasetVersion">;
type TeacherRun = EvaluationChoices["versions"][number]["teachers"][number];

/** What is read of a labelling run's frozen inputs. */
const Labelling = z.object({
  datasetVersionId: z.string(),
  rows: z.string(),
  /** rows of a random sample; null: all */
  limit: z.number().nullable().default(null),
  teacher: z.object({ name: z.string() }),
});

/** Finished labelling runs whose answers cover the hold-out of a version, newest first. */
export async function teacherRuns(db: Reader, teamId: string, versionId: string): Promise<TeacherRun[]> {
  return (await labellingRuns(db, { teamId, payload: { path: ["datasetVersionId"], equals: versionId } })).map(
    ({ run }) => run,
  );
}

async function labellingRuns(
  db: Reader,
  where: { teamId: string; projectId?: string; payload?: { path: string[]; equals: string } },
): Promise<{ versionId: string; run: TeacherRun }[]> {
  const runs = await db.run.findMany({
    where: { ...where, kind: "generation", state: "succeeded" },
    orderBy: { id: "desc" },
    select: { id: true, payload: true },
  });
  const covering = runs.flatMap(({ id, payload }) => {
    const parsed = Labelling.safeParse(payload);
    if (!parsed.success || parsed.data.rows === "train") return [];
    const { datasetVersionId, teacher, rows, limit } = parsed.data;
    return [
      {
        versionId: datasetVersionId,
        run: { runId: id, name: teacher.name, coversAll: rows === "all" && limit === null, sample: limit },
      },
    ];
  });
  // whole runs before samples; within each the newest first
  return [...covering.filter(({ run }) => run.sample === null), ...covering.filter(({ run }) => run.sample !== null)];
}

/** The teacher behind each labelling run, by the name it had then. */
export async function teacherNames(db: Pick<Reader, "run">, runIds: string[]): Promise<Map<string, string>> {
  const runs = await db.run.findMany({ where: { id: { in: runIds } }, select: { id: true, payload: true } });
  return new Map(
    runs.map(({ id, payload }) => [
      id,
      Labelling.shape.teacher.safeParse(Object(payload).teacher).data?.name ?? "Teacher",
    ]),
  );
}

/** Everything that an evaluation of a project can be made of. */
export async function choicesOf(db: Reader, teamId: string, projectId: string): Promise<EvaluationChoices> {
  const [students, versions, runs] = await Promise.all([
    db.student.findMany({ where: { teamId, projectId }, orderBy: { id: "desc" }, take: 200 }),
    db.datasetVersion.findMany({
      where: { teamId, state: "ready", deletedAt: null, dataset: { projectId, deletedAt: null } },
      include: { dataset: { select: { name: true } } },
      orderBy: { id: "desc" },
      take: 200,
    }),
    labellingRuns(db, { teamId, projectId }),
  ]);
  return {
    students: students.map(({ id, name, datasetVersionId, generationRunId, simulated }) => ({
      id,
      name,
      datasetVersionId,
      generationRunId,
      simulated,
    })),
    versions: versions.map((version) => ({
      id: version.id,
      name: `${version.dataset.name} v${version.number}`,
      rowCount: version.rowCount,
      holdoutCount: version.holdoutCount,
      labelledCount: version.labelledCount,
      teachers: runs.filter((run) => run.versionId === version.id).map(({ run }) => run),
    })),
  };
}
