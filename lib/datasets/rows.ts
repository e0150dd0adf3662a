import { hasOwnTable } from "./partition.ts";
import { build } from "./row-conditions.ts";
import { readIndexed } from "./row-indexed.ts";
import { foldsAscii, isTimeout, type PageOf, pageSql, reading, tooSlow } from "./row-select.ts";
import { type Browsed, fitsNone, onePage, type RowPage, walk } from "./row-walk.ts";
import type { Row, RowFilter } from "./schema.ts";
import { versionRows } from "./version-rows.ts";

/** How long a filtered request looks at further windows. */
const budgetMs = 400;
/** Positions and time of one statement of a download. */
const exportWindow = 100_000;
const exportMs = 60_000;

/**
 * A page of rows in the order asked for. Without a filter it is one index range, equally fast at any depth; with one, the indexes of a large line
 * are used where it has them. Else windows of up to 20,000 rows are looked at until the page is full or the time is spent; `nextCursor` then goes on
 * behind what was looked at, so that a rare word in a large version costs many short requests rather than one that never ends.
 * @throws AppError LIMIT where an order by length cannot be had in time
 */
export async function readRows(version: Browsed, filter: RowFilter, page: PageOf): Promise<RowPage> {
  if (fitsNone(version, filter)) return { items: [], nextCursor: null, searchedTo: version.lastPosition };
  const rows = versionRows(version);
  const built = build(rows, filter);
  const byLength = page.sort.endsWith("length");
  const large = hasOwnTable(version.line);
  if (large && version.searchableAt && built.where !== "") {
    const found = await readIndexed(version, filter, page);
    if (found) return found;
  } else if (built.where === "" || filter.repeated || byLength) {
    try {
      return await onePage(version, built, page);
    } catch (error) {
      throw isTimeout(error) ? tooSlow() : error;
    }
  }
  if (byLength) throw tooSlow();
  const plainAscii = filter.search !== undefined && (await foldsAscii());
  return walk(version, build(rows, filter, { indexed: large, plainAscii }), page, budgetMs);
}

/** All rows of a filter in order, a few at a time, for downloads. Texts are whole. */
export async function* everyRow(version: Browsed, filter: RowFilter): AsyncGenerator<Row[]> {
  if (fitsNone(version, filter)) return;
  const large = hasOwnTable(version.line);
  const built = build(versionRows(version), filter, { indexed: large && version.searchableAt !== null });
  // Repeats of a line without indexes are found over the whole version, so windows would find them again and again.
  const step = filter.repeated && !(large && version.searchableAt) ? version.lastPosition : exportWindow;
  for (let at = 0; at < version.lastPosition; at += step) {
    const where = `${built.where} AND r."position" <= ${Math.min(at + step, version.lastPosition)}`;
    for (let after = at; ; ) {
      const page = { after: { position: after, chars: 0 }, limit: 1_000, full: true, sort: "position" as const };
      const asked = pageSql(`${built.rows} r`, where, built.values, page);
      const { rows } = await reading(exportMs, (client) => client.query<Row>(asked.sql, asked.values));
      const last = rows.at(-1);
      if (last) yield rows;
      if (!last || rows.length < page.limit) break;
      after = last.position;
    }
  }
}
