import { db } from "#lib/core/db.ts";
import { estimateTokens } from "#lib/llm/tokens.ts";
import { reading } from "./row-select.ts";
import { type Bin, Charts } from "./rows-schema.ts";
import { type RowSet, versionRows } from "./version-rows.ts";

/** Edges of bins: 0, then each doubled power split in two (10, 15, 20, 30, 40, 60 …), so that bins look alike on a screen. */
export function edgesUpTo(longest: number): number[] {
  const edges = [0, 10];
  for (let edge = 20; (edges.at(-1) ?? 0) <= longest; edge *= 2) edges.push((edge * 3) / 4, edge);
  while (edges.length > 2 && (edges.at(-2) ?? 0) > longest) edges.pop();
  return edges;
}

export type Counted = { value: number; rows: number; holdout: number };

/** Puts counts by value into bins; the first and last bin hold rows. */
export function binned(counted: readonly Counted[], edges: readonly number[]): Bin[] {
  const bins = edges.slice(0, -1).map((from, index) => ({ from, to: edges[index + 1] ?? from, rows: 0, holdout: 0 }));
  for (const { value, rows, holdout } of counted) {
    const bin = bins.findLast((candidate) => candidate.from <= value);
    if (!bin) continue;
    bin.rows += rows;
    bin.holdout += holdout;
  }
  const first = bins.findIndex((bin) => bin.rows > 0);
  const last = bins.findLastIndex((bin) => bin.rows > 0);
  return first < 0 ? [] : bins.slice(first, last + 1);
}

const countMs = 60_000;
/** Lengths above are counted in steps, so that the answer stays small. */
const exactBelow = 4_096;

/** Charts of a version: kept, else counted now by one scan and kept. */
export async function chartsOf(version: RowSet & { id: string }): Promise<Charts> {
  const kept = await db.versionCharts.findUnique({ where: { versionId: version.id } });
  const read = Charts.safeParse(kept?.charts);
  if (read.success) return read.data;
  // PostgreSQL counts characters, JavaScript UTF-16 units: what the filter compares is what is counted here.
  const counted = await reading(countMs, async (client) => {
    const length = `length(r."input")`;
    const { rows } = await client.query<Counted>(
      `SELECT CASE WHEN ${length} < ${exactBelow} THEN ${length} ELSE ${length} / 64 * 64 END AS value, count(*)::int AS rows,
         count(*) FILTER (WHERE r."holdout")::int AS holdout FROM ${versionRows(version)} r GROUP BY 1`,
    );
    return rows;
  });
  const longest = counted.reduce((most, { value }) => Math.max(most, value), 0);
  const asTokens = counted.map((count) => ({ ...count, value: estimateTokens(count.value) }));
  const charts: Charts = {
    lengths: binned(counted, edgesUpTo(longest)),
    tokens: binned(asTokens, edgesUpTo(estimateTokens(longest))),
  };
  await db.versionCharts.upsert({
    where: { versionId: version.id },
    create: { versionId: version.id, charts },
    update: { charts },
  });
  return charts;
}
