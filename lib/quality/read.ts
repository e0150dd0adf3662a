import type pg from "pg";

/** A row as the checks read it. `hash`: 31 bits of the hash of its normalised input. */
export type ReadRow = { position: number; input: string; output: string | null; holdout: boolean; hash: number };

type Queries = Pick<pg.Client, "query">;

/** 31 bits of `inputHash`, in SQL over the alias r. */
export const hashSql = `(r."inputHash" & 2147483647)::int`;

const pageRows = 2_000;
const portionRows = 5_000;

/**
 * The rows of a version in order, a page at a time.
 * @param rows FROM item of `versionRows` @param where further condition over the alias r, of our own making
 */
export async function* pagesOf(db: Queries, rows: string, where = "true"): AsyncGenerator<ReadRow[]> {
  for (let after = 0; ; ) {
    const page = await db.query<ReadRow>(
      `SELECT r."position", r."input", r."output", r."holdout", ${hashSql} AS hash FROM ${rows} r
       WHERE r."position" > $1 AND ${where} ORDER BY r."position" LIMIT ${pageRows}`,
      [after],
    );
    const last = page.rows.at(-1);
    if (!last) return;
    yield page.rows;
    if (page.rows.length < pageRows) return;
    after = last.position;
  }
}

/** The answer of a query over a cursor, so that it is never in memory as a whole. The connection is busy until the end. */
export async function* portionsOf<T extends pg.QueryResultRow>(
  db: Queries,
  sql: string,
  values: unknown[] = [],
): AsyncGenerator<T[]> {
  await db.query("BEGIN READ ONLY");
  try {
    await db.query(`DECLARE portions NO SCROLL CURSOR FOR ${sql}`, values);
    for (;;) {
      const { rows } = await db.query<T>(`FETCH ${portionRows} FROM portions`);
      if (rows.length > 0) yield rows;
      if (rows.length < portionRows) return;
    }
  } finally {
    await db.query("ROLLBACK").catch(() => undefined);
  }
}

/** Inputs of rows by position, in the order asked for; a row that is not there gives an empty text. */
export async function inputsAt(db: Queries, rows: string, positions: readonly number[]): Promise<string[]> {
  const found = await db.query<{ position: number; input: string }>(
    `SELECT r."position", r."input" FROM ${rows} r WHERE r."position" = ANY($1::int[])`,
    [positions],
  );
  const byPosition = new Map(found.rows.map(({ position, input }) => [position, input]));
  return positions.map((position) => byPosition.get(position) ?? "");
}
