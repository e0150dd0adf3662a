import { pool } from "#lib/core/db.ts";
import { type RowSet, versionRows } from "#lib/datasets/version-rows.ts";

/** The rows that a labelling run is about, as SQL for a FROM item (`versionRows`). @throws when there is no such run */
export async function runRows(runId: string): Promise<string> {
  const { rows } = await pool.query<RowSet>(
    `SELECT v."line", v."step" FROM "Run" run JOIN "DatasetVersion" v ON v."id" = (run."payload"->>'datasetVersionId')::uuid
     WHERE run."id" = $1::uuid`,
    [runId],
  );
  const [found] = rows;
  if (!found) throw new Error(`there is no labelling run ${runId}`);
  return versionRows(found);
}
