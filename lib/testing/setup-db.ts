/**
 * Runs before each `*.db.test.ts`: a database of its own, cloned from the template in about 50 ms, and a folder of its own. Sets the
 * environment before anything reads it. QUEUE=redis puts the queue on TEST_REDIS_URL, else it is on PostgreSQL.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, inject } from "vitest";
import { onDatabase } from "./global-setup.ts";

const serverUrl = inject("serverUrl");
const template = inject("template");
const name = `${template}_${randomUUID().slice(0, 8)}`;

const admin = new pg.Client({ connectionString: serverUrl });
await admin.connect();
// Two clones of one template at a time are refused; the lock makes them wait for each other.
await admin.query("SELECT pg_advisory_lock(4242)");
await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
await admin.end();

const folder = await mkdtemp(path.join(tmpdir(), "stillhouse-data-"));
Object.assign(process.env, {
  NODE_ENV: "test",
  DATABASE_URL: onDatabase(serverUrl, name),
  STILLHOUSE_SECRET: randomBytes(32).toString("hex"),
  STILLHOUSE_DATA_DIR: folder,
  LOG_LEVEL: process.env.LOG_LEVEL ?? "silent",
});
delete process.env.REDIS_URL;
if (process.env.QUEUE === "redis") {
  if (!process.env.TEST_REDIS_URL) throw new Error("QUEUE=redis needs TEST_REDIS_URL");
  const url = new URL(process.env.TEST_REDIS_URL);
  url.pathname = `/${Number(process.env.VITEST_POOL_ID ?? "1") % 16}`;
  process.env.REDIS_URL = url.toString();
  const redis = new Redis(url.toString());
  await redis.flushdb();
  await redis.quit();
}

afterAll(async () => {
  const { closeQueues } = await import("#lib/jobs/queue.ts");
  const { closeDb } = await import("#lib/core/db.ts");
  await closeQueues();
  await closeDb();
  await rm(folder, { recursive: true, force: true });
});
