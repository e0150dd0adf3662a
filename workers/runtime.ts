import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { db, fullDisk, isPassingDbFault, type Tx } from "#lib/core/db.ts";
import { log } from "#lib/core/log.ts";
import { publish } from "#lib/core/publish.ts";
import {
  type JobName,
  type JobPayload,
  jobs,
  type PayloadOf,
  type QueueName,
  type ResultOf,
  type RunKind,
  runKinds,
} from "#lib/jobs/catalog.ts";
import { enqueueRun, type MinimalWorker, queueBackend } from "#lib/jobs/queue.ts";
import {
  appendEvents,
  asRunError,
  claimRun,
  fence,
  isDue,
  LostLease,
  leaseSeconds,
  type RunEnd,
} from "#lib/jobs/runs.ts";
import { type PauseReason, RunProgress } from "#lib/runs/schema.ts";
import type { Run } from "#prisma/generated/client.ts";
import { finishClaim, pauseForSpace } from "./claim-end.ts";

/** Why `ctx.signal` aborted. On `lost` the handler must write nothing more; it could not anyway. */
export type StopReason = "cancel" | "pause" | "shutdown" | "lost";

/** How a handler ends its claim. After an abort its return value is ignored: the runtime knows the state that was asked for. */
export type Outcome<K extends RunKind> =
  | { end: "succeeded"; result: ResultOf<K> }
  | { end: "paused"; reason: Exclude<PauseReason, "space">; message: string }
  | { end: "later"; afterMs: number };

export type RunContext<K extends RunKind = RunKind> = {
  run: Run;
  payload: PayloadOf<K>;
  /** aborts with a StopReason; may already be aborted with "cancel" when a waiting run is cancelled: clean up and return */
  signal: AbortSignal;
  log(level: "debug" | "info" | "warn" | "error", message: string, data?: Record<string, unknown>): void;
  /** one point of the run's charts */
  metric(data: Record<string, number | string>): void;
  /** merged into the run's progress; written and published at most four times a second */
  progress(patch: Partial<RunProgress>, costMicros?: number): void;
  /** one transaction that only commits while this claim holds the run. @throws LostLease */
  fenced<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** writes what `log`, `metric` and `progress` have gathered now */
  flush(): Promise<void>;
};
export type RunHandler<K extends RunKind> = (ctx: RunContext<K>) => Promise<Outcome<K>>;
export type RunHandlers = { [K in RunKind]: RunHandler<K> };
export type JobHandlers = { [N in JobName]: (payload: JobPayload<N>) => Promise<void> };

const flushEveryMs = 250;
const beatEveryMs = 1_000;
const sweepEveryMs = 1_000;
/** how long a shutdown waits for handlers before their leases are left to expire */
const drainMs = 5_000;

