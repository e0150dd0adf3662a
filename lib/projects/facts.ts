import type { Tx } from "#lib/core/db.ts";
import type { RunKind, RunState } from "#prisma/generated/client.ts";

export interface ProjectFacts {
  projectId: string;
  datasets: number;
  readyVersions: number;
  /** finished labelling runs */
  labelled: number;
  students: number;
  evaluations: number;
  latestEvaluationId: string | null;
}

export interface NewestRun {
  projectId: string;
  kind: RunKind;
  state: RunState;
}

/** What was made in each project; one query, whatever the number of projects. */
export function loadFacts(from: Pick<Tx, "$queryRaw">, projectIds: readonly string[]): Promise<ProjectFacts[]> {
  return from.$queryRaw<ProjectFacts[]>`
    SELECT p.id AS "projectId",
      (SELECT count(*)::int FROM "Dataset" d WHERE d."projectId" = p.id AND d."deletedAt" IS NULL) AS "datasets",
      (SELECT count(*)::int FROM "DatasetVersion" v JOIN "Dataset" d ON d.id = v."datasetId"
        WHERE d."projectId" = p.id AND d."deletedAt" IS NULL AND v."deletedAt" IS NULL AND v.state = 'ready') AS "readyVersions",
      (SELECT count(*)::int FROM "Run" r
        WHERE r."projectId" = p.id AND r.kind = 'generation' AND r.state = 'succeeded') AS "labelled",
      (SELECT count(*)::int FROM "Student" s WHERE s."projectId" = p.id) AS "students",
      (SELECT count(*)::int FROM "Evaluation" e WHERE e."projectId" = p.id) AS "evaluations",
      (SELECT e.id FROM "Evaluation" e WHERE e."projectId" = p.id ORDER BY e.id DESC LIMIT 1) AS "latestEvaluationId"
    FROM unnest(${[...projectIds]}::uuid[]) AS p(id)`;
}

/** The newest run of each kind in each project. Prisma's `distinct` would load every run to find them. */
export function loadNewestRuns(from: Pick<Tx, "$queryRaw">, projectIds: readonly string[]): Promise<NewestRun[]> {
  return from.$queryRaw<NewestRun[]>`
    SELECT DISTINCT ON ("projectId", "kind") "projectId", "kind"::text AS "kind", "state"::text AS "state"
    FROM "Run" WHERE "projectId" = ANY(${[...projectIds]}::uuid[]) ORDER BY "projectId", "kind", "id" DESC`;
}
