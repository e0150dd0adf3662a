import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Prisma, pool } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { writeStorage } from "#lib/core/storage.ts";
import type { Executor } from "#lib/executors/executor.ts";
import { exitCodes, runFiles } from "#lib/executors/protocol.ts";
import { getExecutor } from "#lib/executors/registry.ts";
import { absorb, exitWords, parseEvents, progressAfter } from "#lib/finetunes/absorb.ts";
import { type AttemptState, afterExit, isOpen, recentAttempts } from "#lib/finetunes/attempts.ts";
import { provenanceOf } from "#lib/finetunes/provenance.ts";
import { exportRows } from "#lib/finetunes/rows.ts";
import type { Manifest } from "#lib/recipes/manifest.ts";
import { getRecipe } from "#lib/recipes/registry.ts";
import { RunProgress } from "#lib/runs/schema.ts";
import type { TrainingJob } from "#prisma/generated/client.ts";
import type { Outcome, RunContext, RunHandler } from "./runtime.ts";

type Ctx = RunContext<"finetune">;
type Done = Outcome<"finetune">;

const EXECUTOR = "local";
const phases = ["Export", "Train", "Collect"];
/** How long one claim watches before it hands the run back, and how often it looks meanwhile. */
const WATCH_MS = 5_000;
const LOOK_MS = 250;
const NEXT_TICK_MS = 300;
const ELSEWHERE_MS = 1_000;
const GRACE_SEC = 5;

/**
 * One tick of a fine-tune. The training is a process of its own that knows nothing of this worker; every tick finds out from the
 * database and the executor where it stands, does the next thing, and gives the run back. Killed at any line, the next tick
 * goes on: an attempt is a row before it is a process, and offset and events are stored together.
 */
export const finetuneHandler: RunHandler<"finetune"> = async (ctx) => {
  const executor = getExecutor(EXECUTOR);
  const jobs = await attemptsOf(ctx);
  const latest = jobs.at(-1);
  if (ctx.signal.aborted) return stop(ctx, executor, latest);
  const job = latest && isOpen(latest) ? latest : await newAttempt(ctx, latest);
  if (job.host !== hostname() && (await hasWorkers(ctx, job.host))) return { end: "later", afterMs: ELSEWHERE_MS };

  const watchUntil = performance.now() + WATCH_MS;
  let seen = job;
  while (!ctx.signal.aborted) {
    const status = (await executor.status([job.key])).get(job.key) ?? { state: "unreachable" as const };
    if (status.state === "unknown") await submit(ctx, executor, job);
    seen = await drain(ctx, executor, seen);
    if (status.state === "exited" || status.state === "lost" || status.state === "cancelled") {
      return ended(ctx, executor, seen, status.exitCode ?? null);
    }
    if (performance.now() > watchUntil) return { end: "later", afterMs: NEXT_TICK_MS };
    await sleep(LOOK_MS, undefined, { signal: ctx.signal }).catch(() => undefined);
  }
  return stop(ctx, executor, seen);
};

function attemptsOf(ctx: Ctx): Promise<TrainingJob[]> {
  return ctx.fenced((tx) => tx.trainingJob.findMany({ where: { runId: ctx.run.id }, orderBy: { attempt: "asc" } }));
}

/** The events file goes on over attempts, and so does the place in it. */
function newAttempt(ctx: Ctx, before: TrainingJob | undefined): Promise<TrainingJob> {
  const attempt = (before?.attempt ?? 0) + 1;
  ctx.progress({ phase: "Export", phases, unit: "steps", etaMs: null });
  return ctx.fenced((tx) =>
    tx.trainingJob.create({
      data: {
        key: `${ctx.run.id}-a${attempt}`,
        runId: ctx.run.id,
        attempt,
        executor: EXECUTOR,
        host: hostname(),
        eventsOffset: before?.eventsOffset ?? 0,
        stdoutOffset: before?.stdoutOffset ?? 0,
        lastSeq: before?.lastSeq ?? 0,
      },
    }),
  );
}

