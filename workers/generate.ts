import { db, isPassingDbFault } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { formatDuration, formatMoney, plural } from "#lib/format.ts";
import { answerJudge } from "#lib/generation/answer.ts";
import { startEngine } from "#lib/generation/engine.ts";
import type { EngineEnd } from "#lib/generation/engine-options.ts";
import { estimateRest, type RestEstimate } from "#lib/generation/estimate.ts";
import { pgLedger } from "#lib/generation/pg-ledger.ts";
import { messagesFor } from "#lib/generation/prompt.ts";
import { reportProgress } from "#lib/generation/report.ts";
import { smokeRows } from "#lib/generation/schema.ts";
import { measureSelection, resolveSelection, type Selection, spreadPositions } from "#lib/generation/selection.ts";
import { loadSmoke, smokeProblem } from "#lib/generation/smoke.ts";
import { heldResults, readStanding, type Standing, summarise } from "#lib/generation/standing.ts";
import type { ResultOf } from "#lib/jobs/catalog.ts";
import type { ChatClient } from "#lib/llm/client.ts";
import { RunProgress } from "#lib/runs/schema.ts";
import { openTeacher } from "#lib/teachers/service.ts";
import type { Outcome, RunContext, RunHandler } from "./runtime.ts";

type Context = RunContext<"generation">;

const phases = ["Smoke test", "Label"];
/** Calls in flight get so long after a stop: a shutdown must be over within seconds, a person's stop can wait for paid answers. */
const drainMs = { shutdown: 5_000, person: 30_000 };
/** A smoke test of an endpoint that does not answer at all ends as a failure; later the run waits for it to come back. */
const smokePatienceMs = 45_000;
/** Bytes of row text held in memory ahead of the calls. */
const readAheadBytes = 8 * 1024 * 1024;

/** Labels the rows of a version with a teacher. Safe to kill at any line: the ledger tells what was asked and answered. */
export const generationHandler: RunHandler<"generation"> = async (ctx) => {
  const { payload } = ctx;
  const claim = claimOf(ctx);
  const selection = await resolveSelection(payload.datasetVersionId, payload.rows, payload.limit);
  const standing = await readStanding(claim);
  if (ctx.signal.aborted) return { end: "later", afterMs: 0 };
  const ledger = pgLedger(claim, selection);
  await settleUnknown(ctx, standing, (results) => ledger.write(results, []));

  const teacher = await db.teacher.findFirst({ where: { id: payload.teacherId, deletedAt: null } });
  if (!teacher) {
    throw new AppError("CONFLICT", `The teacher ${payload.teacher.name} was removed.`, {
      todo: "Start a new run with another teacher.",
    });
  }
  const client = openTeacher(teacher, payload.concurrency, payload.teacher.baseUrl);
  try {
    return await label(ctx, selection, standing, client);
  } finally {
    for (const change of client.adaptations())
      ctx.log("info", `The endpoint does not take every parameter: ${change}.`);
    await client.close();
  }
};

/** Rows that a dead worker left: listed, then held or asked again, as the run's policy says. */
async function settleUnknown(
  ctx: Context,
  standing: Standing,
  write: (results: ReturnType<typeof heldResults>) => Promise<void>,
): Promise<void> {
  const { unknown } = standing;
  if (unknown.length === 0) return;
  const hold = ctx.payload.policy === "hold";
  const cost = unknown.reduce((sum, row) => sum + row.reservedMicros, 0);
  ctx.log(
    "warn",
    `${plural(unknown.length, "row was", "rows were")} in flight when a worker ended; ${hold ? "held without a second call" : "asked again"}. ` +
      `They may have been billed: counted as ${formatMoney(cost)}.`,
    { positions: unknown.map((row) => row.position) },
  );
  if (!hold) return;
  await write(heldResults(unknown));
  standing.statuses.held = (standing.statuses.held ?? 0) + unknown.length;
}

async function label(
  ctx: Context,
  selection: Selection,
  standing: Standing,
  client: ChatClient,
): Promise<Outcome<"generation">> {
  const { payload, run } = ctx;
  const all = await measureSelection(selection);
  ctx.progress({ phases, phase: run.confirmedAt ? "Label" : "Smoke test", total: all.rows, unit: "rows" });
  const { extra } = RunProgress.parse(run.progress);

  const positions = await spreadPositions(selection, smokeRows);
  const before = await loadSmoke(run.id, positions);
  if (before.length < positions.length) {
    ctx.log("info", `Smoke test: ${plural(positions.length - before.length, "row")} spread over the data.`);
    const end = await work(ctx, selection, standing, client, { only: positions, total: all.rows, extra });
    if (end.end !== "done") return ended(ctx, end);
  }
  const smoke = await loadSmoke(run.id, positions);
  if (!run.confirmedAt) {
    const problem = smokeProblem(smoke);
    if (problem) throw problem;
  }
  const rest = await measureSelection(selection, run.id);
  if (rest.rows > 0 && !run.confirmedAt) {
    const samples = smoke.filter((row) => row.inputTokens > 0);
    const estimate = estimateRest(samples, rest, payload.price, payload.concurrency);
    extra.estimate = estimate;
    ctx.progress({ extra: { ...extra }, ratePerSec: null, etaMs: null });
    const wait = confirmation(ctx, estimate, rest.rows, standing.spentMicros);
    if (wait) return wait;
  }
  if (rest.rows > 0) {
    ctx.progress({ phase: "Label" });
    const end = await work(ctx, selection, standing, client, { only: null, total: all.rows, extra });
    if (end.end !== "done") return ended(ctx, end);
  }
  return { end: "succeeded", result: await summary(ctx) };
}

