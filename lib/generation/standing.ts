import { pool } from "#lib/core/db.ts";
import type { ResultRow } from "./ledger.ts";
import type { Claim } from "./pg-ledger.ts";

/** A row that was sent by a worker that died before its answer was stored. */
export type UnknownRow = { position: number; reservedMicros: number };

/** What earlier claims left behind: rows whose answer is unknown, and what the run has cost so far. */
export type Standing = { unknown: UnknownRow[]; spentMicros: number; statuses: Record<string, number> };

/**
 * Reads the ledger at the start of a claim. An intent whose row has no result, or that was followed by another intent, is an attempt
 * whose answer nobody saw: it counts at its reservation, because the endpoint may bill it.
 */
export async function readStanding({ runId, epoch }: Claim): Promise<Standing> {
  const results = await pool.query<{ status: string; rows: number; cost: string }>(
    `SELECT "status", count(*)::int AS rows, sum("costMicros")::text AS cost FROM "GenerationResult"
     WHERE "runId" = $1::uuid GROUP BY "status"`,
    [runId],
  );
  const unknown = await pool.query<{ position: number; reserved: string }>(
    `SELECT DISTINCT ON (i."position") i."position", i."reservedMicros"::text AS reserved FROM "GenerationIntent" i
     WHERE i."runId" = $1::uuid AND i."epoch" < $2 AND NOT EXISTS (
       SELECT 1 FROM "GenerationResult" g WHERE g."runId" = i."runId" AND g."position" = i."position")
     ORDER BY i."position", i."epoch" DESC`,
    [runId, epoch],
  );
  const lost = await pool.query<{ micros: string }>(
    `SELECT coalesce(sum(i."reservedMicros"), 0)::text AS micros FROM "GenerationIntent" i
     WHERE i."runId" = $1::uuid AND i."epoch" < $2 AND (
       EXISTS (SELECT 1 FROM "GenerationIntent" j
         WHERE j."runId" = i."runId" AND j."position" = i."position" AND j."epoch" > i."epoch")
       OR NOT EXISTS (SELECT 1 FROM "GenerationResult" g WHERE g."runId" = i."runId" AND g."position" = i."position"))`,
    [runId, epoch],
  );
  return {
    unknown: unknown.rows.map((row) => ({ position: row.position, reservedMicros: Number(row.reserved) })),
    spentMicros: results.rows.reduce((sum, row) => sum + Number(row.cost), Number(lost.rows[0]?.micros ?? 0)),
    statuses: Object.fromEntries(results.rows.map((row) => [row.status, row.rows])),
  };
}

/** Results of rows that the policy `hold` leaves alone: no second call, cost counted at the reservation. */
export function heldResults(unknown: readonly UnknownRow[]): ResultRow[] {
  return unknown.map(({ position, reservedMicros }) => ({
    position,
    status: "held",
    answer: null,
    raw: "",
    error: "The worker that sent this row ended before its answer was stored. It may have been billed.",
    inputTokens: 0,
    outputTokens: 0,
    estimated: true,
    costMicros: reservedMicros,
    latencyMs: 0,
    attempts: 1,
  }));
}

/** Figures of everything that is stored, for the run's result. */
export async function summarise(runId: string, countLabels: boolean) {
  const { rows } = await pool.query<{
    inputTokens: string;
    outputTokens: string;
    estimatedRows: number;
    p50: number | null;
    p95: number | null;
  }>(
    `SELECT coalesce(sum("inputTokens"), 0)::text AS "inputTokens", coalesce(sum("outputTokens"), 0)::text AS "outputTokens",
       count(*) FILTER (WHERE "estimated")::int AS "estimatedRows",
       percentile_cont(0.5) WITHIN GROUP (ORDER BY "latencyMs") FILTER (WHERE "status" <> 'held') AS p50,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY "latencyMs") FILTER (WHERE "status" <> 'held') AS p95
     FROM "GenerationResult" WHERE "runId" = $1::uuid`,
    [runId],
  );
  const labels = countLabels
    ? await pool.query<{ answer: string; rows: number }>(
        `SELECT "answer", count(*)::int AS rows FROM "GenerationResult" WHERE "runId" = $1::uuid AND "answer" IS NOT NULL
         GROUP BY "answer" ORDER BY 2 DESC LIMIT 1000`,
        [runId],
      )
    : { rows: [] };
  const unknown = await pool.query<{ rows: number }>(
    `SELECT count(DISTINCT i."position")::int AS rows FROM "GenerationIntent" i WHERE i."runId" = $1::uuid AND (
       EXISTS (SELECT 1 FROM "GenerationIntent" j
         WHERE j."runId" = i."runId" AND j."position" = i."position" AND j."epoch" > i."epoch")
       OR EXISTS (SELECT 1 FROM "GenerationResult" g
         WHERE g."runId" = i."runId" AND g."position" = i."position" AND g."status" = 'held'))`,
    [runId],
  );
  const [totals] = rows;
  return {
    inputTokens: Number(totals?.inputTokens ?? 0),
    outputTokens: Number(totals?.outputTokens ?? 0),
    estimatedRows: totals?.estimatedRows ?? 0,
    latencyP50Ms: totals?.p50 ?? null,
    latencyP95Ms: totals?.p95 ?? null,
    labels: Object.fromEntries(labels.rows.map((row) => [row.answer, row.rows])),
    unknownRows: unknown.rows[0]?.rows ?? 0,
  };
}
