import type { pool as databasePool } from "#lib/core/db.ts";
import { loadRowSet, versionRows } from "#lib/datasets/version-rows.ts";
import type { JudgedRow } from "./judge.ts";

type Queries = Pick<typeof databasePool, "query">;

/** One row to answer, with what the labelling run said about it. */
export type RowToJudge = {
  position: number;
  input: string;
  gold: string | null;
  /** the teacher's usable answer; null where it has none */
  teacher: string | null;
  teacherLatencyMs: number | null;
};

/** With a labelling run only the rows that it asked the teacher about are judged: both answer the same rows. */
export type Source = { versionId: string; generationRunId: string | null; rows: "holdout" | "all" };

const PAGE = 2_000;

/** The rows of an evaluation in order, page by page. Only `ok` answers count; the others keep their latency. */
export async function* rowsToJudge(db: Queries, source: Source): AsyncGenerator<RowToJudge[]> {
  const from = versionRows(await loadRowSet(source.versionId, db));
  for (let after = 0; ; ) {
    const { rows } = await db.query<RowToJudge>(
      `SELECT r."position", r."input", r."output" AS gold,
         CASE WHEN g."status" = 'ok' THEN g."answer" END AS teacher,
         CASE WHEN g."status" = 'ok' AND g."latencyMs" > 0 THEN g."latencyMs" END AS "teacherLatencyMs"
       FROM ${from} r LEFT JOIN "GenerationResult" g ON g."runId" = $1::uuid AND g."position" = r."position"
       WHERE r."position" > $2 AND ($3 OR r."holdout") AND ($1::uuid IS NULL OR g."runId" IS NOT NULL)
       ORDER BY r."position" LIMIT ${PAGE}`,
      [source.generationRunId, after, source.rows === "all"],
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.position;
  }
}

/** Counts that tell how independent the evidence is, and what the teacher's answers cost on average. */
export async function sourceFacts(
  db: Queries,
  source: Source,
  trainedOn: string,
): Promise<{
  total: number;
  notAsked: number;
  duplicates: number;
  seenInTraining: number;
  teacherPer1kMicros: number | null;
}> {
  const mine = versionRows(await loadRowSet(source.versionId, db));
  const trained = versionRows(await loadRowSet(trainedOn, db));
  const { rows } = await db.query<{
    total: number;
    available: number;
    distinct: number;
    seen: number;
    cost: number | null;
  }>(
    `WITH mine AS (
       SELECT r."position", r."inputHash", g."costMicros", $1::uuid IS NULL OR g."runId" IS NOT NULL AS judged
       FROM ${mine} r LEFT JOIN "GenerationResult" g ON g."runId" = $1::uuid AND g."position" = r."position"
       WHERE $2 OR r."holdout")
     SELECT count(*) FILTER (WHERE judged)::int AS total, count(*)::int AS available,
       count(DISTINCT mine."inputHash") FILTER (WHERE judged)::int AS distinct,
       count(*) FILTER (WHERE judged AND learned."inputHash" IS NOT NULL)::int AS seen,
       avg("costMicros")::float8 AS cost
     FROM mine LEFT JOIN (SELECT DISTINCT "inputHash" FROM ${trained} t WHERE NOT "holdout") learned
       ON learned."inputHash" = mine."inputHash"`,
    [source.generationRunId, source.rows === "all"],
  );
  const facts = rows[0] ?? { total: 0, available: 0, distinct: 0, seen: 0, cost: null };
  return {
    total: facts.total,
    notAsked: facts.available - facts.total,
    duplicates: facts.total - facts.distinct,
    seenInTraining: facts.seen,
    teacherPer1kMicros: facts.cost === null ? null : Math.round(facts.cost * 1000),
  };
}

/** Stores judged rows under their natural key, so that doing it again changes nothing. */
export async function storeRows(
  tx: { $executeRaw: (query: TemplateStringsArray, ...values: unknown[]) => Promise<number> },
  evaluationId: string,
  rows: readonly (JudgedRow & { position: number })[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "EvaluationRow"
      ("evaluationId", "position", "gold", "teacher", "student", "confidence", "teacherLatencyMs", "studentLatencyMs")
    SELECT ${evaluationId}::uuid, * FROM unnest(
      ${rows.map((row) => row.position)}::int[], ${rows.map((row) => row.gold)}::text[], ${rows.map((row) => row.teacher)}::text[],
      ${rows.map((row) => row.student)}::text[], ${rows.map((row) => row.confidence)}::float8[],
      ${rows.map((row) => row.teacherLatencyMs)}::float8[], ${rows.map((row) => row.studentLatencyMs)}::float8[])
    ON CONFLICT DO NOTHING`;
}