const claimOf = (ctx: Context) => ({ runId: ctx.run.id, epoch: ctx.run.leaseEpoch });

/** Waits for a person, unless the run was told to go on by itself and the estimate leaves the cap alone. */
function confirmation(
  ctx: Context,
  estimate: RestEstimate | null,
  rows: number,
  spentMicros: number,
): Outcome<"generation"> | null {
  const { capMicros, autoConfirm } = ctx.payload;
  const cost = estimate?.costMicros;
  const what = cost
    ? `${plural(rows, "row")} left, about ${formatMoney(cost.mid)} (${formatMoney(cost.low)} to ${formatMoney(cost.high)}), ${formatDuration(estimate.durationMs)} at the least.`
    : `${plural(rows, "row")} left; the endpoint gave nothing to estimate their cost from.`;
  const over = cost !== undefined && capMicros !== null && spentMicros + cost.high > capMicros;
  const message = over ? `${what} The cap of ${formatMoney(capMicros)} may not be enough.` : what;
  ctx.log("info", `Estimate: ${message}`);
  if (autoConfirm && cost !== undefined && !over) return null;
  return { end: "paused", reason: "confirm", message };
}

/** Runs the engine over the smoke rows or over all that is left. `standing` is brought up to date with what it spent. */
async function work(
  ctx: Context,
  selection: Selection,
  standing: Standing,
  client: ChatClient,
  part: { only: number[] | null; total: number; extra: Record<string, unknown> },
): Promise<EngineEnd> {
  const { payload } = ctx;
  const concurrency = part.only ? Math.min(payload.concurrency, 8) : payload.concurrency;
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: payload.datasetVersionId } });
  const meanBytes = 64 + Number(version.inputChars) / Math.max(1, version.rowCount);
  const engine = startEngine({
    ledger: pgLedger(claimOf(ctx), selection, part.only),
    client,
    concurrency,
    price: payload.price,
    capMicros: payload.capMicros,
    spentMicros: standing.spentMicros,
    policy: payload.policy,
    request: (row) => ({
      model: payload.teacher.model,
      messages: messagesFor(payload.prompt, row.input),
      maxTokens: payload.maxTokens,
      temperature: payload.temperature,
      responseFormat: payload.prompt.responseFormat,
    }),
    judge: answerJudge(payload.task),
    isPassing: isPassingDbFault,
    signal: ctx.signal,
    drainMs: () => (ctx.signal.reason === "shutdown" ? drainMs.shutdown : drainMs.person),
    readAhead: Math.max(2 * concurrency, Math.min(2_000, Math.floor(readAheadBytes / meanBytes))),
    giveUpAfterMs: part.only ? smokePatienceMs : null,
  });
  const report = reportProgress(ctx, engine.meter, standing.statuses, part.total, part.extra);
  try {
    return await engine.finished;
  } finally {
    report.stop();
    const { statuses, spentMicros, unknown } = engine.meter.snapshot();
    for (const [status, rows] of Object.entries(statuses))
      standing.statuses[status] = (standing.statuses[status] ?? 0) + rows;
    standing.spentMicros = spentMicros;
    if (unknown > 0)
      ctx.log("warn", `${plural(unknown, "row")} did not come back in time; the next start deals with them.`);
  }
}

/** What the engine's end means for the run. */
function ended(ctx: Context, end: EngineEnd): Outcome<"generation"> {
  switch (end.end) {
    case "budget":
      return {
        end: "paused",
        reason: "budget",
        message: `The cap of ${formatMoney(ctx.payload.capMicros)} is reached. Raise it to go on, or cancel and keep what is labelled.`,
      };
    case "funds":
      return {
        end: "paused",
        reason: "funds",
        message: `${end.message} Pay there, then resume: nothing is asked twice.`,
      };
    case "fatal":
      throw new AppError("UPSTREAM", end.message, {
        where: `${ctx.payload.teacher.name} (${ctx.payload.teacher.model})`,
        todo: "Correct the teacher, press Test there, then retry this run: rows that have an answer are not asked again.",
      });
    default:
      // stopped by the runtime, which knows why
      return { end: "later", afterMs: 0 };
  }
}

/** What the run produced, counted from the ledger. */
async function summary(ctx: Context): Promise<ResultOf<"generation">> {
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
