/**
 * `npm run bench -- datasets-memory [--bytes 2e9]`: sends a generated file through the upload verb and imports it with the real
 * worker runtime, in one process with a PostgreSQL of its own, and reports rows/s and the peak of the resident memory.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Verb } from "#lib/core/verb.ts";
import { migrateEmptyDatabase } from "../migrate.ts";
import { startPostgres } from "../postgres.ts";
import { printResults, result } from "./main-job/results.ts";

const { values } = parseArgs({ options: { bytes: { type: "string", default: "2e9" } } });
const wantedBytes = Number(values.bytes);
const memoryBarMb = 400;

/** About 300 bytes a row; text differs from row to row. */
function fileOf(bytes: number): { stream: ReadableStream<Uint8Array>; rows: () => number } {
  const filler = "the device in the meeting room does not connect any more since this morning ".repeat(3);
  let sent = 0;
  let rows = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      let text = "";
      for (let index = 0; index < 500; index += 1) {
        text += `${JSON.stringify({ input: `Ticket ${rows}: ${filler}`, output: `queue_${rows % 40}` })}\n`;
        rows += 1;
      }
      const chunk = Buffer.from(text);
      sent += chunk.length;
      controller.enqueue(chunk);
      if (sent >= bytes) controller.close();
    },
  });
  return { stream, rows: () => rows };
}

/** Peak resident memory while `work` runs, in MB, and its seconds. */
async function watched<T>(work: () => Promise<T>): Promise<{ value: T; peakMb: number; seconds: number }> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const began = performance.now();
  try {
    const value = await work();
    return {
      value,
      peakMb: Math.max(peak, process.memoryUsage.rss()) / 1e6,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    clearInterval(timer);
  }
}

const folder = await mkdtemp(join(tmpdir(), "stillhouse-bench-"));
const postgres = await startPostgres({ dir: join(folder, "postgres") });
let status = 1;
try {
  await migrateEmptyDatabase(postgres.url);
  const secret = randomBytes(32).toString("hex");
  Object.assign(process.env, {
    DATABASE_URL: postgres.url,
    STILLHOUSE_DATA_DIR: folder,
    STILLHOUSE_SECRET: secret,
    LOG_LEVEL: "error",
  });
  // Only now: settings are read at their first use.
  const { makeActor } = await import("#lib/core/actor.ts");
  const { closeDb, db } = await import("#lib/core/db.ts");
  const { Imported, Upload } = await import("#lib/datasets/schema.ts");
  const { datasetVerbs } = await import("#lib/datasets/service.ts");
  const { closeQueues } = await import("#lib/jobs/queue.ts");
  const { importHandler } = await import("#workers/import.ts");
  const { startRuntime } = await import("#workers/runtime.ts");

  const user = await db.user.create({ data: { email: "bench@example.com", name: "Bench" } });
  const team = await db.team.create({ data: { name: "Bench" } });
  const ids = { userId: user.id, teamId: team.id };
  const actor = makeActor({ kind: "system", ...ids, role: "owner", scopes: null, credentialId: null });
  const project = await db.project.create({ data: { teamId: team.id, name: "Bench", createdById: user.id } });
  const verb = (name: string): Verb => {
    const found = (datasetVerbs as unknown as Verb[]).find((candidate) => candidate.endpoint.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };

  const file = fileOf(wantedBytes);
  const sent = await watched(() =>
    verb("upload.create").call({ actor, body: file.stream }, { projectId: project.id, fileName: "bench.jsonl" }),
  );
  const upload = Upload.parse(sent.value);

  const refuse = () => Promise.reject(new Error("not in this bench"));
  const handlers = { import: importHandler, generation: refuse, finetune: refuse, evaluation: refuse };
  const runtime = await startRuntime(handlers, { mail: async () => {}, sample: async () => {} }, async () => {});
  const imported = await watched(async () => {
    const input = {
      projectId: project.id,
      name: "Bench",
      uploadId: upload.id,
      mapping: { inputs: ["input"], output: "output" },
    };
    const { runId, datasetVersionId } = Imported.parse(await verb("dataset.create").call({ actor }, input));
    for (;;) {
      const { state, error } = await db.run.findUniqueOrThrow({ where: { id: runId } });
      if (state === "succeeded") return db.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersionId } });
      if (state === "failed") throw new Error(JSON.stringify(error));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  await runtime.stop();
  await closeQueues();
  await closeDb();

  status = printResults("datasets-memory", [
    result("file", upload.bytes / 1e6, "MB"),
    result("upload", upload.bytes / 1e6 / sent.seconds, "MB/s"),
    result("peak memory while uploading", sent.peakMb, "MB", { below: memoryBarMb }),
    result("rows missing after the import", file.rows() - imported.value.rowCount, "", { atMost: 0 }),
    result("import", imported.value.rowCount / imported.seconds, "rows/s"),
    result("peak memory while importing", imported.peakMb, "MB", { below: memoryBarMb }),
  ]);
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(status);
