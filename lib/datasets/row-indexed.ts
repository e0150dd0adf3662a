import { pool } from "#lib/core/db.ts";
import { listedRepeats } from "./indexing.ts";
import { ownTable } from "./partition.ts";
import { type Built, build } from "./row-conditions.ts";
import { type After, cursorOf, foldsAscii, isTimeout, type PageOf, pageSql, reading } from "./row-select.ts";
import { type Browsed, onePage, type RowPage, walk } from "./row-walk.ts";
import type { Row, RowFilter } from "./schema.ts";
import { versionRows } from "./version-rows.ts";

/** Matches of a text that are put in order at once; more are so frequent that walking the rows finds a page of them. */
const mostHits = 5_000;
/** How long a walk may try before the text index is asked. */
const tryMs = 30;
/** A walk that is thought to fill the page within this goes on: the text index must look at all rows that have the words anywhere. */
const walkableMs = 300;
const walkOnMs = 600;
const directMs = 1_500;
/** Trigrams need three characters. */
const leastTextIndexed = 3;
/** Listed repeats looked at by one statement. */
const listWindow = 2_000;

/**
 * A page by the indexes of a large line.
 * @param walkMs how long a search walks before it asks the text index
 * @returns null where the indexes do not help: the caller walks
 */
export async function readIndexed(
  version: Browsed,
  filter: RowFilter,
  page: PageOf,
  walkMs = tryMs,
): Promise<RowPage | null> {
  const built = build(versionRows(version), filter, { indexed: true });
  const byLength = page.sort.endsWith("length");
  if (filter.search) {
    if (filter.search.length < leastTextIndexed) return byLength ? direct(version, built, page) : null;
    const walked = build(versionRows(version), filter, { indexed: true, plainAscii: await foldsAscii() });
    return searched(version, built, walked, page, walkMs);
  }
  if (filter.repeated && !byLength && page.sort === "position" && (await isListed(version, filter.repeated)))
    return listed(version, built, page, filter.repeated);
  return direct(version, built, page);
}

/** One statement, for which the planner finds an index; null when it did not end in time. */
async function direct(version: Browsed, built: Built, page: PageOf): Promise<RowPage | null> {
  try {
    return await onePage(version, built, page, directMs);
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  }
}

/**
 * Text search. `ORDER BY key LIMIT` over a text index walks the key, which for a rare word never ends. So: a short walk, which fills the page with
 * a frequent text; else all matches by the text index, if they are at most 5,000, then put in order.
 */
async function searched(
  version: Browsed,
  built: Built,
  walked: Built,
  page: PageOf,
  walkMs: number,
): Promise<RowPage | null> {
  const byLength = page.sort.endsWith("length");
  if (!byLength) {
    const began = performance.now();
    const found = await walk(version, walked, page, walkMs);
    if (found.items.length === page.limit || found.nextCursor === null) return found;
    if (isWorthWalking(found, page, performance.now() - began)) return walkOn(version, walked, page, found);
  }
  const hits = await textHits(built);
  if (!hits) return null;
  if (hits.length > mostHits) return byLength ? direct(version, built, page) : null;
  const { after, limit } = page;
  const sign = page.sort.startsWith("-") ? -1 : 1;
  const compare = (a: After, b: After) => sign * ((byLength ? a.chars - b.chars : 0) || a.position - b.position);
  const left = hits.filter((hit) => after === null || compare(hit, after) > 0).sort(compare);
  const shown = left.slice(0, limit).map(({ position }) => position);
  const asked = pageSql(`${built.rows} r`, ` AND r."position" = ANY($1::int[])`, [shown], { ...page, after: null });
  const { rows } = await reading(directMs, (client) => client.query<Row>(asked.sql, asked.values));
  const last = rows.at(-1);
  const more = left.length > limit && last !== undefined;
  return {
    items: rows,
    nextCursor: more ? cursorOf(last, page.sort) : null,
    searchedTo: more ? last.position : version.lastPosition,
  };
}

