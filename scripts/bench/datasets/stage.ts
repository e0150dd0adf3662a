import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "#lib/core/actor.ts";
import type { Verb } from "#lib/core/verb.ts";
import { workerMemory } from "../../lib/worker-memory.ts";
import { migrateEmptyDatabase } from "../../migrate.ts";
import { startPostgres } from "../../postgres.ts";

/** What the parts of the bench work with: a product of their own, with a durable PostgreSQL. */
export type Stage = {
  folder: string;
  databaseUrl: string;
  actor: Actor;
  projectId: string;
  /** calls a verb of datasets by its name */
  call<T>(name: string, input: Record<string, unknown>, body?: ReadableStream<Uint8Array>): Promise<T>;
};

/** Runs `work` on a product made for the purpose, and removes it. */
export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "stillhouse-bench-"));
  const postgres = await startPostgres({ dir: join(folder, "postgres") });
  try {
    await migrateEmptyDatabase(postgres.url);
    Object.assign(process.env, {
      DATABASE_URL: postgres.url,
      STILLHOUSE_DATA_DIR: folder,
      STILLHOUSE_SECRET: randomBytes(32).toString("hex"),
      LOG_LEVEL: "error",
    });
    // Only now: settings are read at their first use.
    const { closeDb } = await import("#lib/core/db.ts");
    const { datasetVerbs } = await import("#lib/datasets/service.ts");
    const { closeQueues } = await import("#lib/jobs/queue.ts");
    const { makeProject, makeTeam } = await import("#lib/testing/factories.ts");
    const { engineer } = await makeTeam();
    const project = await makeProject(engineer);
    const call = async <R>(name: string, input: Record<string, unknown>, body?: ReadableStream<Uint8Array>) => {
      const verb = (datasetVerbs as unknown as Verb[]).find((candidate) => candidate.endpoint.name === name);
      if (!verb) throw new Error(`there is no ${name}`);
      return (await verb.call({ actor: engineer, ...(body ? { body } : {}) }, input)) as R;
    };
    try {
      return await work({ folder, databaseUrl: postgres.url, actor: engineer, projectId: project.id, call });
    } finally {
      await closeQueues();
      await closeDb();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export type BenchWorker = {
  /** largest resident size it ever had, in MB (Linux) */
  peakMb(): number;
};

/** Runs `work` beside a worker process that imports and makes quality reports. */
export async function withWorker<T>(work: (worker: BenchWorker) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [...workerMemory.flags, join(import.meta.dirname, "import-worker.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...workerMemory.env, NODE_ENV: "production" },
  });
  const ended = once(child, "exit");
  try {
    await once(child.stdout, "data");
    return await work({
      peakMb() {
        const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
        return (Number(kib ?? Number.NaN) * 1024) / 1e6;
      },
    });
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

export const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;

export const percentile = (figures: readonly number[], share: number): number =>
  figures.toSorted((a, b) => a - b)[Math.min(figures.length - 1, Math.floor(figures.length * share))] ?? Number.NaN;

export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now();
  const value = await work();
  return { value, ms: performance.now() - began };
}
