/**
 * Hostile case 39: a worker that is killed for its memory, or by hand, in the middle of a large import. Another one goes on behind the last
 * committed row; the count is exact.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { loadVersion } from "#lib/datasets/change.testing.ts";
import { Checkpoint } from "#lib/datasets/tally.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { callDataset } from "./import.testing.ts";
import { type MemoryGroup, memoryGroup } from "./memory.testing.ts";

const MB = 1024 * 1024;
const processes = new Set<ChildProcess>();
let engineer: Actor;
let projectId: string;

beforeEach(async () => {
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer)).id;
});
afterEach(async () => {
  for (const child of processes) child.kill("SIGKILL");
  for (const child of processes) if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  processes.clear();
});

/** The whole worker, as `npm start` runs it, in a group with a limit. */
async function startWorker(group: MemoryGroup | null): Promise<ChildProcess> {
  const [file, args] = group
    ? group.command(["node", "workers/index.ts"], { first: true })
    : ["node", ["workers/index.ts"]];
  const worker = spawn(file, args, {
    env: { ...process.env, STILLHOUSE_SAMPLE: "off", LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  processes.add(worker);
  if (worker.stdout) {
    await once(worker.stdout, "data"); // "worker ready"
    worker.stdout.resume();
  }
  return worker;
}

type Import = { runId: string; datasetVersionId: string };

async function begin(body: ReadableStream<Uint8Array>, fileName: string): Promise<Import> {
  const { id: uploadId } = await callDataset<{ id: string }>(engineer, "upload.create", { projectId, fileName }, body);
  const { mapping } = await callVerbAs("upload.preview", engineer, { uploadId });
  const made = await callVerbAs("dataset.create", engineer, { projectId, name: fileName, uploadId, mapping });
  return made as Import;
}

const storedRows = async (versionId: string): Promise<number> => {
  const { checkpoint } = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
  return checkpoint === null ? 0 : Checkpoint.parse(checkpoint).rows;
};
const reaches = (versionId: string, rows: number) =>
  vi.waitFor(async () => expect(await storedRows(versionId)).toBeGreaterThanOrEqual(rows), {
    timeout: 60_000,
    interval: 5,
  });

/** @param behind rows that were committed when the last worker died */
async function expectExact({ runId, datasetVersionId }: Import, rows: number, behind: number): Promise<void> {
  await vi.waitFor(
    async () => expect((await db.run.findUniqueOrThrow({ where: { id: runId } })).state).toBe("succeeded"),
    { timeout: 120_000, interval: 100 },
  );
  const version = await loadVersion(datasetVersionId);
  expect(version).toMatchObject({ state: "ready", rowCount: rows, rejectedCount: 0, checkpoint: null });
  const [counted] = await db.$queryRawUnsafe<{ rows: number; places: number; last: number }[]>(
    `SELECT count(*)::int AS rows, count(DISTINCT "position")::int AS places, max("position") AS last FROM ${versionRows(version)} r`,
  );
  expect(counted).toEqual({ rows, places: rows, last: rows });
  const logs = await db.runEvent.findMany({ where: { runId, type: "log" } });
  const resumed = logs.flatMap(({ message }) => /behind (\d+) stored rows/.exec(message)?.[1] ?? []);
  expect(Number(resumed.at(-1))).toBeGreaterThanOrEqual(behind);
}

/** Some 300 MB of tickets. */
const rows = 600_000;
function* lines(): Generator<Uint8Array> {
  const filler = "the printer on the second floor prints nothing but grey stripes, ".repeat(7);
  for (let n = 0; n < rows; ) {
    let text = "";
    for (const end = Math.min(rows, n + 2_000); n < end; n++)
      text += `{"text":"Ticket ${n}: ${filler}","label":"label_${n % 3}"}\n`;
    yield Buffer.from(text);
  }
}
test("the kernel kills the worker for its memory in the middle of 300 MB; the next one ends the import within 512 MB", {
  timeout: 240_000,
}, async () => {
  const group = memoryGroup(512 * MB);
  if (group === null) console.warn("no memory limit can be set here; the worker is killed by hand instead");
  onTestFinished(() => group?.remove());
  const body = Readable.toWeb(Readable.from(lines())) as ReadableStream<Uint8Array>;
  const started = await begin(body, "tickets.jsonl");
  const worker = await startWorker(group);
  await reaches(started.datasetVersionId, 20_000);
  if (group) {
    const [file, args] = group.command(["node", "-e", hungry]);
    processes.add(spawn(file, args, { stdio: "ignore" }));
  } else worker.kill("SIGKILL");
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, "exit");
  expect(worker.signalCode).toBe("SIGKILL");
  for (const child of processes) if (child !== worker) child.kill("SIGKILL");
  if (group) expect(group.kills()).toBeGreaterThan(0);
  const behind = await storedRows(started.datasetVersionId);
  expect(behind).toBeGreaterThanOrEqual(20_000);
  expect(behind).toBeLessThan(rows);

  const next = await startWorker(group);
  await expectExact(started, rows, behind);
  expect(next.signalCode).toBeNull();
});

/** Takes more than the group may have, and is not what the kernel picks. */
const hungry = `const held = []; for (let n = 0; n < 64; n++) held.push(Buffer.alloc(${16 * MB}, 1)); setInterval(() => held.length, 1000);`;

const uploads = path.resolve("../shared/data/uploads");
describe.skipIf(!existsSync(uploads))("kill -9 in the middle of a real packed file", () => {
  test("every one of its 133,204 conversations is there once", { timeout: 240_000 }, async () => {
    const file = path.join(uploads, "big_openai_chat.jsonl.gz");
    const body = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
    const started = await begin(body, "big_openai_chat.jsonl.gz");
    let behind = 0;
    for (const least of [5_000, 60_000]) {
      const worker = await startWorker(null);
      await reaches(started.datasetVersionId, least);
      worker.kill("SIGKILL");
      await once(worker, "exit");
      behind = await storedRows(started.datasetVersionId);
      expect(behind).toBeLessThan(133_204);
    }
    await startWorker(null);
    await expectExact(started, 133_204, behind);
  });
});
