import { readdir, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { log } from "#lib/core/log.ts";
import { query } from "#lib/core/verb.ts";
import { env, settings } from "#lib/env.ts";
import { jobs, type QueueName, runKinds } from "#lib/jobs/catalog.ts";
import { queueBackend, queueDepth } from "#lib/jobs/queue.ts";
import packageJson from "../../package.json" with { type: "json" };
import { type SystemHealth, systemGet } from "./system-schema.ts";

/** A worker writes every second; the same bound as the readiness check's. */
const aliveMs = 15_000;

const queueNames = [
  ...(Object.keys(runKinds) as (keyof typeof runKinds)[]).map((kind): QueueName => `run-${kind}`),
  ...(Object.keys(jobs) as (keyof typeof jobs)[]),
];

async function queueHealth(): Promise<SystemHealth["queue"]> {
  const { kind } = queueBackend();
  try {
    const depth = await Promise.all(queueNames.map(async (name) => [name, await queueDepth(name)] as const));
    return { kind, ok: true, depth: Object.fromEntries(depth) };
  } catch (error) {
    log.warn({ err: error instanceof Error ? error.message : String(error) }, "queue cannot be reached");
    return { kind, ok: false, depth: {} };
  }
}

type Folder = SystemHealth["storage"]["folders"][number];

/** Counted a folder at a time, without following links. */
async function usage(folder: string, name: string): Promise<Folder> {
  const total: Folder = { name, files: 0, bytes: 0 };
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const info = await stat(path.join(entry.parentPath, entry.name)).catch(() => null);
    total.files++;
    total.bytes += info?.size ?? 0;
  }
  return total;
}

async function storageUse(): Promise<SystemHealth["storage"]> {
  const root = path.resolve(env.STILLHOUSE_DATA_DIR, "storage");
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory());
  const disk = await statfs(path.resolve(env.STILLHOUSE_DATA_DIR)).catch(() => null);
  return {
    folders: await Promise.all(folders.map((entry) => usage(path.join(root, entry.name), entry.name))),
    freeBytes: disk ? disk.bavail * disk.bsize : null,
  };
}

/** Every setting as it is in force. A secret's value never leaves the server, not even in part. */
export function settingsInForce(): SystemHealth["settings"] {
  return (Object.keys(settings) as (keyof typeof settings)[]).map((name) => {
    const { secret } = settings[name];
    const value: unknown = env[name];
    const absent = value === undefined || (Array.isArray(value) && value.length === 0);
    if (secret || absent) return { name, secret, value: absent ? "not set" : "set" };
    return { name, secret, value: typeof value === "boolean" ? (value ? "on" : "off") : String(value) };
  });
}

const get = query(systemGet, async ({ db }) => {
  const from = performance.now();
  const [database] = await db.$queryRaw<{ version: string; size: bigint }[]>`
    SELECT split_part(version(), ' on ', 1) AS version, pg_database_size(current_database()) AS size`;
  const latencyMs = performance.now() - from;
  const since = Date.now() - aliveMs;
  const [queue, storage, workers, pending, failed] = await Promise.all([
    queueHealth(),
    storageUse(),
    db.workerProcess.findMany({ orderBy: { seenAt: "desc" }, take: 100 }),
    db.outboxMail.count({ where: { state: { in: ["pending", "sending"] } } }),
    db.outboxMail.count({ where: { state: "failed" } }),
  ]);
  return {
    version: packageJson.version,
    node: process.version,
    url: env.STILLHOUSE_URL,
    database: {
      ok: true,
      version: database?.version ?? "unknown",
      sizeBytes: Number(database?.size ?? 0),
      latencyMs: Math.round(latencyMs * 100) / 100,
    },
    queue,
    workers: workers.map((worker) => ({ ...worker, alive: worker.seenAt.getTime() >= since })),
    storage,
    mail: { delivers: env.SMTP_URL !== undefined, from: env.MAIL_FROM, pending, failed },
    settings: settingsInForce(),
  };
});

export const systemVerbs = [get];
