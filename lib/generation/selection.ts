import { pool } from "#lib/core/db.ts";

/**
 * The rows that a run labels. A sample takes the rows with the smallest (inputHash, position) up to `until`: hashes are uniform, so it is
 * random, and the same for every claim of the run.
 */
export type Selection = {
  datasetVersionId: string;
  rows: "all" | "train" | "holdout";
  until: { inputHash: string; position: number } | null;
};

/** Condition on `"Row" r`, with parameters numbered from `after` + 1. */
export function selectionSql(selection: Selection, after: number): { where: string; values: unknown[] } {
  const { rows, until } = selection;
  const side = rows === "all" ? "" : ` AND r."holdout" = ${rows === "holdout"}`;
  const sample = until ? ` AND (r."inputHash", r."position") <= ($${after + 2}::bigint, $${after + 3}::int)` : "";
  return {
    where: `r."versionId" = $${after + 1}::uuid${side}${sample}`,
    values: [selection.datasetVersionId, ...(until ? [until.inputHash, until.position] : [])],
  };
}

/** Fixes which rows a run means. `limit` null: all of its side. */
export async function resolveSelection(
  datasetVersionId: string,
  rows: Selection["rows"],
  limit: number | null,
): Promise<Selection> {
  const all: Selection = { datasetVersionId, rows, until: null };
  if (limit === null) return all;
  const { where, values } = selectionSql(all, 1);
  const { rows: last } = await pool.query<{ inputHash: string; position: number }>(
    `SELECT r."inputHash"::text AS "inputHash", r."position" FROM "Row" r WHERE ${where}
     ORDER BY r."inputHash", r."position" OFFSET $1 LIMIT 1`,
    [limit - 1, ...values],
  );
  return { ...all, until: last[0] ?? null };
}

/** Rows and characters of a selection; with `runId`, of those that have no result yet. */
export async function measureSelection(
  selection: Selection,
  runId: string | null = null,
): Promise<{ rows: number; chars: number }> {
  const { where, values } = selectionSql(selection, 1);
  const { rows } = await pool.query<{ rows: number; chars: string }>(
    `SELECT count(*)::int AS rows, coalesce(sum(length(r."input")), 0)::text AS chars FROM "Row" r
     WHERE ${where} AND ($1::uuid IS NULL OR NOT EXISTS (
       SELECT 1 FROM "GenerationResult" g WHERE g."runId" = $1::uuid AND g."position" = r."position"))`,
    [runId, ...values],
  );
  return { rows: rows[0]?.rows ?? 0, chars: Number(rows[0]?.chars ?? 0) };
}

/** Positions spread evenly over a selection, ascending: what a smoke test looks at, also in files that are sorted by label. */
export async function spreadPositions(selection: Selection, count: number): Promise<number[]> {
  const { where, values } = selectionSql(selection, 1);
  const { rows } = await pool.query<{ position: number }>(
    `WITH s AS (SELECT r."position", row_number() OVER (ORDER BY r."position") - 1 AS n, count(*) OVER () AS total
       FROM "Row" r WHERE ${where})
     SELECT "position" FROM s WHERE total <= $1 OR (n * $1) / total <> ((n + 1) * $1) / total ORDER BY "position"`,
    [count, ...values],
  );
  return rows.map((row) => row.position);
}
