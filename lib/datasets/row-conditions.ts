import type { RowFilter } from "./schema.ts";

/** Conditions of a filter on rows `r` of a FROM item, each with its own `AND`, and their parameters. */
export type Built = { rows: string; where: string; values: unknown[] };

/** Whether the rows like a row are such as a person looks for: it is not alone, and (conflicts) their answers differ. */
const repeatedSql = {
  duplicates: "count(*) > 1",
  conflicts: `count(*) > 1 AND min("output" COLLATE "C") <> max("output" COLLATE "C")`,
} as const;

/** Characters of an answer that its index holds; a shorter one is told by them alone. */
const indexedChars = 200;

/** Text to look for as a LIKE pattern. */
const likeOf = (search: string): string => `%${search.replace(/[\\%_]/g, "\\$&")}%`;

type BuildOptions = {
  /** the line has indexes: repeats are looked up row by row, changed rows in the index of changes */
  indexed?: boolean;
  /** look into texts of ASCII alone by COLLATE "C", in two thirds of the time; the text index does not know it */
  plainAscii?: boolean;
};

/** Conditions of a filter. Every value is a parameter; words in the text are ours and such that an index fits them. */
export function build(rows: string, filter: RowFilter, options: BuildOptions = {}): Built {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const param = (value: unknown) => `$${values.push(value)}`;
  if (filter.split) conditions.push(filter.split === "holdout" ? `r."holdout"` : `NOT r."holdout"`);
  if (filter.label !== undefined) {
    const label = param(filter.label);
    conditions.push(`left(r."output", ${indexedChars}) = left(${label}::text, ${indexedChars})`);
    // A second condition on the same thing would be taken for a rarer one and keep the planner from the index's order.
    if (filter.label.length >= indexedChars) conditions.push(`r."output" || '' = ${label}::text`);
  }
  if (filter.hasOutput !== undefined) conditions.push(`r."output" IS ${filter.hasOutput ? "NOT NULL" : "NULL"}`);
  if (filter.minLength !== undefined) conditions.push(`length(r."input") >= ${param(filter.minLength)}`);
  if (filter.maxLength !== undefined) conditions.push(`length(r."input") <= ${param(filter.maxLength)}`);
  if (filter.origin === "import") conditions.push(`r."origin" IS NULL`);
  else if (filter.origin) {
    // A large line begins with an import, so that only rows of later steps came about in another way.
    if (options.indexed) conditions.push(`r."fromStep" > 0`);
    conditions.push(`r."origin" ->> 'kind' = ${param(filter.origin)}`);
  }
  if (filter.repeated) {
    const like = repeatedSql[filter.repeated];
    conditions.push(
      options.indexed
        ? `EXISTS (SELECT 1 FROM ${rows} q WHERE q."inputHash" = r."inputHash" HAVING ${like})`
        : `r."inputHash" IN (SELECT "inputHash" FROM ${rows} q GROUP BY "inputHash" HAVING ${like})`,
    );
  }
  if (filter.search) {
    const text = param(likeOf(filter.search));
    const holds = (column: string) =>
      options.plainAscii
        ? `CASE WHEN octet_length(${column}) = length(${column}) THEN ${column} COLLATE "C" ILIKE ${text} ELSE ${column} ILIKE ${text} END`
        : `${column} ILIKE ${text}`;
    conditions.push(`(${holds(`r."input"`)} OR ${holds(`r."output"`)})`);
  }
  return { rows, where: conditions.map((condition) => ` AND ${condition}`).join(""), values };
}
