import { pool } from "#lib/core/db.ts";

/** Which rows a version holds: those of `line` with fromStep <= step < toStep. */
export type RowSet = { line: number; step: number };

/** `toStep` of a row that is still there. */
export const endless = 2_147_483_647;

function ours(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > endless) throw new Error("no line or step of ours");
  return value;
}

/**
 * The rows of a version as SQL for a FROM item, columns as in "Row". Line and step stand in the text rather than in parameters, so that the
 * planner sees which partition is meant and its statistics; both are integers of our own making.
 */
export function versionRows({ line, step }: RowSet): string {
  return `(SELECT * FROM "Row" WHERE "line" = ${ours(line)} AND "fromStep" <= ${ours(step)} AND "toStep" > ${ours(step)})`;
}

/** Where the rows of a version are, for work that knows its id only. @throws when there is no such version */
export async function loadRowSet(versionId: string, queries: Pick<typeof pool, "query"> = pool): Promise<RowSet> {
  const { rows } = await queries.query<RowSet>(`SELECT "line", "step" FROM "DatasetVersion" WHERE "id" = $1::uuid`, [
    versionId,
  ]);
  const [found] = rows;
  if (!found) throw new Error(`there is no dataset version ${versionId}`);
  return found;
}
