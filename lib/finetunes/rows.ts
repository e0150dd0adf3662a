import type { pool as databasePool } from "#lib/core/db.ts";
import { loadRowSet, versionRows } from "#lib/datasets/version-rows.ts";
import type { LabelSource } from "#lib/jobs/kinds/finetune.ts";

type Queries = Pick<typeof databasePool, "query">;

/** Which rows and labels a fine-tune learns from. */
export type TrainingSource = { datasetVersionId: string; generationRunId: string | null; labelSource: LabelSource };

const labelOf: Record<LabelSource, string> = {
  gold: "gold",
  teacher: "teacher",
  both: "coalesce(gold, teacher)",
};

/** Training rows with both possible labels. Hold-out rows are excluded here, once, for counts and export alike. */
const trainingOf = (rows: string) => `
  SELECT r."position", r."input", nullif(r."output", '') AS gold, CASE WHEN g."status" = 'ok' THEN nullif(g."answer", '') END AS teacher
  FROM ${rows} r LEFT JOIN "GenerationResult" g ON g."runId" = $1::uuid AND g."position" = r."position"
  WHERE NOT r."holdout"`;

async function rowsOf(db: Queries, source: TrainingSource): Promise<{ rows: string; training: string }> {
  const rows = versionRows(await loadRowSet(source.datasetVersionId, db));
  return { rows, training: trainingOf(rows) };
}

export type TrainingCounts = {
  trainRows: number;
  labelledRows: number;
  goldRows: number;
  teacherRows: number;
  /** characters of the labelled inputs */
  inputChars: number;
};

/** Exact counts of what would be learnt from. With `both`, teacherRows are those without a gold label. */
export async function countRows(db: Queries, source: TrainingSource): Promise<TrainingCounts> {
  const label = labelOf[source.labelSource];
  const fromGold = source.labelSource === "teacher" ? "false" : "gold IS NOT NULL";
  const { training } = await rowsOf(db, source);
  const { rows } = await db.query<TrainingCounts>(
    `WITH t AS (${training})
     SELECT count(*)::int AS "trainRows", count(${label})::int AS "labelledRows",
       count(*) FILTER (WHERE ${fromGold})::int AS "goldRows",
       count(*) FILTER (WHERE ${label} IS NOT NULL AND NOT (${fromGold}))::int AS "teacherRows",
       coalesce(sum(length("input")) FILTER (WHERE ${label} IS NOT NULL), 0)::float8 AS "inputChars" FROM t`,
    [source.generationRunId],
  );
  return rows[0] ?? { trainRows: 0, labelledRows: 0, goldRows: 0, teacherRows: 0, inputChars: 0 };
}

/** Labels of the training rows with their counts, rarest first. At most `most`. */
export async function countLabels(
  db: Queries,
  source: TrainingSource,
  most: number,
): Promise<{ label: string; rows: number }[]> {
  const label = labelOf[source.labelSource];
  const { training } = await rowsOf(db, source);
  const { rows } = await db.query<{ label: string; rows: number }>(
    `WITH t AS (${training}) SELECT ${label} AS label, count(*)::int AS rows FROM t WHERE ${label} IS NOT NULL
     GROUP BY 1 ORDER BY 2, 1 LIMIT ${most}`,
    [source.generationRunId],
  );
  return rows;
}

/** Gold labels of the hold-out that no training row carries. At most 20. */
export async function unseenLabels(db: Queries, source: TrainingSource): Promise<string[]> {
  const { rows, training } = await rowsOf(db, source);
  const found = await db.query<{ label: string }>(
    `WITH t AS (${training})
     SELECT DISTINCT h."output" AS label FROM ${rows} h WHERE h."holdout" AND h."output" <> ''
       AND NOT EXISTS (SELECT 1 FROM t WHERE ${labelOf[source.labelSource]} = h."output")
     ORDER BY 1 LIMIT 20`,
    [source.generationRunId],
  );
  return found.rows.map(({ label }) => label);
}

const PAGE = 2_000;

/** Labelled training rows as JSON lines for a trainer, in order, a page at a time. */
export async function* exportRows(db: Queries, source: TrainingSource): AsyncGenerator<Uint8Array> {
  const label = labelOf[source.labelSource];
  const { training } = await rowsOf(db, source);
  for (let after = 0; ; ) {
    const { rows } = await db.query<{ position: number; input: string; label: string | null }>(
      `SELECT "position", "input", ${label} AS label FROM (${training} AND r."position" > $2 ORDER BY r."position" LIMIT ${PAGE}) t`,
      [source.generationRunId, after],
    );
    const lines = rows.flatMap(({ input, label }) => (label === null ? [] : [`${JSON.stringify({ input, label })}\n`]));
    if (lines.length > 0) yield Buffer.from(lines.join(""));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.position;
  }
}
