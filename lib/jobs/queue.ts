import { createPostgresBackend, createRedisBackend, withBackend } from "bullmq";
import { log } from "#lib/core/log.ts";
import { env } from "#lib/env.ts";
import type { JobName, JobPayload, QueueName, RunKind } from "./catalog.ts";

/** Where BullMQ keeps its tables in PostgreSQL, apart from ours. */
const schema = "bullmq";

/**
 * BullMQ on Redis where REDIS_URL is set (production, many workers), else on our PostgreSQL. Either way it is delivery only: the
 * database is the truth, and the sweep puts back what a queue lost.
 */
function backend() {
  if (env.REDIS_URL) {
    const connection = { url: env.REDIS_URL, maxRetriesPerRequest: null };
    return { ...withBackend(createRedisBackend), connection };
  }
  const connection = { connectionString: env.DATABASE_URL, schema, migrate: true, max: 4 };
  return { ...withBackend(createPostgresBackend), connection };
}

type Bound = {
  Queue: new (name: string, opts: object) => MinimalQueue;
  Worker: new (name: string, process: unknown, opts: object) => MinimalWorker;
};
/** What we use of a queue; both back ends have it under one name. */
type MinimalQueue = {
  add(
    name: string,
    data: unknown,
    opts: { jobId: string; delay?: number; removeOnComplete: true; removeOnFail: true },
  ): Promise<unknown>;
  getJobCounts(...types: string[]): Promise<Record<string, number>>;
  waitUntilReady(): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
};
export type MinimalWorker = {
  on(event: "error", listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
};

/** Queue and Worker classes bound to the back end in force, with its connection. Only `workers/runtime.ts` makes workers. */
export function queueBackend(): Bound & { connection: object; kind: "redis" | "postgres" } {
  return { ...(backend() as unknown as Bound & { connection: object }), kind: env.REDIS_URL ? "redis" : "postgres" };
}

const open = new Map<QueueName, MinimalQueue>();

function queue(name: QueueName): MinimalQueue {
  const known = open.get(name);
  if (known) return known;
  const { Queue, connection } = queueBackend();
  const made = new Queue(name, { connection });
  made.on("error", (error) => log.warn({ err: error.message, queue: name }, "queue connection"));
  open.set(name, made);
  return made;
}

/** A kept job id would make a second add a silent no-op, so nothing is kept. */
const keepNothing = { removeOnComplete: true, removeOnFail: true } as const;

/**
 * Delivers a run to a worker. The id carries the lease epoch: adding twice for one epoch is one job, and a job left behind by a dead
 * worker never blocks the next.
 */
export async function enqueueRun(run: { id: string; kind: RunKind; leaseEpoch: number }, delayMs = 0): Promise<void> {
  const jobId = `${run.id}-${run.leaseEpoch}${delayMs > 0 ? "-later" : ""}`;
  await queue(`run-${run.kind}`).add("run", { runId: run.id }, { jobId, delay: delayMs, ...keepNothing });
}

/** @param jobId natural key of the work, so that adding it twice is one job */
export async function enqueueJob<N extends JobName>(
  name: N,
  payload: JobPayload<N>,
  jobId: string,
  delayMs = 0,
): Promise<void> {
  await queue(name).add(name, payload, { jobId, delay: delayMs, ...keepNothing });
}

/** Waiting, delayed and active jobs of a queue. */
export async function queueDepth(name: QueueName): Promise<number> {
  const counts = await queue(name).getJobCounts("waiting", "delayed", "active", "prioritized");
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

/** Rejects when the queue back end cannot be reached. */
export async function queueReady(): Promise<void> {
  await queue("mail").getJobCounts("waiting");
}

export async function closeQueues(): Promise<void> {
  const all = [...open.values()];
  open.clear();
  await Promise.allSettled(all.map((q) => q.close()));
}
