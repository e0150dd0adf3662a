import { hasOwnTable, tableOf } from "./partition.ts";
import { build } from "./row-conditions.ts";
import { isTimeout, reading } from "./row-select.ts";
import { type Browsed, fitsNone } from "./row-walk.ts";
import { exactCount } from "./rows-schema.ts";
import type { RowFilter } from "./schema.ts";
import { versionRows } from "./version-rows.ts";

const countMs = 2_000;
const sampleMs = 1_500;
/** Rows that an estimate looks at, spread over the whole table. */
const sampledRows = 60_000;

export type RowCount = { rows: number | null; exact: boolean };

/** What the counts of a version say of a filter with one condition. */
function known(version: Browsed, filter: RowFilter): number | null {
  const keys = Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  if (keys.length === 0) return version.rowCount;
  if (fitsNone(version, filter)) return 0;
  if (keys.length > 1) return null;
  if (filter.split) return filter.split === "holdout" ? version.holdoutCount : version.rowCount - version.holdoutCount;
  if (filter.hasOutput !== undefined)
    return filter.hasOutput ? version.labelledCount : version.rowCount - version.labelledCount;
  return null;
}

/**
 * How many rows a filter finds. Small versions are counted; in large ones up to 10,000 are, and what is more is estimated from rows drawn at
 * random pages of the table.
 */
export async function countRows(version: Browsed, filter: RowFilter): Promise<RowCount> {
  const rows = known(version, filter);
  if (rows !== null) return { rows, exact: true };
  const large = hasOwnTable(version.line);
  const indexed = large && version.searchableAt !== null;
  const built = build(versionRows(version), filter, { indexed });
  const counted = await orNull(countMs, async (client) => {
    const limit = large ? ` LIMIT ${exactCount + 1}` : "";
    const sql = `SELECT count(*)::int AS n FROM (SELECT 1 FROM ${built.rows} r WHERE true${built.where}${limit}) found`;
    return (await client.query<{ n: number }>(sql, built.values)).rows[0]?.n ?? 0;
  });
  if (counted !== null && (!large || counted <= exactCount)) return { rows: counted, exact: true };
  if (!large || filter.repeated) return { rows: null, exact: false };
  const estimate = await sample(version, filter);
  return { rows: estimate === null ? null : Math.max(estimate, counted ?? 0), exact: false };
}

/** Share of a random sample of the line's table, times the rows of the version. */
async function sample(version: Browsed, filter: RowFilter): Promise<number | null> {
  const percent = Math.min(100, (100 * sampledRows) / Math.max(1, version.rowCount));
  const { line, step } = version;
  const rows = `(SELECT * FROM ${tableOf(line)} TABLESAMPLE SYSTEM (${percent}) WHERE "fromStep" <= ${step} AND "toStep" > ${step})`;
  const { where, values } = build(rows, filter);
  const found = await orNull(sampleMs, async (client) => {
    const sql = `SELECT count(*)::int AS n, count(*) FILTER (WHERE true${where})::int AS fits FROM ${rows} r`;
    return (await client.query<{ n: number; fits: number }>(sql, values)).rows[0] ?? null;
  });
  if (!found || found.n === 0) return null;
  return Math.round((found.fits / found.n) * version.rowCount);
}

async function orNull<T>(withinMs: number, work: Parameters<typeof reading<T>>[1]): Promise<T | null> {
  try {
    return await reading(withinMs, work);
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  }
}
