import { pool } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { runRows } from "./run-rows.ts";
import type { Groups, Result, ResultStatus } from "./schema.ts";

/** Characters of a text that a list carries; the export has all of it. */
const shown = 2_000;

export type ResultFilter = {
  runId: string;
  status?: ResultStatus | "rejected" | undefined;
  answer?: string | undefined;
  error?: string | undefined;
  disagrees?: boolean | undefined;
};

function whereOf(filter: ResultFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [filter.runId];
  const conditions = [`g."runId" = $1::uuid`];
  const add = (condition: string, value: unknown) => {
    values.push(value);
    conditions.push(condition.replace("?", `$${values.length}`));
  };
  if (filter.status === "rejected") conditions.push(`g."status" NOT IN ('ok', 'held')`);
  else if (filter.status) add(`g."status" = ?`, filter.status);
  if (filter.answer !== undefined) add(`g."answer" = ?`, filter.answer);
  if (filter.error !== undefined) add(`left(g."error", 300) = ?`, filter.error);
  if (filter.disagrees !== undefined)
    conditions.push(
      `g."answer" IS NOT NULL AND r."output" IS NOT NULL AND g."answer" ${filter.disagrees ? "<>" : "="} r."output"`,
    );
  return { where: conditions.join(" AND "), values };
}

const joinedTo = (rows: string) => `FROM "GenerationResult" g JOIN ${rows} r ON r."position" = g."position"`;
const fields = (most: number | null) => {
  const text = (column: string) => (most === null ? column : `left(${column}, ${most})`);
  return `g."position", ${text(`r."input"`)} AS input, r."output" AS gold, r."holdout", g."status", g."answer",
    ${text(`g."raw"`)} AS raw, left(g."error", 300) AS error, g."inputTokens", g."outputTokens", g."estimated",
    g."costMicros"::float8 AS "costMicros", g."latencyMs", g."attempts", g."at"`;
};

/** One page of answers, last row first. `cursor` is the position of the page's last row. */
export async function listResults(filter: ResultFilter, cursor: string | undefined, limit: number) {
  const { where, values } = whereOf(filter);
  const joined = joinedTo(await runRows(filter.runId));
  const before = cursor && /^\d{1,9}$/.test(cursor) ? Number(cursor) : 2_147_483_647;
  const { rows } = await pool.query<Result>(
    `SELECT ${fields(shown)} ${joined} WHERE ${where} AND g."position" < $${values.length + 1}
     ORDER BY g."position" DESC LIMIT $${values.length + 2}`,
    [...values, before, limit + 1],
  );
  return toPage(rows, limit, (row) => String(row.position));
}

/** All answers in row order, in blocks, for exports. */
export async function* eachResult(filter: ResultFilter): AsyncGenerator<Result[]> {
  const { where, values } = whereOf(filter);
  const joined = joinedTo(await runRows(filter.runId));
  for (let after = 0; ; ) {
    const { rows } = await pool.query<Result>(
      `SELECT ${fields(null)} ${joined} WHERE ${where} AND g."position" > $${values.length + 1}
       ORDER BY g."position" LIMIT 1000`,
      [...values, after],
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < 1000) return;
    after = last.position;
  }
}

/** Counts by status, reason and answer, and the agreement with gold. */
export async function groupResults(runId: string): Promise<Groups> {
  const joined = joinedTo(await runRows(runId));
  const [statuses, reasons, answers, gold] = await Promise.all([
    pool.query<Groups["statuses"][number]>(
      `SELECT "status", count(*)::int AS rows FROM "GenerationResult" WHERE "runId" = $1::uuid GROUP BY 1 ORDER BY 2 DESC`,
      [runId],
    ),
    pool.query<Groups["reasons"][number]>(
      `SELECT "status", left(coalesce("error", ''), 300) AS reason, count(*)::int AS rows, min("position") AS position
       FROM "GenerationResult" WHERE "runId" = $1::uuid AND "status" <> 'ok' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 50`,
      [runId],
    ),
    pool.query<Groups["answers"][number]>(
      `SELECT left("answer", 2000) AS answer, count(*)::int AS rows FROM "GenerationResult"
       WHERE "runId" = $1::uuid AND "answer" IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 200`,
      [runId],
    ),
    pool.query<Groups["gold"]>(
      `SELECT count(*)::int AS compared, (count(*) FILTER (WHERE g."answer" = r."output"))::int AS agreed ${joined}
       WHERE g."runId" = $1::uuid AND g."answer" IS NOT NULL AND r."output" IS NOT NULL`,
      [runId],
    ),
  ]);
  return {
    statuses: statuses.rows,
    reasons: reasons.rows,
    answers: answers.rows,
    gold: gold.rows[0] ?? { compared: 0, agreed: 0 },
  };
}

/** Calls whose answer was lost, by row, in row order. */
export async function listUnknown(runId: string, cursor: string | undefined, limit: number) {
  const [, position, epoch] = /^(\d{1,9})\.(\d{1,9})$/.exec(cursor ?? "") ?? [];
  type Lost = { position: number; epoch: number; at: Date; reservedMicros: number; now: "answered" | "held" | "open" };
  const { rows } = await pool.query<Lost>(
    `SELECT i."position", i."epoch", i."at", i."reservedMicros"::float8 AS "reservedMicros",
       CASE WHEN g."status" = 'held' THEN 'held' WHEN g."status" IS NULL THEN 'open' ELSE 'answered' END AS now
     FROM "GenerationIntent" i
     JOIN "Run" run ON run."id" = i."runId"
     LEFT JOIN "GenerationResult" g ON g."runId" = i."runId" AND g."position" = i."position"
     WHERE i."runId" = $1::uuid AND (i."position", i."epoch") > ($2::int, $3::int) AND (
       g."status" = 'held'
       OR (g."position" IS NULL AND (i."epoch" < run."leaseEpoch" OR run."state" <> 'running'))
       OR EXISTS (SELECT 1 FROM "GenerationIntent" j
         WHERE j."runId" = i."runId" AND j."position" = i."position" AND j."epoch" > i."epoch"))
     ORDER BY i."position", i."epoch" LIMIT $4`,
    [runId, Number(position ?? 0), Number(epoch ?? 0), limit + 1],
  );
  return toPage(rows, limit, (row) => `${row.position}.${row.epoch}`);
}
