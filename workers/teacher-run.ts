import { db, fullDisk, isPassingDbFault } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { formatDuration, formatMoney, plural } from "#lib/format.ts";
import type { Judged } from "#lib/generation/answer.ts";
import { startEngine } from "#lib/generation/engine.ts";
import type { EngineEnd } from "#lib/generation/engine-options.ts";
import { estimateRest, type RestEstimate } from "#lib/generation/estimate.ts";
import type { Ledger, PendingRow } from "#lib/generation/ledger.ts";
import type { Claim } from "#lib/generation/pg-ledger.ts";
import { reportProgress } from "#lib/generation/report.ts";
import { type SmokeResult, smokeProblem } from "#lib/generation/smoke.ts";
import { heldResults, readStanding, type Standing } from "#lib/generation/standing.ts";
import type { ChatClient, ChatRequest } from "#lib/llm/client.ts";
import type { Answer } from "#lib/llm/outcome.ts";
import type { Price } from "#lib/llm/price.ts";
import { RunProgress } from "#lib/runs/schema.ts";
import { openTeacher } from "#lib/teachers/service.ts";
import type { Outcome, RunContext } from "./runtime.ts";

/** Kinds of run that ask a teacher many questions under a cap. */
type AskingKind = "generation" | "synthesis";

/** What the payloads of these kinds share. */
type Terms = {
  teacherId: string;
  teacher: { name: string; baseUrl: string; model: string };
  price: Price;
  capMicros: number | null;
  concurrency: number;
  policy: "retry" | "hold";
  autoConfirm: boolean;
};

type Size = { rows: number; chars: number };

/** The questions of a run, and where they are kept. */
export type Questions = {
  /** one question, in words */
  noun: string;
  /** phase of the run after its smoke test */
  phase: string;
  ledger(only: readonly number[] | null): Ledger;
  all(): Promise<Size>;
  /** those without a result */
  rest(): Promise<Size>;
  smokePositions(): Promise<number[]>;
  smoke(positions: readonly number[]): Promise<SmokeResult[]>;
  request(row: PendingRow): ChatRequest;
  judge(answer: Answer): Judged;
  /** characters of a question on average, for how many are read ahead */
  meanChars: number;
};

/** Calls in flight get so long after a stop: a shutdown must be over within seconds, a person's stop can wait for paid answers. */
const drainMs = { shutdown: 5_000, person: 30_000 };
/** A smoke test of an endpoint that does not answer at all ends as a failure; later the run waits for it to come back. */
const smokePatienceMs = 45_000;
/** Bytes of text held in memory ahead of the calls. */
const readAheadBytes = 8 * 1024 * 1024;

export const claimOf = (ctx: Pick<RunContext, "run">): Claim => ({ runId: ctx.run.id, epoch: ctx.run.leaseEpoch });

/** How a run that asks stopped before every question was answered. */
type Stopped = Exclude<Outcome<AskingKind>, { end: "succeeded" }>;

/**
 * Asks a teacher everything: what a dead worker left is settled by the run's policy, then a smoke test, an estimate, a person's
 * confirmation, the rest. Safe to kill at any line: the ledger tells what was asked and answered.
 * @returns null once every question has a result, else how the run ends for now
 */
export async function askTeacher<K extends AskingKind>(
  ctx: RunContext<K>,
  terms: Terms,
  questions: Questions,
): Promise<Stopped | null> {
  const standing = await readStanding(claimOf(ctx));
  if (ctx.signal.aborted) return { end: "later", afterMs: 0 };
  await settleUnknown(ctx, terms, questions, standing);
  const teacher = await db.teacher.findFirst({ where: { id: terms.teacherId, deletedAt: null } });
  if (!teacher) {
    throw new AppError("CONFLICT", `The teacher ${terms.teacher.name} was removed.`, {
      todo: "Start a new run with another teacher.",
    });
  }
  const client = openTeacher(teacher, terms.concurrency, terms.teacher.baseUrl);
  try {
    return await askAll(ctx, terms, questions, standing, client);
  } finally {
    for (const change of client.adaptations())
      ctx.log("info", `The endpoint does not take every parameter: ${change}.`);
    await client.close();
  }
}

/** Questions that a dead worker left: listed, then held or asked again, as the run's policy says. */
async function settleUnknown<K extends AskingKind>(
  ctx: RunContext<K>,
  terms: Terms,
  questions: Questions,
  standing: Standing,
): Promise<void> {
  const { unknown } = standing;
  if (unknown.length === 0) return;
  const hold = terms.policy === "hold";
  const cost = unknown.reduce((sum, row) => sum + row.reservedMicros, 0);
  ctx.log(
    "warn",
    `${plural(unknown.length, `${questions.noun} was`, `${questions.noun}s were`)} in flight when a worker ended; ${hold ? "held without a second call" : "asked again"}. ` +
      `They may have been billed: counted as ${formatMoney(cost)}.`,
    { positions: unknown.map((row) => row.position) },
  );
  if (!hold) return;
  await questions.ledger(null).write(heldResults(unknown), []);
  standing.statuses.held = (standing.statuses.held ?? 0) + unknown.length;
}