/** Whether the rest of the page is likely found soon, going by what the walk has found in `tookMs`. */
function isWorthWalking({ items }: RowPage, page: PageOf, tookMs: number): boolean {
  return items.length > 0 && ((page.limit - items.length) * tookMs) / items.length <= walkableMs;
}

async function walkOn(version: Browsed, built: Built, page: PageOf, walked: RowPage): Promise<RowPage> {
  const { items } = walked;
  const after = { position: walked.searchedTo, chars: 0 };
  const rest = await walk(version, built, { ...page, after, limit: page.limit - items.length }, walkOnMs);
  return { ...rest, items: [...items, ...rest.items] };
}

/** Rows of a filter with a text, by the text index; one more than `mostHits` when there are too many, null when it took too long. */
export async function textHits({ rows: from, where, values }: Built): Promise<After[] | null> {
  const sql = `SELECT r."position", length(r."input") AS chars FROM ${from} r WHERE true${where} LIMIT ${mostHits + 1}`;
  // By the text index or not at all: the planner's guess how rare a text is may be far off, and a walk has been tried.
  const settings = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off";
  try {
    return (await reading(directMs, (client) => client.query<After>(sql, values), settings)).rows;
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  }
}

/** Whether the list of repeats beside the table is whole for this kind. The list never changes. */
async function isListed({ line }: Browsed, kind: "duplicates" | "conflicts"): Promise<boolean> {
  const key = `${line}.${kind}`;
  const known = listedLines.get(key);
  if (known !== undefined) return known;
  const { rows } = await pool.query(
    `SELECT 1 FROM rows.${ownTable(line)}_repeated ${kind === "conflicts" ? "WHERE conflict" : ""} OFFSET ${listedRepeats} LIMIT 1`,
  );
  listedLines.set(key, rows.length === 0);
  return rows.length === 0;
}
const listedLines = new Map<string, boolean>();

/** Repeats among the candidates: rows listed when the line was indexed, and rows like those that later steps brought. */
async function listed(
  version: Browsed,
  built: Built,
  page: PageOf,
  kind: "duplicates" | "conflicts",
): Promise<RowPage | null> {
  const table = ownTable(version.line);
  const items: Row[] = [];
  let after = page.after?.position ?? 0;
  const until = performance.now() + directMs;
  for (;;) {
    const candidates = `WITH candidates AS MATERIALIZED (
        SELECT "position" FROM rows.${table}_repeated WHERE "position" > ${after}${kind === "conflicts" ? " AND conflict" : ""}
        UNION SELECT q."position" FROM rows.${table} q
          WHERE q."inputHash" IN (SELECT "inputHash" FROM rows.${table} WHERE "fromStep" > 0) AND q."position" > ${after}
        ORDER BY "position" LIMIT ${listWindow})`;
    const asked = pageSql(`${built.rows} r JOIN candidates USING ("position")`, built.where, built.values, {
      ...page,
      after: null,
      limit: page.limit + 1 - items.length,
    });
    const looked = await reading(directMs, async (client) => {
      const edge = await client.query<{ n: number; last: number | null }>(
        `${candidates} SELECT count(*)::int AS n, max("position") AS last FROM candidates`,
      );
      const { rows } = await client.query<Row>(`${candidates} ${asked.sql}`, asked.values);
      return { rows, n: edge.rows[0]?.n ?? 0, last: edge.rows[0]?.last ?? null };
    }).catch((error: unknown) => {
      if (isTimeout(error)) return null;
      throw error;
    });
    if (!looked) return null;
    items.push(...looked.rows);
    if (items.length > page.limit) {
      const kept = items.slice(0, page.limit);
      const last = kept.at(-1);
      return { items: kept, nextCursor: String(last?.position ?? 0), searchedTo: last?.position ?? 0 };
    }
    if (looked.n < listWindow || looked.last === null)
      return { items, nextCursor: null, searchedTo: version.lastPosition };
    after = looked.last;
    if (performance.now() > until) return { items, nextCursor: String(after), searchedTo: after };
  }
}
