import { pool } from "#lib/core/db.ts";
import { type DiffKind, type DiffRow, diffChars } from "./diff-schema.ts";
import { endless, type RowSet } from "./version-rows.ts";

/** Positions of the first window of a page; the next ones are twice as large each. */
const firstWindow = 20_000;

function ours(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > endless) throw new Error("no line or step of ours");
  return value;
}

/**
 * Rows of two versions of one line that are not the same, as a FROM item `d` with the columns position, a_… (base) and b_… (version), null on
 * the side where the row is not. Only rows that began or ended between the two steps are read: two small partial indexes find them. A row that
 * went and came back as it was is no difference.
 * @param within condition on "position", for pages
 */
export function lineDiff(base: RowSet, version: RowSet, within = "true"): string {
  const low = ours(Math.min(base.step, version.step));
  const high = ours(Math.max(base.step, version.step));
  const rows = (steps: string) =>
    `(SELECT "position", "input", "output", "holdout" FROM "Row" WHERE "line" = ${ours(base.line)} AND ${steps} AND ${within})`;
  const ended = rows(`"toStep" > ${low} AND "toStep" <= ${high} AND "fromStep" <= ${low}`);
  const began = rows(`"fromStep" > ${low} AND "fromStep" <= ${high} AND "toStep" > ${high}`);
  const [a, b] = base.step <= version.step ? [ended, began] : [began, ended];
  return `(SELECT "position", a."input" AS a_input, a."output" AS a_output, a."holdout" AS a_holdout,
      b."input" AS b_input, b."output" AS b_output, b."holdout" AS b_holdout
    FROM ${a} a FULL JOIN ${b} b USING ("position")
    WHERE a."input" IS NULL OR b."input" IS NULL OR a."input" <> b."input" OR a."output" IS DISTINCT FROM b."output"
      OR a."holdout" <> b."holdout") d`;
}

/** What each kind of difference is, on `d`. */
export const kindSql: Record<DiffKind, string> = {
  added: "d.a_input IS NULL",
  removed: "d.b_input IS NULL",
  changed: "d.a_input IS NOT NULL AND d.b_input IS NOT NULL",
  labels: "d.a_input IS NOT NULL AND d.b_input IS NOT NULL AND d.a_output IS DISTINCT FROM d.b_output",
};

const text = (column: string) => `left(${column}, ${diffChars})`;
const isCut = (side: string) =>
  `length(d.${side}_input) > ${diffChars} OR coalesce(length(d.${side}_output), 0) > ${diffChars}`;

/** Both sides of a difference, texts cut for a page. */
export const shownSql = ["a", "b"]
  .map(
    (side) =>
      `${text(`d.${side}_input`)} AS ${side}_input, ${text(`d.${side}_output`)} AS ${side}_output, d.${side}_holdout, coalesce(${isCut(side)}, false) AS ${side}_cut`,
  )
  .join(", ");

export type ShownDiff = {
  a_position: number;
  a_input: string | null;
  a_output: string | null;
  a_holdout: boolean;
  a_cut: boolean;
  b_position: number;
  b_input: string | null;
  b_output: string | null;
  b_holdout: boolean;
  b_cut: boolean;
};

export function presentDiff(row: ShownDiff): DiffRow {
  const old =
    row.a_input === null
      ? null
      : { position: row.a_position, input: row.a_input, output: row.a_output, holdout: row.a_holdout, cut: row.a_cut };
  const now =
    row.b_input === null
      ? null
      : { position: row.b_position, input: row.b_input, output: row.b_output, holdout: row.b_holdout, cut: row.b_cut };
  return { kind: old === null ? "added" : now === null ? "removed" : "changed", old, new: now };
}

type Line = RowSet & { lastPosition: number };

/** A page of differences by position. The cursor is the last position shown. */
export async function lineDiffPage(
  base: Line,
  version: Line,
  kind: DiffKind | undefined,
  { after, limit }: { after: number; limit: number },
): Promise<{ items: DiffRow[]; nextCursor: string | null }> {
  const last = Math.max(base.lastPosition, version.lastPosition);
  const found: (ShownDiff & { position: number })[] = [];
  let at = after;
  for (let window = firstWindow; at < last && found.length <= limit; window *= 2) {
    const to = Math.min(at + window, last);
    const { rows } = await pool.query<ShownDiff & { position: number }>(
      `SELECT d."position", d."position" AS a_position, d."position" AS b_position, ${shownSql}
       FROM ${lineDiff(base, version, `"position" > $1 AND "position" <= $2`)} WHERE ${kind ? kindSql[kind] : "true"}
       ORDER BY d."position" LIMIT $3`,
      [at, to, limit + 1 - found.length],
    );
    found.push(...rows);
    at = to;
  }
  const items = found.slice(0, limit);
  return {
    items: items.map(presentDiff),
    nextCursor: found.length > limit ? String(items.at(-1)?.position ?? 0) : null,
  };
}
