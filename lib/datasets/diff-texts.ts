import { type RowSet, versionRows } from "./version-rows.ts";

/** Equal for equal rows; two of 10,000,000 different rows with one input meet with a probability of 3e-6 at most. */
const rowKey = `hashtextextended(r."input", hashtextextended(coalesce('y' || r."output", 'n'), r."holdout"::int))`;

/**
 * Differences of two versions of different lines, as WITH queries; `d` has the columns of `lineDiff` and both positions. Rows are matched as
 * multisets by their normalised input: equal ones first; what is left of an input on both sides is a change, in order of position; the rest was
 * added or removed. Reads both versions.
 */
export function textDiff(base: RowSet, version: RowSet): string {
  const keyed = (rows: RowSet) => `SELECT r."position", r."inputHash" AS h, ${rowKey} AS k FROM ${versionRows(rows)} r`;
  const surplus = (rows: RowSet, sign: string) =>
    `SELECT "position", h, row_number() OVER (PARTITION BY h ORDER BY "position") AS m FROM (
       SELECT r."position", r.h, differ.n, row_number() OVER (PARTITION BY r.h, r.k ORDER BY r."position") AS nth
       FROM (${keyed(rows)}) r JOIN differ ON differ.h = r.h AND differ.k = r.k AND differ.n ${sign} 0) s
     WHERE nth <= abs(n)`;
  return `differ AS MATERIALIZED (
      SELECT h, k, sum(sign)::int AS n FROM (
        SELECT h, k, 1 AS sign FROM (${keyed(base)}) a UNION ALL SELECT h, k, -1 FROM (${keyed(version)}) b) both_sides
      GROUP BY h, k HAVING sum(sign) <> 0
    ), lost AS (${surplus(base, ">")}), won AS (${surplus(version, "<")}),
    pairs AS MATERIALIZED (SELECT lost."position" AS a_position, won."position" AS b_position FROM lost FULL JOIN won USING (h, m)),
    d AS (SELECT p.*, a."input" AS a_input, a."output" AS a_output, a."holdout" AS a_holdout,
        b."input" AS b_input, b."output" AS b_output, b."holdout" AS b_holdout
      FROM pairs p LEFT JOIN ${versionRows(base)} a ON a."position" = p.a_position
      LEFT JOIN ${versionRows(version)} b ON b."position" = p.b_position)`;
}