/** Works on one claim of one run: heartbeat, fencing, events, and the state at its end. */
async function work<K extends RunKind>(run: Run, handler: RunHandler<K>, shutdown: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const reason = (): StopReason | null => (stop.signal.aborted ? (stop.signal.reason as StopReason) : null);
  const onShutdown = () => stop.abort("shutdown" satisfies StopReason);
  shutdown.addEventListener("abort", onShutdown, { once: true });
  if (shutdown.aborted) onShutdown();
  if (run.cancelRequested) stop.abort("cancel" satisfies StopReason);
  else if (run.pauseRequested) stop.abort("pause" satisfies StopReason);

  let progress = RunProgress.parse(run.progress);
  let costMicros = Number(run.costMicros);
  let dirty = false;
  let events: Parameters<typeof appendEvents>[2] = [];
  let lastBeat = performance.now();

  const fenced = <T>(body: (tx: Tx) => Promise<T>) =>
    db.$transaction(async (tx) => {
      await fence(tx, run.id, run.leaseEpoch);
      return body(tx);
    });

  /** Progress, events and heartbeat in one transaction; what could not be written is kept for the next time. */
  const write = async (force = false): Promise<void> => {
    const now = performance.now();
    if (!(dirty || events.length > 0 || force || now - lastBeat >= beatEveryMs)) return;
    const batch = events;
    events = [];
    const active = Math.round(now - lastBeat);
    lastBeat = now;
    dirty = false;
    const beat = (events: typeof batch) =>
      fenced(async (tx) => {
        await appendEvents(tx, run.id, events);
        const rows = await tx.$queryRaw<{ cancelRequested: boolean; pauseRequested: boolean }[]>`
          UPDATE "Run" SET "progress" = ${JSON.stringify(progress)}::jsonb, "costMicros" = ${costMicros}::bigint,
            "leaseUntil" = now() + make_interval(secs => ${leaseSeconds}), "activeMs" = "activeMs" + ${active}::bigint
          WHERE "id" = ${run.id}::uuid RETURNING "cancelRequested", "pauseRequested"`;
        if (rows[0]?.cancelRequested) stop.abort("cancel" satisfies StopReason);
        else if (rows[0]?.pauseRequested) stop.abort("pause" satisfies StopReason);
        await publish(tx, run.teamId, `run:${run.id}`);
      });
    try {
      await beat(batch).catch(async (error: unknown) => {
        if (fullDisk(error) !== "database" || batch.length === 0) throw error;
        // A full disk has no room for events; the run's own row is overwritten in place, so pages can still say what it waits for.
        await beat([]);
        events = [...batch, ...events];
      });
    } catch (error) {
      if (error instanceof LostLease) {
        stop.abort("lost" satisfies StopReason);
        return;
      }
      events = [...batch, ...events];
      dirty = true;
      lastBeat -= active;
      if (!isPassingDbFault(error)) log.error({ err: error, run: run.id }, "heartbeat failed");
    }
  };
  // One write at a time: a slow database must not pile up transactions.
  let writing: Promise<void> = Promise.resolve();
  let busy = false;
  const tick = () => {
    if (busy) return;
    busy = true;
    writing = write().finally(() => {
      busy = false;
    });
  };
  const timer = setInterval(tick, flushEveryMs);

  const ctx: RunContext<K> = {
    run,
    payload: runKinds[run.kind].payload.parse(run.payload) as PayloadOf<K>,
    signal: stop.signal,
    log: (level, message, data) => {
      events.push({ type: "log", level, message, data: data ?? {}, at: new Date() });
    },
    metric: (data) => {
      events.push({ type: "metric", data, at: new Date() });
    },
    progress: (patch, cost) => {
      progress = { ...progress, ...patch };
      if (cost !== undefined) costMicros = cost;
      dirty = true;
    },
    fenced,
    flush: async () => {
      await writing;
      await write(true);
    },
  };

  let end: RunEnd;
  try {
    const outcome = await handler(ctx);
    end = endOf(reason(), outcome);
  } catch (error) {
    const why = reason();
    const full = fullDisk(error);
    if (error instanceof LostLease || why === "lost") end = { state: "released" };
    // What a cancelled run has to clean up is not skipped because it cannot be done now.
    else if (why !== null && !(why === "cancel" && (full || isPassingDbFault(error)))) end = endOf(why, null);
    else if (full && why === null) {
      log.warn({ err: error, run: run.id, disk: full }, "a disk is full; the run waits");
      end = pauseForSpace(full);
    } else if (full || isPassingDbFault(error)) {
      log.warn({ err: error, run: run.id }, "the database is away; the run goes on when it is back");
      end = { state: "later", afterMs: 1_000 };
    } else {
      log.error({ err: error, run: run.id }, "run failed");
      events.push({ type: "log", level: "error", message: asRunError(error).message, at: new Date() });
      end = { state: "failed", error: asRunError(error) };
    }
  } finally {
    clearInterval(timer);
    shutdown.removeEventListener("abort", onShutdown);
  }
  await writing;
  if (reason() === "lost") return;
  await write(true);
  if (reason() === "lost") return;
  await finishClaim(run, end, events);
}

function endOf<K extends RunKind>(why: StopReason | null, outcome: Outcome<K> | null): RunEnd {
  if (outcome?.end === "succeeded") return { state: "succeeded", result: outcome.result };
  if (why === "cancel") return { state: "cancelled" };
  if (why === "pause") return { state: "paused", reason: "user", message: "Paused by a person." };
  if (why === "shutdown" || why === "lost") return { state: "released" };
  if (outcome?.end === "paused") return { state: "paused", reason: outcome.reason, message: outcome.message };
  if (outcome?.end === "later") return { state: "later", afterMs: outcome.afterMs };
  return { state: "released" };
}