/** Whether workers live on another machine: then its processes are theirs to watch. Else that machine is gone. */
async function hasWorkers(ctx: Ctx, host: string): Promise<boolean> {
  const [row] = await ctx.fenced(
    (tx) => tx.$queryRaw<{ alive: boolean }[]>`
      SELECT EXISTS (SELECT 1 FROM "WorkerProcess" WHERE "host" = ${host} AND "seenAt" > now() - interval '15 seconds') AS alive`,
  );
  return row?.alive ?? false;
}

async function submit(ctx: Ctx, executor: Executor, job: TrainingJob): Promise<void> {
  const { payload, run } = ctx;
  const recipe = getRecipe(payload.recipe);
  const provenance = await ctx.fenced((tx) => provenanceOf(tx, run, payload));
  const { engineId } = await executor.submit({
    program: recipe.program,
    files: { [runFiles.rows]: () => exportRows(pool, payload) },
    spec: {
      v: 1,
      key: job.key,
      attempt: job.attempt,
      name: payload.name,
      recipe: recipe.name,
      params: payload.params,
      provenance,
      createdBy: "Stillhouse",
    },
  });
  await ctx.fenced((tx) => tx.trainingJob.update({ where: { key: job.key }, data: { state: "submitted", engineId } }));
}

/** Stores what the trainer has written since the last look: events, their sequence and the offset in one fenced transaction. */
async function drain(ctx: Ctx, executor: Executor, job: TrainingJob): Promise<TrainingJob> {
  let seen = job;
  for (;;) {
    const { bytes, nextOffset } = await executor.read(job.key, "events", Number(seen.eventsOffset));
    if (nextOffset === Number(seen.eventsOffset)) return seen;
    const fresh = parseEvents(bytes).filter((event) => event.seq > seen.lastSeq);
    const lastSeq = fresh.at(-1)?.seq ?? seen.lastSeq;
    seen = await ctx.fenced(async (tx) => {
      await absorb(tx, ctx.run.id, fresh);
      return tx.trainingJob.update({ where: { key: job.key }, data: { eventsOffset: nextOffset, lastSeq } });
    });
    const run = RunProgress.parse(progressSeen.get(ctx) ?? ctx.run.progress);
    const patch = progressAfter(run, fresh);
    progressSeen.set(ctx, { ...run, ...patch });
    ctx.progress(patch);
  }
}

/** Progress within one claim; the run row in `ctx` is as it was at its start. */
const progressSeen = new WeakMap<Ctx, RunProgress>();

/** Books the end of an attempt and does what follows from it. */
async function ended(ctx: Ctx, executor: Executor, job: TrainingJob, exitCode: number | null): Promise<Done> {
  const recent = recentAttempts(await attemptsOf(ctx));
  const next = afterExit(exitCode, recent, await hasCheckpoint(ctx));
  if (next === "done") return finish(ctx, executor, job);
  await book(ctx, job, next);
  if (next !== "failed") {
    ctx.log(
      "warn",
      exitCode === null
        ? "The training process is gone; it goes on from its checkpoint."
        : `The training process ended with code ${exitCode}; it goes on from its checkpoint.`,
    );
    return { end: "later", afterMs: NEXT_TICK_MS };
  }
  await logOutput(ctx, executor, job);
  throw await failureOf(ctx, exitCode, job);
}

function book(ctx: Ctx, job: TrainingJob, state: AttemptState): Promise<unknown> {
  return ctx.fenced((tx) => tx.trainingJob.update({ where: { key: job.key }, data: { state, endedAt: new Date() } }));
}

/** A metric says that steps were made; checkpoints themselves are not kept in the log. */
async function hasCheckpoint(ctx: Ctx): Promise<boolean> {
  return (await ctx.fenced((tx) => tx.runEvent.count({ where: { runId: ctx.run.id, type: "metric" } }))) > 0;
}

const OUTPUT_BYTES = 4_000;

