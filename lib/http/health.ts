import { Gauge, Registry } from "prom-client";
import { db } from "#lib/core/db.ts";
import { jobs, type QueueName, runKinds } from "#lib/jobs/catalog.ts";
import { queueDepth, queueReady } from "#lib/jobs/queue.ts";

/** How long a part may take to answer before it counts as away. */
const patienceMs = 3_000;
/** A worker not seen for this long is gone; it writes every second. */
const workerGoneAfterSec = 15;

export type Readiness = { ready: boolean; database: "ok" | "away"; queue: "ok" | "away"; workers: number };

async function answers(probe: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  const outcome = await Promise.race([probe.then(() => true).catch(() => false), late]);
  clearTimeout(timer);
  return outcome;
}

async function liveWorkers(): Promise<number> {
  const rows = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM "WorkerProcess" WHERE "seenAt" > now() - make_interval(secs => ${workerGoneAfterSec})`;
  return rows[0]?.n ?? 0;
}

/** Whether work can be taken on: database and queue answer, and a worker lives. Never throws. */
export async function readiness(): Promise<Readiness> {
  const [database, queue] = await Promise.all([answers(db.$queryRaw`SELECT 1`), answers(queueReady())]);
  const workers = database ? await liveWorkers().catch(() => 0) : 0;
  return {
    ready: database && queue && workers > 0,
    database: database ? "ok" : "away",
    queue: queue ? "ok" : "away",
    workers,
  };
}

/** Prometheus text: what an on-call person alerts on. Counted afresh at each scrape, so any web process gives the same answer. */
export async function metricsText(): Promise<{ text: string; contentType: string }> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `stillhouse_${name}`, help, labelNames, registers: [registry] });

  const runs = gauge("runs", "Runs by kind and state", ["kind", "state"]);
  const states = await db.run.groupBy({ by: ["kind", "state"], _count: true });
  for (const { kind, state, _count } of states) runs.set({ kind, state }, _count);

  gauge("workers", "Worker processes seen in the last 15 seconds").set(await liveWorkers());

  const depth = gauge("queue_jobs", "Jobs waiting, delayed or active", ["queue"]);
  const names = [...Object.keys(runKinds).map((kind) => `run-${kind}`), ...Object.keys(jobs)] as QueueName[];
  for (const queue of names) depth.set({ queue }, await queueDepth(queue));

  const overdue = await db.$queryRaw<{ seconds: number }[]>`
    SELECT coalesce(extract(epoch FROM max(now() - "leaseUntil")), 0)::float8 AS seconds FROM "Run"
    WHERE "state" = 'running' AND "leaseUntil" < now()`;
  gauge("oldest_lost_lease_seconds", "How long the longest orphaned run has been without a worker").set(
    overdue[0]?.seconds ?? 0,
  );

  const spend = await db.run.aggregate({ where: { simulated: false }, _sum: { costMicros: true } });
  gauge("teacher_spend_usd", "What teachers cost so far, without simulated ones").set(
    Number(spend._sum.costMicros ?? 0n) / 1e6,
  );

  const mails = gauge("mails", "E-mails by state", ["state"]);
  for (const { state, _count } of await db.outboxMail.groupBy({ by: ["state"], _count: true }))
    mails.set({ state }, _count);

  return { text: await registry.metrics(), contentType: registry.contentType };
}
