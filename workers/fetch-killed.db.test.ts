/** The whole worker process, as `npm start` runs it, killed with -9 while it fetches. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { afterEach, expect, test, vi } from "vitest";
import { db } from "#lib/core/db.ts";
import { storagePath } from "#lib/core/storage.ts";
import { sendFile, serve, stall } from "#lib/sources/servers.testing.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { startUrl } from "./fetch.testing.ts";

// Settings are parsed once, at their first use: before any import.
vi.hoisted(() => {
  process.env.STILLHOUSE_ALLOW_ADDRESSES = "127.0.0.0/8";
});

const workers = new Set<ChildProcess>();
afterEach(() => {
  for (const worker of workers) worker.kill("SIGKILL");
});

function startWorker(): ChildProcess {
  const env = { ...process.env, STILLHOUSE_SAMPLE: "off" };
  const worker = spawn("node", ["workers/index.ts"], { env, stdio: ["ignore", "ignore", "inherit"] });
  workers.add(worker);
  return worker;
}

test("the next worker goes on behind the bytes that are there, and the file is whole", async () => {
  const content = randomBytes(3_000_000);
  const from = await serve((request, response) => {
    if (request.headers.range) sendFile(request, response, content, '"v1"');
    else stall(response, content, 1_800_000, '"v1"');
  });
  const { engineer } = await makeTeam();
  const project = await makeProject(engineer);
  const { id, runId } = await startUrl(engineer, project.id, `${from.url}/big.csv`);
  const runNow = () => db.run.findUniqueOrThrow({ where: { id: runId } });

  const worker = startWorker();
  await vi.waitFor(async () => expect((await runNow()).progress).toMatchObject({ done: 1_800_000 }), {
    timeout: 60_000,
  });
  worker.kill("SIGKILL");
  await once(worker, "exit");
  expect((await runNow()).state).toBe("running");
  expect((await db.upload.findUniqueOrThrow({ where: { id } })).state).toBe("receiving");

  startWorker();
  await vi.waitFor(async () => expect((await runNow()).state).toBe("succeeded"), { timeout: 60_000, interval: 100 });
  expect(from.seen.map(({ headers }) => headers.range)).toEqual([undefined, "bytes=1800000-"]);
  const row = await db.upload.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ state: "complete", sha256: createHash("sha256").update(content).digest("hex") });
  expect((await readFile(storagePath(row.storageKey))).equals(content)).toBe(true);
  await from.close();
}, 150_000);
