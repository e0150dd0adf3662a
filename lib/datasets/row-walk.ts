import type { Built } from "./row-conditions.ts";
import { cursorOf, isTimeout, type PageOf, pageSql, reading, tooSlow } from "./row-select.ts";
import type { Row, RowFilter } from "./schema.ts";
import type { RowSet } from "./version-rows.ts";

/** Rows looked at by one statement of a filtered request: few at first, so that what is frequent is found at once. */
const windowRows = { first: 1_250, most: 20_000, growth: 3 };
/** Longest that any one statement may take. */
const timeoutMs = 3_000;

export type RowPage = { items: Row[]; nextCursor: string | null; searchedTo: number };

/** What is known of a version before its rows are read. */
export type Browsed = RowSet & {
  lastPosition: number;
  rowCount: number;
  holdoutCount: number;
  labelledCount: number;
  duplicateCount: number;
  conflictCount: number;
  searchableAt: Date | null;
};

/** Whether the counts of the version say that no row fits, so that none need be looked for. */
export function fitsNone(version: Browsed, filter: RowFilter): boolean {
  const { rowCount, holdoutCount, labelledCount, duplicateCount, conflictCount } = version;
  const { split, hasOutput, repeated, label } = filter;
  return (
    (split === "holdout" && holdoutCount === 0) ||
    (split === "train" && holdoutCount === rowCount) ||
    ((hasOutput === true || label !== undefined) && labelledCount === 0) ||
    (hasOutput === false && labelledCount === rowCount) ||
    (repeated === "duplicates" && duplicateCount === 0) ||
    (repeated === "conflicts" && conflictCount === 0)
  );
}

/** The page by one statement. */
export async function onePage(
  version: { lastPosition: number },
  { rows: from, where, values }: Built,
  page: PageOf,
  within = timeoutMs,
): Promise<RowPage> {
  const asked = pageSql(`${from} r`, where, values, { ...page, limit: page.limit + 1 });
  const { rows } = await reading(within, (client) => client.query<Row>(asked.sql, asked.values));
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  const more = rows.length > page.limit && last !== undefined;
  return {
    items,
    nextCursor: more ? cursorOf(last, page.sort) : null,
    searchedTo: more ? last.position : version.lastPosition,
  };
}

/** Rows in order of position, found by looking at one window after the other for as long as the budget lasts. */
export async function walk(
  version: { lastPosition: number },
  built: Built,
  page: PageOf,
  forMs: number,
): Promise<RowPage> {
  const until = performance.now() + forMs;
  const down = page.sort.startsWith("-");
  const items: Row[] = [];
  let at = page.after?.position ?? (down ? version.lastPosition + 1 : 0);
  const more = () => (down ? at > 1 : at < version.lastPosition);
  for (let window = windowRows.first; items.length < page.limit && more(); ) {
    const edge = down ? Math.max(1, at - window) : Math.min(at + window, version.lastPosition);
    window = Math.min(windowRows.most, window * windowRows.growth);
    const where = `${built.where} AND r."position" ${down ? ">=" : "<="} ${edge}`;
    const limit = page.limit - items.length;
    const asked = pageSql(`${built.rows} r`, where, built.values, {
      ...page,
      after: { position: at, chars: 0 },
      limit,
    });
    try {
      items.push(...(await reading(timeoutMs, (client) => client.query<Row>(asked.sql, asked.values))).rows);
    } catch (error) {
      throw isTimeout(error) ? tooSlow() : error;
    }
    const last = items.at(-1);
    at = items.length >= page.limit && last ? last.position : edge;
    if (performance.now() > until) break;
  }
  return { items, nextCursor: more() ? String(at) : null, searchedTo: at };
}
