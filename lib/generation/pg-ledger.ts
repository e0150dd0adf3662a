import { pool } from "#lib/core/db.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import type { Ledger, ResultRow } from "./ledger.ts";

/** Which run writes, and as which claim of it. */
export type Claim = { runId: string; epoch: number };

/**
 * Results and intents in one statement, and so in one transaction. `fence` locks the run against a new claim until the commit and is
 * empty when another worker holds it: then nothing is inserted. Rows that are there already stay as they are.
 */
const writeSql = `
  WITH fence AS MATERIALIZED (
    SELECT 1 AS held FROM "Run" WHERE "id" = $1::uuid AND "leaseEpoch" = $2 AND "state" = 'running' FOR SHARE
  ), stored AS (
    INSERT INTO "GenerationResult" ("runId", "position", "status", "answer", "raw", "error", "inputTokens", "outputTokens",
      "estimated", "costMicros", "latencyMs", "attempts")
    SELECT $1::uuid, u.* FROM fence, unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[],
      $10::bool[], $11::bigint[], $12::float8[], $13::int[]) AS u
    ON CONFLICT DO NOTHING
  ), sent AS (
    INSERT INTO "GenerationIntent" ("runId", "position", "epoch", "reservedMicros")
    SELECT $1::uuid, u."position", $2, u."reserved" FROM fence, unnest($14::int[], $15::bigint[]) AS u("position", "reserved")
    ON CONFLICT DO NOTHING
  )
  SELECT held FROM fence`;

/** PostgreSQL text holds neither NUL nor half a surrogate pair. */
const storable = (text: string | null) => (text === null ? null : text.replaceAll("\0", "\u2400").toWellFormed());

function columns(results: readonly ResultRow[]): unknown[] {
  return [
    results.map((result) => result.position),
    results.map((result) => result.status),
    results.map((result) => storable(result.answer)),
    results.map((result) => storable(result.raw)),
    results.map((result) => storable(result.error)),
    results.map((result) => result.inputTokens),
    results.map((result) => result.outputTokens),
    results.map((result) => result.estimated),
    results.map((result) => result.costMicros),
    results.map((result) => result.latencyMs),
    results.map((result) => result.attempts),
  ];
}

/** Where questions stand: `FROM … r WHERE …` with "position" and "input", and its parameters, numbered from `after` + 1. */
export type Questioned = (after: number) => { from: string; values: unknown[] };

/** The ledger of one claim. `only` narrows the questions to given positions (the smoke test). @throws LostLease from writes. */
export function pgLedger(claim: Claim, questioned: Questioned, only: readonly number[] | null = null): Ledger {
  const { from, values } = questioned(4);
  const nextSql = `
    SELECT r."position", r."input" ${from} AND r."position" > $1 AND ($2::int[] IS NULL OR r."position" = ANY($2::int[]))
      AND NOT EXISTS (SELECT 1 FROM "GenerationResult" g WHERE g."runId" = $3::uuid AND g."position" = r."position")
    ORDER BY r."position" LIMIT $4`;
  return {
    async next(after, limit) {
      const { rows } = await pool.query<{ position: number; input: string }>(nextSql, [
        after,
        only,
        claim.runId,
        limit,
        ...values,
      ]);
      return rows;
    },
    async write(results, intents) {
      const { rowCount } = await pool.query({
        name: "generation-write",
        text: writeSql,
        values: [
          claim.runId,
          claim.epoch,
          ...columns(results),
          intents.map((intent) => intent.position),
          intents.map((intent) => intent.reservedMicros),
        ],
      });
      if (rowCount === 0) throw new LostLease(claim.runId);
    },
    async release(positions) {
      await pool.query(
        `DELETE FROM "GenerationIntent" i USING "Run" r
         WHERE i."runId" = $1::uuid AND i."epoch" = $2 AND i."position" = ANY($3::int[])
           AND r."id" = i."runId" AND r."leaseEpoch" = $2`,
        [claim.runId, claim.epoch, positions],
      );
    },
  };
}
