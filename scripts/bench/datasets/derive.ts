import type pg from "pg";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { Verb } from "#lib/core/verb.ts";
import { changeVerbs } from "#lib/datasets/change.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";

/** Rows that the new version changes: spread over the whole of the old one. */
const changedRows = 10;

async function walBytes(pool: Pick<pg.Pool, "query">, since: string | null): Promise<{ at: string; bytes: number }> {
  const { rows } = await pool.query<{ at: string; bytes: string }>(
    "SELECT pg_current_wal_lsn()::text AS at, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn), 0)::text AS bytes",
    [since],
  );
  return { at: rows[0]?.at ?? "", bytes: Number(rows[0]?.bytes ?? 0) };
}

/**
 * Makes a version of `versionId` that changes the answers of ten rows, through the verb.
 * @returns `ms` of the request and `bytes` written to the log of the database meanwhile: all that the change costs, indexes included
 */
export async function deriveSmall(
  pool: Pick<pg.Pool, "query">,
  versionId: string,
  actor: Actor,
): Promise<{ ms: number; bytes: number; versionId: string }> {
  const verb = (changeVerbs as readonly unknown[] as Verb[]).find(({ endpoint }) => endpoint.name === "version.change");
  if (!verb) throw new Error("there is no version.change");
  const { line, step, lastPosition } = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
  const every = Math.floor(lastPosition / changedRows);
  const wanted = Array.from({ length: changedRows }, (_, index) => 1 + index * every);
  const { rows } = await pool.query<{ position: number; output: string | null }>(
    `SELECT "position", "output" FROM ${versionRows({ line, step })} r WHERE "position" = ANY($1::int[])`,
    [wanted],
  );
  const changes = rows.map(({ position, output }) => ({ position, output: `${output ?? ""} changed` }));
  const before = await walBytes(pool, null);
  const began = performance.now();
  const made = (await verb.call({ actor }, { datasetVersionId: versionId, reason: "bench", changes })) as {
    id: string;
  };
  const ms = performance.now() - began;
  const { bytes } = await walBytes(pool, before.at);
  return { ms, bytes, versionId: made.id };
}
