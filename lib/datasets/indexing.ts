import { connectAlone, db } from "#lib/core/db.ts";
import { log } from "#lib/core/log.ts";
import { firstOwnLine, isAttached, ownTable, type Queries } from "./partition.ts";

/** Advisory locks on lines that are being indexed: (this number, line). */
const lockSpace = 727_070;
/** Repeated rows that are listed; where more repeat, a walk finds them fast without a list. */
export const listedRepeats = 500_000;

/**
 * Indexes of a table of its own, in the order in which they help. `repeated` is found without reading the rows by a list beside the
 * table, made from the first of them.
 */
function indexesOf(table: string): { name: string; on: string }[] {
  return [
    { name: `${table}_hash`, on: `("inputHash")` },
    { name: `${table}_answer`, on: `((left("output", 200)), "position")` },
    { name: `${table}_length`, on: `((length("input")), "position")` },
    { name: `${table}_held`, on: `("position") WHERE "holdout"` },
    { name: `${table}_trained`, on: `("position") WHERE NOT "holdout"` },
    { name: `${table}_answered`, on: `("position") WHERE "output" IS NOT NULL` },
    { name: `${table}_unanswered`, on: `("position") WHERE "output" IS NULL` },
  ];
}

/** Sides that are most of the rows need no index: walking the rows finds them at once. */
async function needless(client: Queries, table: string): Promise<Set<string>> {
  const { rows } = await client.query(
    `SELECT count(*)::float8 AS n, count(*) FILTER (WHERE "holdout")::float8 AS held, count("output")::float8 AS answered FROM rows.${table}`,
  );
  const { n, held, answered } = rows[0] as { n: number; held: number; answered: number };
  const most = 0.2 * n;
  const shares = { held, trained: n - held, answered, unanswered: n - answered };
  return new Set(Object.entries(shares).flatMap(([name, share]) => (share > most ? [`${table}_${name}`] : [])));
}

/** Makes an index without blocking anybody; one that an earlier, killed try left half-made is made anew. */
async function ensureIndex(client: Queries, table: string, name: string, on: string): Promise<void> {
  const { rows } = await client.query(`SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)`, [
    `rows.${name}`,
  ]);
  if (rows[0]?.valid === true) return;
  if (rows.length > 0) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS rows.${name}`);
  await client.query(`CREATE INDEX CONCURRENTLY ${name} ON rows.${table} ${on}`);
}

/** Positions of imported rows whose input occurs again, and of those with different answers. At most `listedRepeats` of each kind. */
async function ensureRepeated(client: Queries, table: string): Promise<void> {
  const { rows } = await client.query(`SELECT to_regclass($1) IS NOT NULL AS there`, [`rows.${table}_repeated`]);
  if (rows[0]?.there === true) return;
  await client.query(
    `CREATE TABLE rows.${table}_repeated AS
     WITH hashes AS MATERIALIZED (
       SELECT "inputHash", min("output" COLLATE "C") <> max("output" COLLATE "C") AS conflict FROM rows.${table}
       WHERE "fromStep" = 0 GROUP BY 1 HAVING count(*) > 1),
     found AS (SELECT r."position", coalesce(h.conflict, false) AS conflict FROM rows.${table} r JOIN hashes h USING ("inputHash")
       WHERE r."fromStep" = 0)
     (SELECT * FROM found WHERE conflict LIMIT ${listedRepeats + 1}) UNION ALL (SELECT * FROM found WHERE NOT conflict LIMIT ${listedRepeats + 1})`,
  );
  await client.query(`CREATE INDEX ON rows.${table}_repeated ("position")`);
  await client.query(`ANALYZE rows.${table}_repeated`);
}

/**
 * Makes what browsing a large line needs: its indexes, the list of repeats, statistics, and at last the text index. Safe to kill at any point and
 * to run again; a second caller returns at once. Then the versions of the line are `searchableAt`.
 * @returns whether the line is now searchable
 */
export async function indexLine(line: number): Promise<boolean> {
  const table = ownTable(line);
  const client = await connectAlone();
  try {
    const { rows } = await client.query<{ got: boolean }>("SELECT pg_try_advisory_lock($1, $2) AS got", [
      lockSpace,
      line,
    ]);
    if (!rows[0]?.got || !(await isAttached(client, line))) return false;
    await client.query("SET maintenance_work_mem = '256MB'");
    await client.query("SET work_mem = '64MB'");
    const skipped = await needless(client, table);
    for (const { name, on } of indexesOf(table)) if (!skipped.has(name)) await ensureIndex(client, table, name, on);
    await ensureRepeated(client, table);
    // Statistics of the indexed expressions, and a visibility map for counts that read an index alone.
    await client.query(`VACUUM (ANALYZE) rows.${table}`);
    await ensureIndex(client, table, `${table}_text`, `USING gin ("input" gin_trgm_ops, "output" gin_trgm_ops)`);
    await client.query(
      `UPDATE "DatasetVersion" SET "searchableAt" = now() WHERE "line" = $1 AND "searchableAt" IS NULL`,
      [line],
    );
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const sweepEveryMs = 2_000;
let sweptAtMs = Number.NEGATIVE_INFINITY;
let indexing: Promise<void> | null = null;

/** Begins to index one line that still needs it; the work goes on behind the caller's back, one line at a time in a process. */
export async function sweepIndexes(): Promise<void> {
  if (indexing || performance.now() - sweptAtMs < sweepEveryMs) return;
  sweptAtMs = performance.now();
  const waiting = await db.datasetVersion.findFirst({
    where: { line: { gte: firstOwnLine }, state: "ready", searchableAt: null, purgedAt: null },
    select: { line: true },
    orderBy: { line: "asc" },
  });
  if (!waiting) return;
  indexing = indexLine(waiting.line)
    .then(() => undefined)
    .catch((error: unknown) => log.warn({ err: error, line: waiting.line }, "a large dataset could not be indexed yet"))
    .finally(() => {
      indexing = null;
    });
}