async function askAll<K extends AskingKind>(
  ctx: RunContext<K>,
  terms: Terms,
  questions: Questions,
  standing: Standing,
  client: ChatClient,
): Promise<Stopped | null> {
  const { run } = ctx;
  const all = await questions.all();
  ctx.progress({
    phases: ["Smoke test", questions.phase],
    phase: run.confirmedAt ? questions.phase : "Smoke test",
    total: all.rows,
    unit: `${questions.noun}s`,
  });
  const { extra } = RunProgress.parse(run.progress);

  const positions = await questions.smokePositions();
  const before = await questions.smoke(positions);
  if (before.length < positions.length) {
    ctx.log("info", `Smoke test: ${plural(positions.length - before.length, questions.noun)} spread over the data.`);
    const end = await work(ctx, terms, questions, standing, client, { only: positions, total: all.rows, extra });
    if (end.end !== "done") return ended(terms, end);
  }
  const smoke = await questions.smoke(positions);
  if (!run.confirmedAt) {
    const problem = smokeProblem(smoke);
    if (problem) throw problem;
  }
  const rest = await questions.rest();
  if (rest.rows > 0 && !run.confirmedAt) {
    const samples = smoke.filter((row) => row.inputTokens > 0);
    const estimate = estimateRest(samples, rest, terms.price, terms.concurrency);
    extra.estimate = estimate;
    ctx.progress({ extra: { ...extra }, ratePerSec: null, etaMs: null });
    const wait = confirmation(ctx, terms, estimate, plural(rest.rows, questions.noun), standing.spentMicros);
    if (wait) return wait;
  }
  if (rest.rows > 0) {
    ctx.progress({ phase: questions.phase });
    const end = await work(ctx, terms, questions, standing, client, { only: null, total: all.rows, extra });
    if (end.end !== "done") return ended(terms, end);
  }
  return null;
}

/** Waits for a person, unless the run was told to go on by itself and the estimate leaves the cap alone. */
function confirmation<K extends AskingKind>(
  ctx: RunContext<K>,
  { capMicros, autoConfirm }: Terms,
  estimate: RestEstimate | null,
  left: string,
  spentMicros: number,
): Stopped | null {
  const cost = estimate?.costMicros;
  const what = cost
    ? `${left} left, about ${formatMoney(cost.mid)} (${formatMoney(cost.low)} to ${formatMoney(cost.high)}), ${formatDuration(estimate.durationMs)} at the least.`
    : `${left} left; the endpoint gave nothing to estimate their cost from.`;
  const over = cost !== undefined && capMicros !== null && spentMicros + cost.high > capMicros;
  const message = over ? `${what} The cap of ${formatMoney(capMicros)} may not be enough.` : what;
  ctx.log("info", `Estimate: ${message}`);
  if (autoConfirm && cost !== undefined && !over) return null;
  return { end: "paused", reason: "confirm", message };
}

/** Runs the engine over the smoke test or over all that is left. `standing` is brought up to date with what it spent. */
async function work<K extends AskingKind>(
  ctx: RunContext<K>,
  terms: Terms,
  questions: Questions,
  standing: Standing,
  client: ChatClient,
  part: { only: number[] | null; total: number; extra: Record<string, unknown> },
): Promise<EngineEnd> {
  const concurrency = part.only ? Math.min(terms.concurrency, 8) : terms.concurrency;
  const phase = part.only ? "Smoke test" : questions.phase;
  let full = false;
  const engine = startEngine({
    ledger: questions.ledger(part.only),
    client,
    concurrency,
    price: terms.price,
    capMicros: terms.capMicros,
    spentMicros: standing.spentMicros,
    policy: terms.policy,
    request: questions.request,
    judge: questions.judge,
    isPassing: (error) => {
      if (!full && fullDisk(error) !== null) {
        full = true;
        ctx.log("warn", "The disk of the database is full. Free some space there: this then goes on by itself.");
      }
      return isPassingDbFault(error);
    },
    signal: ctx.signal,
    drainMs: () => (ctx.signal.reason === "shutdown" ? drainMs.shutdown : drainMs.person),
    readAhead: Math.max(2 * concurrency, Math.min(2_000, Math.floor(readAheadBytes / (64 + questions.meanChars)))),
    giveUpAfterMs: part.only ? smokePatienceMs : null,
  });
  // It does not pause: answers that are paid for wait in memory until they can be stored.
  const progress: typeof ctx.progress = (patch, costMicros) => {
    full &&= engine.meter.snapshot().databaseAway;
    ctx.progress({ ...patch, phase: full ? "Waits for space on the disk of the database" : phase }, costMicros);
  };
  const report = reportProgress({ ...ctx, progress }, engine.meter, standing.statuses, part.total, part.extra);
  try {
    return await engine.finished;
  } finally {
    report.stop();
    const { statuses, spentMicros, unknown } = engine.meter.snapshot();
    for (const [status, rows] of Object.entries(statuses))
      standing.statuses[status] = (standing.statuses[status] ?? 0) + rows;
    standing.spentMicros = spentMicros;
    if (unknown > 0)
      ctx.log("warn", `${plural(unknown, questions.noun)} did not come back in time; the next start deals with them.`);
  }
}

/** What the engine's end means for the run. */
function ended(terms: Terms, end: EngineEnd): Stopped {
  switch (end.end) {
    case "budget":
      return {
        end: "paused",
        reason: "budget",
        message: `The cap of ${formatMoney(terms.capMicros)} is reached. Raise it to go on, or cancel and keep what there is.`,
      };
    case "funds":
      return {
        end: "paused",
        reason: "funds",
        message: `${end.message} Pay there, then resume: nothing is asked twice.`,
      };
    case "fatal":
      throw new AppError("UPSTREAM", end.message, {
        where: `${terms.teacher.name} (${terms.teacher.model})`,
        todo: "Correct the teacher, press Test there, then retry this run: rows that have an answer are not asked again.",
      });
    default:
      // stopped by the runtime, which knows why
      return { end: "later", afterMs: 0 };
  }
}
