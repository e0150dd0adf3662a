import type { PoolClient } from "pg";
import { pool } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import type { Row, RowSort } from "./schema.ts";

const listChars = 500;

/** PostgreSQL cancelled the statement because it took too long. */
export const isTimeout = (error: unknown): boolean => (error as { code?: string }).code === "57014";

/** Columns of a shown row of `r`; `full` for whole texts. */
function shown(full: boolean): string {
  const rest = `r."position", r."holdout", length(r."input") AS chars, r."origin"`;
  return full
    ? `${rest}, r."input", r."output", false AS cut`
    : `${rest}, left(r."input", ${listChars}) AS "input", left(r."output", ${listChars}) AS "output",
       length(r."input") > ${listChars} OR coalesce(length(r."output"), 0) > ${listChars} AS cut`;
}

/** Runs statements that only read, each cut off after `timeoutMs`, with settings that suit short ones. */
export async function reading<T>(
  timeoutMs: number,
  work: (client: PoolClient) => Promise<T>,
  settings = "",
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(
      `BEGIN READ ONLY; SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL jit = off; SET LOCAL work_mem = '32MB'; ${settings}`,
    );
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((fault: Error) => {
      broken = fault;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** What a person is told instead of a time-out. */
export function tooSlow(): AppError {
  return new AppError("LIMIT", "This filter takes too long on a version of this size.", {
    status: 503,
    todo: "Use fewer filters, sort by row number, or download the rows.",
  });
}

/** Where a page begins: behind this row. `chars` only where rows are sorted by length. */
export type After = { position: number; chars: number };

const highest = 2 ** 31 - 1;

/** @throws AppError INVALID for what is no cursor of a list with this order */
export function afterOf(cursor: string | undefined, sort: RowSort): After | null {
  if (cursor === undefined) return null;
  const parts = (sort.endsWith("length") ? /^(\d{1,10})\.(\d{1,10})$/ : /^()(\d{1,10})$/).exec(cursor);
  const [chars, position] = [Number(parts?.[1]), Number(parts?.[2])];
  if (chars <= highest && position <= highest) return { position, chars };
  throw new AppError("INVALID", "The cursor is not one of this list.", {
    where: "cursor",
    todo: "Use `nextCursor` of the page before.",
  });
}

export const cursorOf = (row: Pick<Row, "position" | "chars">, sort: RowSort): string =>
  sort.endsWith("length") ? `${row.chars}.${row.position}` : String(row.position);

/** Keyset condition and order for a sort, as an index on (length, position) or the key gives them. */
export function orderOf(sort: RowSort): { order: string; key: string; sign: ">" | "<" } {
  const down = sort.startsWith("-");
  const way = down ? "DESC" : "ASC";
  return sort.endsWith("length")
    ? {
        order: `length(r."input") ${way}, r."position" ${way}`,
        key: `(length(r."input"), r."position")`,
        sign: down ? "<" : ">",
      }
    : { order: `r."position" ${way}`, key: `r."position"`, sign: down ? "<" : ">" };
}

export type PageOf = { after: After | null; limit: number; full: boolean; sort: RowSort };

/** The statement for one page of `from` (rows `r`), with `where` and its `values` before those of the page. */
export function pageSql(from: string, where: string, values: readonly unknown[], page: PageOf) {
  const { order, key, sign } = orderOf(page.sort);
  const all = [...values];
  const param = (value: number) => `$${all.push(value)}::int`;
  const behind =
    page.after === null
      ? ""
      : page.sort.endsWith("length")
        ? ` AND ${key} ${sign} (${param(page.after.chars)}, ${param(page.after.position)})`
        : ` AND ${key} ${sign} ${param(page.after.position)}`;
  const sql = `SELECT ${shown(page.full)} FROM ${from} WHERE true${where}${behind} ORDER BY ${order} LIMIT ${param(page.limit)}`;
  return { sql, values: all };
}

/**
 * Whether the database folds the case of ASCII letters as COLLATE "C" does (some languages do not: Turkish). Then rows that are walked are
 * looked into without PostgreSQL making a copy of every text in small letters first.
 */
export async function foldsAscii(): Promise<boolean> {
  asciiFold ??= pool
    .query<{ plain: boolean }>(
      `SELECT "datlocprovider" = 'b' OR ("datlocprovider" = 'c' AND "datctype" IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')) AS plain
       FROM pg_database WHERE "datname" = current_database()`,
    )
    .then(({ rows }) => rows[0]?.plain === true)
    .catch((error: unknown) => {
      asciiFold = null;
      throw error;
    });
  return asciiFold;
}
let asciiFold: Promise<boolean> | null = null;
