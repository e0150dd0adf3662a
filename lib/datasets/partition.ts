import { setTimeout as wait } from "node:timers/promises";
import type { Sniffed } from "#lib/formats/types.ts";
import { endless } from "./version-rows.ts";

/** Lines from here on have a table of their own. The shared table has a CHECK that says so. */
export const firstOwnLine = 1_000_000_000;
/** Sources that unpack to at least so many bytes get a table of their own. */
const ownTableBytes = 32 * 1024 * 1024;
/** How much larger a packed source usually is once unpacked; text is seldom packed better. */
const packedRatio = 8;
const parquetRatio = 3;

/** What we ask of a connection. */
export type Queries = { query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> };

export const hasOwnTable = (line: number): boolean => line >= firstOwnLine;

/** Whether an import is large enough for a table of its own, judged by its source before anything is read. */
export function deservesOwnTable(sourceBytes: number, how: Partial<Pick<Sniffed, "format" | "container">>): boolean {
  const packed = how.container !== undefined && !["none", "tar"].includes(how.container);
  const ratio = packed ? packedRatio : how.format === "parquet" ? parquetRatio : 1;
  return sourceBytes * ratio >= ownTableBytes;
}

/** Name of the table in the schema `rows`; the number is of our own making. */
export function ownTable(line: number): string {
  if (!Number.isInteger(line) || !hasOwnTable(line) || line > endless) throw new Error("this line has no table");
  return `l${line}`;
}

/** The table that holds the rows of a line, for SQL. */
export const tableOf = (line: number): string => (hasOwnTable(line) ? `rows.${ownTable(line)}` : `"Row"`);

/**
 * Makes the table of a line, apart from "Row" as yet: COPY into it touches nobody. It has the indexes of "Row", so that none must be built
 * when it is attached, and a CHECK, so that attaching it does not read its rows.
 */
export async function createOwnTable(client: Queries, line: number): Promise<void> {
  const name = ownTable(line);
  await client.query(
    `CREATE TABLE IF NOT EXISTS rows.${name} (LIKE "Row" INCLUDING DEFAULTS INCLUDING INDEXES,
       CONSTRAINT ${name}_line CHECK ("line" = ${line}))`,
  );
}

export async function isAttached(client: Queries, line: number): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_inherits WHERE inhparent = '"Row"'::regclass AND inhrelid = to_regclass($1)`,
    [`rows.${ownTable(line)}`],
  );
  return rows.length > 0;
}

/**
 * Makes the table part of "Row". Takes the shared table for a moment, so it waits for at most 200 ms at a time and then steps back: readers
 * that came meanwhile go first.
 */
export async function attachOwnTable(client: Queries, line: number): Promise<void> {
  await withShortLocks(client, async () => {
    if (await isAttached(client, line)) return;
    await client.query(`ALTER TABLE "Row" ATTACH PARTITION rows.${ownTable(line)} FOR VALUES IN (${line})`);
  });
}

/** Removes all rows of a line with what belongs to them. Its versions must be gone, or not ready. */
export async function dropLine(client: Queries, line: number): Promise<void> {
  if (!hasOwnTable(line)) {
    await client.query(`DELETE FROM "Row" WHERE "line" = $1`, [line]);
    return;
  }
  await withShortLocks(client, async () => {
    await client.query(`DROP TABLE IF EXISTS rows.${ownTable(line)}_repeated`);
    await client.query(`DROP TABLE IF EXISTS rows.${ownTable(line)}`);
  });
}

const lockMs = 200;
const tries = 150;

/** One transaction that gives way when a lock is not to be had at once. @throws the server's lock_not_available after half a minute of trying */
async function withShortLocks(client: Queries, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await client.query("BEGIN");
    try {
      await client.query(`SET LOCAL lock_timeout = '${lockMs}ms'`);
      await work();
      await client.query("COMMIT");
      return;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      const busy = ["55P03", "40P01"].includes(String((error as { code?: unknown }).code));
      if (!busy || attempt === tries) throw error;
      await wait(Math.min(50 * attempt, 500));
    }
  }
}
