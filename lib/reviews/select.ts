import { randomUUID } from "node:crypto";
import type { Tx } from "#lib/core/db.ts";
import { type RowSet, versionRows } from "#lib/datasets/version-rows.ts";
import type { DatasetVersion } from "#prisma/generated/client.ts";
import { jsonDifferences } from "./json-differences.ts";
import type { ReviewMix, ReviewTask } from "./schema.ts";

/** What a queue is made of. Answers of runs over other versions of the line count where the input is still the same. */
export type Selection = {
  version: DatasetVersion;
  kind: ReviewTask["kind"];
  rows: ReviewMix["rows"];
  /** a labelling run, and the rows that it was about */
  teacher: { runId: string; rows: RowSet } | null;
  student: { evaluationId: string; rows: RowSet } | null;
  /** run of the quality report whose suspects are taken */
  qualityRunId: string | null;
  maxConfidence: number;
  auditShare: number;
  limit: number;
};

const sideSql = { all: "", train: ` WHERE NOT "holdout"`, holdout: ` WHERE "holdout"` } as const;

/** Rows of the version that are asked about. */
function rowsOf({ version, rows }: Pick<Selection, "version" | "rows">): string {
  return `(SELECT "position", "inputHash", "output" FROM ${versionRows(version)} v${sideSql[rows]})`;
}

/** `runRows` where its inputs are those of the version. */
function sameInput(version: DatasetVersion, rows: RowSet, position: string, hash: string): string {
  if (rows.line === version.line && rows.step === version.step) return "";
  return ` AND EXISTS (SELECT 1 FROM ${versionRows(rows)} q WHERE q."position" = ${position} AND q."inputHash" = ${hash})`;
}

/** Random positions: the part of the queue that tells how often the data is wrong. */
async function drawAudit(tx: Tx, selection: Selection): Promise<number[]> {
  const wanted = Math.round(selection.limit * selection.auditShare);
  if (wanted === 0) return [];
  const drawn = await tx.$queryRawUnsafe<{ position: number }[]>(
    `SELECT r."position" FROM ${rowsOf(selection)} r ORDER BY random() LIMIT ${wanted}`,
  );
  return drawn.map(({ position }) => position);
}

/** How sure we are that gold and teacher differ: 0 where they agree or cannot be compared. `$4`: positions whose JSON differs. */
function disagreementSql(kind: Selection["kind"]): string {
  if (kind === "generation") return "0::float8"; // two texts are never equal and both right
  const differ = kind === "extraction" ? `r."position" = ANY($4::int[])` : `t."answer" <> r."output"`;
  return `CASE WHEN ${differ} THEN CASE WHEN s."student" = t."answer" THEN 0.85 WHEN s."student" = r."output" THEN 0.5 ELSE 0.7 END
    WHEN r."output" IS NULL AND s."student" <> t."answer" THEN 0.7 ELSE 0 END::float8`;
}

/**
 * Finds the rows that there is reason to doubt, and a random share, in a temporary table that goes with the transaction. Each source
 * gives a doubt of 0..1; together they are 1 - product of (1 - doubt), so that reasons add up. Rows with the same input and gold answer
 * are one item. @returns the table, and its counts
 */
export async function selectItems(tx: Tx, selection: Selection) {
  const { version, teacher, student, qualityRunId, kind } = selection;
  const table = `doubted_${randomUUID().replaceAll("-", "")}`;
  await tx.$executeRawUnsafe(`CREATE TEMP TABLE ${table} (
    "position" int PRIMARY KEY, "inputHash" bigint NOT NULL, "gold" text, "teacher" text, "student" text, "confidence" float8, "remark" text, "suggested" text,
    "disagreement" float8 NOT NULL, "noise" float8 NOT NULL, "unsure" float8 NOT NULL, "audit" bool NOT NULL, "doubt" float8 NOT NULL) ON COMMIT DROP`);
  // A million rows take seconds on a small machine: more than a page's statements may.
  await tx.$executeRawUnsafe("SET LOCAL statement_timeout = '28s'");
  const audit = await drawAudit(tx, selection);
  const rows = rowsOf(selection);
  const differing = kind === "extraction" && teacher ? await jsonDifferences(tx, rows, teacher.runId) : [];
  const none = randomUUID();
  await tx.$executeRawUnsafe(
    `INSERT INTO ${table} SELECT found.*, 1 - (1 - disagreement) * (1 - noise) * (1 - unsure) FROM (
       SELECT r."position", r."inputHash", r."output", t."answer", s."student", s."confidence", n."remark", n."suggested",
         ${disagreementSql(kind)} AS disagreement, coalesce(n."noise", 0) AS noise,
         CASE WHEN s."confidence" < $5::float8 THEN 1 - s."confidence" ELSE 0 END AS unsure,
         r."position" = ANY($6::int[]) AS audit
       FROM ${rows} r
       LEFT JOIN "GenerationResult" t ON t."runId" = $1::uuid AND t."position" = r."position" AND t."answer" IS NOT NULL
         ${teacher ? sameInput(version, teacher.rows, 't."position"', 'r."inputHash"') : ""}
       LEFT JOIN "EvaluationRow" s ON s."evaluationId" = $2::uuid AND s."position" = r."position"
         ${student ? sameInput(version, student.rows, 's."position"', 'r."inputHash"') : ""}
       LEFT JOIN (SELECT "position", least(0.95, 0.5 + greatest(0, max(coalesce("score", 0))) / 2) AS "noise",
           left((array_agg("note" ORDER BY "score" DESC NULLS LAST))[1], 500) AS "remark",
           (array_agg("suggestion" ORDER BY "score" DESC NULLS LAST))[1] AS "suggested"
         FROM "QualityFinding" WHERE "runId" = $3::uuid AND "check" = 'label-noise' GROUP BY 1) n ON n."position" = r."position") found
     WHERE disagreement > 0 OR noise > 0 OR unsure > 0 OR audit OR cardinality($4::int[]) < 0`,
    teacher?.runId ?? none,
    student?.evaluationId ?? none,
    qualityRunId ?? none,
    differing,
    selection.maxConfidence,
    audit,
  );
  await tx.$executeRawUnsafe(`ANALYZE ${table}`);
  const found = await countReasons(tx, table);
  await mergeAlike(tx, table);
  await cut(tx, table, selection.limit);
  return { table, found, queued: await countReasons(tx, table) };
}

