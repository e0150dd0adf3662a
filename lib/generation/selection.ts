import { pool } from "#lib/core/db.ts";
import { loadRowSet, type RowSet, versionRows } from "#lib/datasets/version-rows.ts";

/**
 * The rows that a run labels. A sample takes the rows with the smallest (inputHash, position) up to `until`: hashes are uniform, so it is
 * random, and the same for every claim of the run.
 */
export type Selection = {
  from: RowSet;
  rows: "all" | "train" | "holdout";
  until: { inputHash: string; position: number } | null;
};

/** The rows of a selection as `FROM … r WHERE …`, with parameters numbered from `after` + 1. */
export function selectionSql(selection: Selection, after: number): { from: string; values: unknown[] } {
  const { rows, until } = selection;
  const side = rows === "all" ? "" : ` AND r."holdout" = ${rows === "holdout"}`;
  const sample = until ? ` AND (r."inputHash", r."position") <= ($${after + 1}::bigint, $${after + 2}::int)` : "";
  return {
    from: `FROM ${versionRows(selection.from)} r WHERE true${side}${sample}`,
    values: until ? [until.inputHash, until.position] : [],
  };
}

/** Fixes which rows a run means. `limit` null: all of its side. */
export async function resolveSelection(
  datasetVersionId: string,
  rows: Selection["rows"],
  limit: number | null,
): Promise<Selection> {
  const all: Selection = { from: await loadRowSet(datasetVersionId), rows, until: null };
  if (limit === null) return all;
  const { from, values } = selectionSql(all, 1);
  const { rows: last } = await pool.query<{ inputHash: string; position: number }>(
    `SELECT r."inputHash"::text AS "inputHash", r."position" ${from}
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
  const { from, values } = selectionSql(selection, 1);
  const { rows } = await pool.query<{ rows: number; chars: string }>(
    `SELECT count(*)::int AS rows, coalesce(sum(length(r."input")), 0)::text AS chars ${from} AND ($1::uuid IS NULL OR NOT EXISTS (
       SELECT 1 FROM "GenerationResult" g WHERE g."runId" = $1::uuid AND g."position" = r."position"))`,
    [runId, ...values],
  );
  return { rows: rows[0]?.rows ?? 0, chars: Number(rows[0]?.chars ?? 0) };
}

/** Positions spread evenly over a selection, ascending: what a smoke test looks at, also in files that are sorted by label. */
export async function spreadPositions(selection: Selection, count: number): Promise<number[]> {
  const { from, values } = selectionSql(selection, 1);
  const { rows } = await pool.query<{ position: number }>(
    `WITH s AS (SELECT r."position", row_number() OVER (ORDER BY r."position") - 1 AS n, count(*) OVER () AS total
       ${from})
     SELECT "position" FROM s WHERE total <= $1 OR (n * $1) / total <> ((n + 1) * $1) / total ORDER BY "position"`,
    [count, ...values],
  );
  return rows.map((row) => row.position);
}

/** The first row of a side at or behind a position. */
export async function firstRow(
  from: RowSet,
  rows: Selection["rows"],
  position: number,
): Promise<{ position: number; input: string } | undefined> {
  const selected = selectionSql({ from, rows, until: null }, 1);
  const found = await pool.query<{ position: number; input: string }>(
    `SELECT r."position", r."input" ${selected.from} AND r."position" >= $1 ORDER BY r."position" LIMIT 1`,
    [position, ...selected.values],
  );
  return found.rows[0];
}