/** Puts back what is due and that no queue or worker has: lost deliveries, dead workers, a flushed Redis. */
export async function sweepRuns(): Promise<number> {
  const due = await db.$queryRaw<Pick<Run, "id" | "kind" | "leaseEpoch">[]>`
    SELECT "id", "kind"::text AS kind, "leaseEpoch" FROM "Run" WHERE ${isDue}
    ORDER BY "id" LIMIT 200`;
  for (const run of due) await enqueueRun(run);
  return due.length;
}

export type Runtime = { id: string; stop(): Promise<void> };

/** Starts this process's workers on the queues of these handlers. Nothing is started by importing this file. */
export async function startRuntime(
  handlers: Partial<RunHandlers>,
  jobHandlers: JobHandlers,
  upkeep: () => Promise<void>,
): Promise<Runtime> {
  const id = randomUUID();
  const shutdown = new AbortController();
  const active = new Set<Promise<void>>();
  const { Worker, connection, kind } = queueBackend();
  const workers: MinimalWorker[] = [];

  const listen = (name: QueueName, concurrency: number, handle: (data: unknown) => Promise<void>) => {
    const worker = new Worker(
      name,
      async (job: { data: unknown }) => {
        const running = handle(job.data);
        active.add(running);
        await running.finally(() => active.delete(running));
      },
      // A stalled job is only a lost delivery: the lease decides, so a redelivery is harmless and must never be "failed".
      { connection, concurrency, lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: 1_000_000 },
    );
    worker.on("error", (error) => log.warn({ err: error.message, queue: name }, "queue connection"));
    workers.push(worker);
  };

  const runKind = <K extends RunKind>(kindName: K, handler: RunHandler<K>) =>
    listen(`run-${kindName}`, runKinds[kindName].perWorker, async (data) => {
      const { runId } = data as { runId: string };
      const run = await claimRun(runId, id);
      if (run) await work(run, handler, shutdown.signal);
    });
  for (const kindName of Object.keys(handlers) as RunKind[]) {
    const handler = handlers[kindName];
    if (handler) runKind(kindName, handler as RunHandler<typeof kindName>);
  }
  const runJob = <N extends JobName>(name: N) =>
    listen(name, jobs[name].perWorker, async (data) => {
      await jobHandlers[name](jobs[name].payload.parse(data) as JobPayload<N>);
    });
  for (const name of Object.keys(jobs) as JobName[]) runJob(name);

  // Chained, not setInterval: a slow sweep never overlaps itself.
  let timer: NodeJS.Timeout;
  const sweep = async (): Promise<void> => {
    try {
      await db.$executeRaw`INSERT INTO "WorkerProcess" ("id", "host", "pid", "seenAt") VALUES (${id}::uuid, ${hostname()}, ${process.pid}, now())
        ON CONFLICT ("id") DO UPDATE SET "seenAt" = now()`;
      await sweepRuns();
      await upkeep();
    } catch (error) {
      if (!isPassingDbFault(error)) log.error({ err: error }, "sweep failed");
    }
    if (!shutdown.signal.aborted) timer = setTimeout(sweep, sweepEveryMs);
  };
  timer = setTimeout(sweep, 0);
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  log.info({ worker: id, queue: kind }, "worker ready");

  return {
    id,
    async stop() {
      clearTimeout(timer);
      // First no new deliveries, then tell the handlers, then wait for them.
      const closing = Promise.allSettled(workers.map((worker) => worker.close()));
      shutdown.abort("shutdown" satisfies StopReason);
      let giveUp: NodeJS.Timeout | undefined;
      await Promise.race([
        Promise.allSettled([...active]).then(() => closing),
        new Promise((resolve) => {
          giveUp = setTimeout(resolve, drainMs);
        }),
      ]);
      clearTimeout(giveUp);
      await db.$executeRaw`DELETE FROM "WorkerProcess" WHERE "id" = ${id}::uuid`.catch(() => undefined);
    },
  };
}
