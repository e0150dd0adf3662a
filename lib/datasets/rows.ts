import { pool } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import type { Row, RowFilter } from "./schema.ts";
import { type RowSet, versionRows } from "./version-rows.ts";

/** Rows looked at by one statement of a filtered request, and how long a request goes on with further ones. */
const windowRows = 20_000;
const budgetMs = 400;
/** Longest that any one statement may take. */
const timeoutMs = 3_000;
const listChars = 500;

export type RowPage = { items: Row[]; nextCursor: string | null; searchedTo: number };

type Built = { rows: string; where: string; values: unknown[] };

const repeatedSql = {
  duplicates: "count(*) > 1",
  conflicts: `count(*) > 1 AND min("output" COLLATE "C") <> max("output" COLLATE "C")`,
} as const;

/** Conditions of a filter. Every value is a parameter. */
function build(rows: string, filter: RowFilter): Built {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const param = (value: unknown) => `$${values.push(value)}`;
  if (filter.split) conditions.push(`r."holdout" = ${param(filter.split === "holdout")}`);
  if (filter.label !== undefined) conditions.push(`r."output" = ${param(filter.label)}`);
  if (filter.hasOutput !== undefined) conditions.push(`r."output" IS ${filter.hasOutput ? "NOT NULL" : "NULL"}`);
  if (filter.repeated)
    conditions.push(
      `r."inputHash" IN (SELECT "inputHash" FROM ${rows} q GROUP BY "inputHash" HAVING ${repeatedSql[filter.repeated]})`,
    );
  if (filter.search) {
    const text = param(`%${filter.search.replace(/[\\%_]/g, "\\$&")}%`);
    conditions.push(`(r."input" ILIKE ${text} OR r."output" ILIKE ${text})`);
  }
  return { rows, where: conditions.map((condition) => ` AND ${condition}`).join(""), values };
}

async function select(built: Built, after: number, to: number | null, limit: number, full: boolean): Promise<Row[]> {
  const client = await pool.connect();
  try {
    const { values } = built;
    const bound = to === null ? "" : ` AND r."position" <= $${values.length + 3}`;
    const text = full
      ? `r."input", r."output"`
      : `left(r."input", ${listChars}) AS "input", left(r."output", ${listChars}) AS "output"`;
    await client.query(`SET statement_timeout = ${timeoutMs}`);
    const { rows } = await client.query<Row>(
      `SELECT r."position", ${text}, r."holdout", ${full ? "false" : `length(r."input") > ${listChars} OR coalesce(length(r."output"), 0) > ${listChars}`} AS cut
       FROM ${built.rows} r WHERE true${built.where} AND r."position" > $${values.length + 1}${bound}
       ORDER BY r."position" LIMIT $${values.length + 2}`,
      [...values, after, limit, ...(to === null ? [] : [to])],
    );
    return rows;
  } catch (error) {
    if ((error as { code?: string }).code !== "57014") throw error;
    throw new AppError("LIMIT", "This filter takes too long on a version of this size.", {
      status: 503,
      todo: "Use fewer filters, or download the rows.",
    });
  } finally {
    await client.query("RESET statement_timeout").catch(() => undefined);
    client.release();
  }
}

/**
 * A page of rows behind `after`, by position. Without a filter it is one index range, equally fast at any depth. With one, windows of
 * 20,000 rows are looked at until the page is full or the time is spent; `nextCursor` then goes on behind what was looked at, so that a
 * rare word in a large version costs many short requests rather than one that never ends.
 */
export async function readRows(
  version: RowSet & { lastPosition: number },
  filter: RowFilter,
  page: { after: number; limit: number; full: boolean },
): Promise<RowPage> {
  const built = build(versionRows(version), filter);
  const { limit, full } = page;
  if (built.where === "" || filter.repeated) {
    const rows = await select(built, page.after, null, limit + 1, full);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const more = rows.length > limit && last !== undefined;
    return {
      items,
      nextCursor: more ? String(last.position) : null,
      searchedTo: more ? last.position : version.lastPosition,
    };
  }
  const until = performance.now() + budgetMs;
  const items: Row[] = [];
  let at = page.after;
  while (items.length < limit && at < version.lastPosition) {
    const to = Math.min(at + windowRows, version.lastPosition);
    items.push(...(await select(built, at, to, limit - items.length, full)));
    const last = items.at(-1);
    at = items.length >= limit && last ? last.position : to;
    if (performance.now() > until) break;
  }
  return { items, nextCursor: at < version.lastPosition ? String(at) : null, searchedTo: at };
}

/** All rows in order, a few at a time, for downloads. */
export async function* everyRow(version: RowSet, filter: RowFilter): AsyncGenerator<Row[]> {
  const built = build(versionRows(version), filter);
  for (let after = 0; ; ) {
    const rows = await select(built, after, null, 1_000, true);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.position;
  }
}
