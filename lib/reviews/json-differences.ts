import type { Tx } from "#lib/core/db.ts";

const pageRows = 5_000;

/** Keys sorted at every level, so that equal values are equal texts; what is no JSON is compared as it stands. */
function canonicalText(text: string): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
    // the mark tells an object from an array of pairs
    return ["{}", ...entries.sort(([a], [b]) => (a < b ? -1 : 1))];
  };
  try {
    return JSON.stringify(sorted(JSON.parse(text)));
  } catch {
    return text;
  }
}

/**
 * Positions where gold and teacher's answer are different JSON values, however they are spelled. Read here rather than by the database,
 * whose JSON type refuses some valid texts (escaped NUL, huge numbers) and would fail for all rows because of one.
 * @param rows SQL of rows with "position" and "output"
 */
export async function jsonDifferences(tx: Tx, rows: string, runId: string): Promise<number[]> {
  const found: number[] = [];
  for (let after = 0; ; ) {
    const page = await tx.$queryRawUnsafe<{ position: number; gold: string; answer: string }[]>(
      `SELECT r."position", r."output" AS gold, t."answer" FROM ${rows} r
       JOIN "GenerationResult" t ON t."runId" = $1::uuid AND t."position" = r."position"
       WHERE t."answer" <> r."output" AND r."position" > $2::int ORDER BY r."position" LIMIT ${pageRows}`,
      runId,
      after,
    );
    for (const row of page) if (canonicalText(row.gold) !== canonicalText(row.answer)) found.push(row.position);
    const last = page.at(-1);
    if (!last || page.length < pageRows) return found;
    after = last.position;
  }
}