/** The last of what the trainer printed, for the log of a failed run. */
async function logOutput(ctx: Ctx, executor: Executor, job: TrainingJob): Promise<void> {
  let tail = Buffer.alloc(0);
  for (let offset = Number(job.stdoutOffset); ; ) {
    const { bytes, nextOffset } = await executor.read(job.key, "stdout", offset);
    if (nextOffset === offset) break;
    tail = Buffer.concat([tail, bytes]).subarray(-OUTPUT_BYTES);
    offset = nextOffset;
  }
  // Terminal colours and other control characters mean nothing in a log.
  const text = tail
    .toString("utf8")
    .replace(/[^\P{C}\n]/gu, "")
    .trim();
  if (text !== "") ctx.log("debug", `Last output of the trainer:\n${text}`);
}

async function failureOf(ctx: Ctx, exitCode: number | null, job: TrainingJob): Promise<AppError> {
  const told = await ctx.fenced((tx) =>
    tx.runEvent.findFirst({
      where: { runId: ctx.run.id, type: "log", level: "error", data: { path: ["attempt"], equals: job.attempt } },
      orderBy: { seq: "desc" },
    }),
  );
  const ms = Date.now() - job.createdAt.getTime();
  const message =
    told?.message ?? (exitCode === null ? "The training process was lost again and again." : exitWords(exitCode, ms));
  const code = exitCode === exitCodes.badInput || exitCode === exitCodes.notFinite ? "INVALID" : "INTERNAL";
  const todo =
    code === "INVALID"
      ? "Change data or settings and start a new fine-tune."
      : "Look at the log; Retry goes on from the last checkpoint.";
  return new AppError(code, message, { where: ctx.run.title, todo });
}

/** Takes the files into the storage, every checksum verified, then makes the student visible. */
async function finish(ctx: Ctx, executor: Executor, job: TrainingJob): Promise<Done> {
  const { run, payload } = ctx;
  ctx.progress({ phase: "Collect", etaMs: null });
  const storageKey = `students/${run.id}`;
  const manifest = await executor.collect(job.key, async (name, chunks) => {
    await writeStorage(`${storageKey}/${name}`, chunks);
  });
  await ctx.fenced(async (tx) => {
    await tx.student.upsert({
      where: { runId: run.id },
      update: {},
      create: {
        id: run.id,
        teamId: run.teamId,
        projectId: run.projectId,
        runId: run.id,
        name: payload.name,
        recipe: payload.recipe,
        storageKey,
        manifest: manifest as Prisma.InputJsonObject,
        sizeBytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
        datasetVersionId: payload.datasetVersionId,
        generationRunId: payload.generationRunId,
        labelSource: payload.labelSource,
        trainRows: manifest.data.rows,
        trainMs: Math.round(manifest.training.ms),
        simulated: run.simulated,
      },
    });
    await tx.trainingJob.update({ where: { key: job.key }, data: { state: "done", endedAt: new Date() } });
  });
  ctx.log("info", `The student is ready: ${manifest.files.map((file) => file.name).join(", ")}, checksums verified.`);
  ctx.progress({ done: plannedSteps(ctx), etaMs: null });
  // The student is safe by now: a run directory that stays behind costs disk, not the run.
  await executor.cleanup(job.key).catch(() => ctx.log("warn", "The run directory could not be removed."));
  return { end: "succeeded", result: resultOf(run.id, manifest) };
}

/** An early stop makes fewer steps than were planned; finished is finished. */
function plannedSteps(ctx: Ctx): number {
  const { total, done } = RunProgress.parse(progressSeen.get(ctx) ?? ctx.run.progress);
  return total ?? done;
}

function resultOf(studentId: string, manifest: Manifest) {
  return {
    studentId,
    rows: manifest.data.rows,
    trainMs: manifest.training.ms,
    validationAccuracy: manifest.training.validation?.accuracy ?? null,
  };
}

/** On "cancel" the process is ended and proven to be gone; on any other reason it goes on without us. */
async function stop(ctx: Ctx, executor: Executor, job: TrainingJob | undefined): Promise<Done> {
  if (ctx.signal.reason === "cancel" && job && isOpen(job)) {
    await executor.cancel(job.key, GRACE_SEC);
    await drain(ctx, executor, job);
    await book(ctx, job, "cancelled");
    ctx.log("info", "The training process has ended. Retry goes on from its last checkpoint.");
  }
  return { end: "later", afterMs: NEXT_TICK_MS };
}
