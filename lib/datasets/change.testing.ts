import type { Actor } from "#lib/core/actor.ts";
import { db, pool } from "#lib/core/db.ts";
import type { Verb } from "#lib/core/verb.ts";
import { makeVersion } from "#lib/testing/factories.ts";
import { contentHashSql, hashedRows } from "./content-hash.ts";
import { versionRows } from "./version-rows.ts";

export type GivenRow = { input: string; output?: string | null; holdout?: boolean };

export const loadVersion = (id: string) =>
  db.datasetVersion.findUniqueOrThrow({ where: { id }, include: { dataset: true } });
export type LoadedVersion = Awaited<ReturnType<typeof loadVersion>>;

/** Position, input, gold answer and side of every row. */
export async function rowsOf(
  version: Pick<LoadedVersion, "line" | "step">,
): Promise<[number, string, string | null, boolean][]> {
  const { rows } = await pool.query(
    `SELECT "position", "input", "output", "holdout" FROM ${versionRows(version)} r ORDER BY 1`,
  );
  return rows.map(({ position, input, output, holdout }) => [position, input, output, holdout]);
}

/** Counts and hash of a version taken anew from all of its rows. */
export async function recount(version: LoadedVersion) {
  const from = versionRows(version);
  const { rows } = await pool.query(
    `SELECT count(*)::int AS "rowCount", count(*) FILTER (WHERE "holdout")::int AS "holdoutCount", count("output")::int AS "labelledCount",
       sum(length("input"))::text AS "inputChars",
       (SELECT coalesce(sum(n - 1), 0)::int FROM (SELECT count(*) AS n FROM ${from} q GROUP BY "inputHash") g) AS "duplicateCount",
       (SELECT count(*)::int FROM (SELECT 1 FROM ${from} q GROUP BY "inputHash" HAVING min("output") <> max("output")) g) AS "conflictCount",
       (SELECT ${contentHashSql} FROM ${hashedRows(from)}) AS "contentHash" FROM ${from} r`,
  );
  return rows[0];
}

/** The same figures as the version tells them. */
export function told(version: LoadedVersion) {
  const { rowCount, holdoutCount, labelledCount, duplicateCount, conflictCount, contentHash, inputChars } = version;
  const chars = String(inputChars);
  return { rowCount, holdoutCount, labelledCount, duplicateCount, conflictCount, contentHash, inputChars: chars };
}

/** A ready version with all its counts, as an import leaves it. */
export async function makeCounted(actor: Actor, projectId: string, rows: readonly GivenRow[]): Promise<LoadedVersion> {
  const id = await makeVersion(actor, projectId, [...rows]);
  const { contentHash, duplicateCount, conflictCount } = await recount(await loadVersion(id));
  const labels = new Map<string, { label: string; rows: number; holdout: number }>();
  for (const { output, holdout } of rows) {
    if (!output) continue;
    const count = labels.get(output) ?? { label: output, rows: 0, holdout: 0 };
    labels.set(output, { label: output, rows: count.rows + 1, holdout: count.holdout + (holdout ? 1 : 0) });
  }
  const report = { labels: [...labels.values()] };
  await db.datasetVersion.update({ where: { id }, data: { contentHash, duplicateCount, conflictCount, report } });
  return loadVersion(id);
}

/** A ready version of `count` rows, "text 1" and so on, with `label` as every gold answer; every fifth is held out. */
export async function makeLarge(actor: Actor, projectId: string, count: number, label: string): Promise<LoadedVersion> {
  const id = await makeVersion(actor, projectId, []);
  const { line } = await loadVersion(id);
  await pool.query(
    `INSERT INTO "Row" ("line", "position", "input", "output", "holdout", "inputHash")
     SELECT $1, n, 'text ' || n, $3, n % 5 = 0, hashtextextended('text ' || n, 0) FROM generate_series(1, $2::int) n`,
    [line, count, label],
  );
  const counted = await recount(await loadVersion(id));
  const { rowCount, holdoutCount, labelledCount, contentHash, inputChars } = counted;
  const report = { labels: [{ label, rows: rowCount, holdout: holdoutCount }] };
  const counts = { rowCount, holdoutCount, labelledCount, contentHash, inputChars: BigInt(inputChars) };
  await db.datasetVersion.update({ where: { id }, data: { ...counts, lastPosition: count, report } });
  return loadVersion(id);
}

/** Calls one of `verbs` by its name. */
export async function callOf<T>(
  verbs: readonly unknown[],
  actor: Actor,
  name: string,
  input: Record<string, unknown>,
): Promise<T> {
  const verb = (verbs as Verb[]).find((candidate) => candidate.endpoint.name === name);
  if (!verb) throw new Error(`there is no ${name}`);
  return (await verb.call({ actor }, input)) as T;
}
