import { pool } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import type { SmokeRow } from "./estimate.ts";
import { runRows } from "./run-rows.ts";
import { type ResultStatus, statusWords } from "./schema.ts";

export type SmokeResult = SmokeRow & { position: number; status: ResultStatus; error: string | null; raw: string };

/** Share of usable answers below which going on would waste money. */
const enough = 0.5;

/** The smoke test's rows that have a result already. */
export async function loadSmoke(runId: string, positions: readonly number[]): Promise<SmokeResult[]> {
  const { rows } = await pool.query<SmokeResult>(
    `SELECT g."position", g."status", g."error", left(g."raw", 200) AS raw, length(r."input") AS chars, g."inputTokens",
       g."outputTokens", g."latencyMs"
     FROM "GenerationResult" g
     JOIN ${await runRows(runId)} r ON r."position" = g."position"
     WHERE g."runId" = $1::uuid AND g."position" = ANY($2::int[]) ORDER BY g."position"`,
    [runId, positions],
  );
  return rows;
}

/** Why a run should not go on after its smoke test, with what came back; null when most answers are usable. */
export function smokeProblem(smoke: readonly SmokeResult[]): AppError | null {
  const bad = smoke.filter((row) => row.status !== "ok");
  if (smoke.length === 0 || bad.length <= smoke.length * (1 - enough)) return null;
  const groups = Map.groupBy(bad, (row) => row.status);
  const list = [...groups]
    .map(([status, rows]) => `${rows.length} × ${statusWords[status].word.toLowerCase()}`)
    .join(", ");
  const [first] = bad;
  const example = first
    ? ` For example row ${first.position}: ${first.error ?? ""} ${first.raw ? `"${first.raw}"` : ""}`.trimEnd()
    : "";
  return new AppError(
    "INVALID",
    `${bad.length} of ${smoke.length} smoke-test answers were unusable: ${list}.${example}`,
    {
      where: "smoke test",
      todo: `${first ? statusWords[first.status].says : ""} Change the task or the teacher, then start a new run.`.trim(),
    },
  );
}
