import type { Tx } from "#lib/core/db.ts";
import { type RowSet, versionRows } from "./version-rows.ts";

/**
 * Keeps one text on one side of the hold-out, whatever a change asks: rows that have the same normalised input as a moved one move along, and
 * a row with a new text goes where that text already stands; texts that become the same, as by masking, go to the hold-out where one of them is
 * held out. Works on a stage (lib/datasets/staged.ts) before it is completed.
 */
export async function keepTogether(tx: Tx, table: string, parent: RowSet): Promise<void> {
  const [asks] = await tx.$queryRawUnsafe<{ moves: boolean; texts: boolean }[]>(
    `SELECT coalesce(bool_or("position" IS NOT NULL AND "holdout" IS NOT NULL AND NOT "gone"), false) AS moves,
       coalesce(bool_or("inputHash" IS NOT NULL), false) AS texts FROM ${table}`,
  );
  const rows = versionRows(parent);
  if (asks?.moves) {
    await tx.$executeRawUnsafe(
      `INSERT INTO ${table} ("position", "holdout")
       SELECT r."position", moved.holdout FROM ${rows} r JOIN (
         SELECT p."inputHash", bool_or(s."holdout") AS holdout FROM ${table} s JOIN ${rows} p USING ("position")
         WHERE NOT s."gone" AND s."input" IS NULL AND s."holdout" <> p."holdout" GROUP BY 1) moved USING ("inputHash")
       WHERE r."holdout" <> moved.holdout
       ON CONFLICT ("position") DO UPDATE SET "holdout" = EXCLUDED."holdout" WHERE NOT ${table}."gone" AND ${table}."input" IS NULL`,
    );
  }
  if (asks?.texts) {
    await tx.$executeRawUnsafe(
      `UPDATE ${table} s SET "holdout" = texts.holdout FROM (
         SELECT "inputHash", coalesce(bool_or(holdout) FILTER (WHERE there), bool_or(holdout)) AS holdout FROM (
           SELECT r."inputHash", coalesce(o."holdout", r."holdout") AS holdout, true AS there
           FROM ${rows} r LEFT JOIN ${table} o ON o."position" = r."position"
           WHERE r."inputHash" = ANY(ARRAY(SELECT "inputHash" FROM ${table} WHERE "inputHash" IS NOT NULL))
             AND o."gone" IS NOT TRUE AND o."input" IS NULL
           UNION ALL SELECT n."inputHash", coalesce(n."holdout", p."holdout"), false
           FROM ${table} n LEFT JOIN ${rows} p USING ("position") WHERE n."inputHash" IS NOT NULL AND NOT n."gone") each_row
         GROUP BY 1) texts
       WHERE s."inputHash" = texts."inputHash" AND NOT s."gone"`,
    );
  }
}