async function countReasons(tx: Tx, table: string): Promise<ReviewMix["found"] & { rows: number }> {
  const [counts] = await tx.$queryRawUnsafe<(ReviewMix["found"] & { rows: number })[]>(
    `SELECT count(*) FILTER (WHERE "disagreement" > 0)::int AS disagreement, count(*) FILTER (WHERE "noise" > 0)::int AS noise,
       count(*) FILTER (WHERE "unsure" > 0)::int AS confidence, count(*) FILTER (WHERE "audit")::int AS audit, count(*)::int AS rows FROM ${table}`,
  );
  if (!counts) throw new Error("an aggregate gave no row");
  return counts;
}

/** Keeps the most doubtful of rows with the same input and gold answer; a random draw of any of them counts for it. */
async function mergeAlike(tx: Tx, table: string): Promise<void> {
  await tx.$executeRawUnsafe(
    `WITH ranked AS (SELECT "position", bool_or("audit") OVER alike AS audit,
         row_number() OVER (PARTITION BY "inputHash", "gold" ORDER BY "doubt" DESC, "position") AS rank
       FROM ${table} WINDOW alike AS (PARTITION BY "inputHash", "gold")),
     gone AS (DELETE FROM ${table} d USING ranked WHERE ranked."position" = d."position" AND ranked.rank > 1)
     UPDATE ${table} d SET "audit" = true FROM ranked WHERE ranked."position" = d."position" AND ranked.rank = 1 AND ranked.audit`,
  );
}

/** Random rows stay whatever their doubt; of the others the most doubtful, up to `limit` in all. */
async function cut(tx: Tx, table: string, limit: number): Promise<void> {
  await tx.$executeRawUnsafe(
    `DELETE FROM ${table} WHERE "position" NOT IN (
       SELECT "position" FROM ${table} ORDER BY "audit" DESC, "doubt" DESC, "position" LIMIT ${limit})`,
  );
}

/** Writes the items: by doubt, rows that are there by chance only spread evenly among them, so that stopping early keeps their share. */
export async function writeItems(
  tx: Tx,
  table: string,
  review: { id: string; reviewers: number },
  selection: Selection,
) {
  await tx.$executeRawUnsafe(
    `INSERT INTO "ReviewItem" ("reviewId", "seq", "position", "inputHash", "gold", "teacher", "student", "confidence", "reasons", "doubt", "remark", "suggested", "wanted")
     SELECT $1::uuid, row_number() OVER (ORDER BY place, "position"), "position", "inputHash", "gold", "teacher", "student", "confidence",
       array_remove(ARRAY[CASE WHEN "disagreement" > 0 THEN 'disagreement' END, CASE WHEN "noise" > 0 THEN 'noise' END,
         CASE WHEN "unsure" > 0 THEN 'confidence' END, CASE WHEN "audit" THEN 'audit' END], NULL), "doubt", coalesce("remark", ''), "suggested", $2::int
     FROM (SELECT *, (row_number() OVER (PARTITION BY "doubt" > 0 ORDER BY "doubt" DESC, "position") - 0.5)
         / count(*) OVER (PARTITION BY "doubt" > 0) AS place FROM ${table}) placed`,
    review.id,
    review.reviewers,
  );
  if (selection.version.duplicateCount === 0) return;
  await tx.$executeRawUnsafe(
    `UPDATE "ReviewItem" i SET "copies" = alike.n FROM (
       SELECT r."inputHash", r."output", count(*)::int AS n FROM ${rowsOf(selection)} r
       WHERE r."inputHash" IN (SELECT q."inputHash" FROM "ReviewItem" q WHERE q."reviewId" = $1::uuid) GROUP BY 1, 2 HAVING count(*) > 1) alike
     WHERE i."reviewId" = $1::uuid AND i."inputHash" = alike."inputHash" AND i."gold" IS NOT DISTINCT FROM alike."output"`,
    review.id,
  );
}
