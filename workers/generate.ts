import { db } from "#lib/core/db.ts";
import { formatMoney, plural } from "#lib/format.ts";
import { answerJudge } from "#lib/generation/answer.ts";
import { pgLedger } from "#lib/generation/pg-ledger.ts";
import { messagesFor } from "#lib/generation/prompt.ts";
import { smokeRows } from "#lib/generation/schema.ts";
import { measureSelection, resolveSelection, selectionSql, spreadPositions } from "#lib/generation/selection.ts";
import { loadSmoke } from "#lib/generation/smoke.ts";
import { readStanding, summarise } from "#lib/generation/standing.ts";
import type { ResultOf } from "#lib/jobs/catalog.ts";
import type { RunContext, RunHandler } from "./runtime.ts";
import { askTeacher, claimOf } from "./teacher-run.ts";

/** Labels the rows of a version with a teacher. */
export const generationHandler: RunHandler<"generation"> = async (ctx) => {
  const { payload, run } = ctx;
  const selection = await resolveSelection(payload.datasetVersionId, payload.rows, payload.limit);
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: payload.datasetVersionId } });
  const stopped = await askTeacher(ctx, payload, {
    noun: "row",
    phase: "Label",
    ledger: (only) => pgLedger(claimOf(ctx), (after) => selectionSql(selection, after), only),
    all: () => measureSelection(selection),
    rest: () => measureSelection(selection, run.id),
    smokePositions: () => spreadPositions(selection, smokeRows),
    smoke: (positions) => loadSmoke(run.id, positions),
    request: (row) => ({
      model: payload.teacher.model,
      messages: messagesFor(payload.prompt, row.input),
      maxTokens: payload.maxTokens,
      temperature: payload.temperature,
      responseFormat: payload.prompt.responseFormat,
    }),
    judge: answerJudge(payload.task),
    meanChars: Number(version.inputChars) / Math.max(1, version.rowCount),
  });
  return stopped ?? { end: "succeeded", result: await summary(ctx) };
};

/** What the run produced, counted from the ledger. */
async function summary(ctx: RunContext<"generation">): Promise<ResultOf<"generation">> {
  const { payload, run } = ctx;
  // as the next claim would read it: the intents of this one count too
  const final = await readStanding({ runId: run.id, epoch: run.leaseEpoch + 1 });
  const { statuses } = final;
  const ok = statuses.ok ?? 0;
  const held = statuses.held ?? 0;
  const rows = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const figures = await summarise(run.id, payload.task.kind === "classification");
  ctx.progress({ done: rows, counts: statuses, ratePerSec: null, etaMs: null }, final.spentMicros);
  ctx.log("info", `${plural(ok, "usable answer")} of ${plural(rows, "row")} for ${formatMoney(final.spentMicros)}.`);
  return {
    datasetVersionId: payload.datasetVersionId,
    ok,
    rejected: rows - ok - held,
    held,
    statuses,
    costMicros: final.spentMicros,
    ...figures,
  };
}
