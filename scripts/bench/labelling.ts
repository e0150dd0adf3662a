/**
 * `npm run bench -- labelling [--concurrency 64] [--rows 20000] [--rounds 3]`: rows per second of the labelling engine with its ledger
 * on a PostgreSQL of its own, against a bare undici loop on the same teacher (a process of its own that takes 50 ms to answer).
 * Interleaved rounds, medians; figures of a busy machine say little, their ratio says more.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Pool } from "undici";
import { migrateEmptyDatabase } from "../migrate.ts";
import { startPostgres } from "../postgres.ts";
import { printResults, result } from "./main-job/results.ts";

const { values } = parseArgs({
  options: {
    concurrency: { type: "string", default: "64" },
    rows: { type: "string", default: "20000" },
    rounds: { type: "string", default: "3" },
  },
});
const concurrency = Number(values.concurrency);
const rows = Number(values.rows);
const latencyMs = 50;
const limit = concurrency / (latencyMs / 1000);
const filler = "the device in the meeting room does not connect any more since this morning";

const folder = await mkdtemp(join(tmpdir(), "stillhouse-bench-"));
const postgres = await startPostgres({ dir: join(folder, "postgres") });
Object.assign(process.env, {
  DATABASE_URL: postgres.url,
  STILLHOUSE_SECRET: randomUUID() + randomUUID(),
  STILLHOUSE_DATA_DIR: folder,
  LOG_LEVEL: "warn",
});
await migrateEmptyDatabase(postgres.url);
// read after the settings are there
const { closeDb, db, isPassingDbFault } = await import("#lib/core/db.ts");
const { loadRowSet } = await import("#lib/datasets/version-rows.ts");
const { answerJudge } = await import("#lib/generation/answer.ts");
const { startEngine } = await import("#lib/generation/engine.ts");
const { pgLedger } = await import("#lib/generation/pg-ledger.ts");
const { selectionSql } = await import("#lib/generation/selection.ts");
const { createChatClient } = await import("#lib/llm/client.ts");
const { makeProject, makeRun, makeTeam, makeVersion } = await import("#lib/testing/factories.ts");

const teacher = spawn("node", ["e2e/support/teacher-server.ts", "--port", "0", "--latency", String(latencyMs)], {
  stdio: ["ignore", "pipe", "inherit"],
});
const [printed] = (await once(teacher.stdout, "data")) as [Buffer];
const baseUrl = printed.toString().trim();

const { engineer } = await makeTeam();
const project = await makeProject(engineer);
const texts = Array.from({ length: rows }, (_, index) => ({ input: `Ticket ${index}: ${filler}` }));
const datasetVersionId = await makeVersion(engineer, project.id, texts);
const task = {
  kind: "classification" as const,
  instruction: "",
  labels: ["billing", "login", "network"],
  jsonSchema: null,
};
const messages = (input: string) => [
  { role: "system" as const, content: "Answer with one label." },
  { role: "user" as const, content: input },
];

/** Rows per second of as many loops as there may be requests in flight, storing nothing. */
async function bare(): Promise<number> {
  const url = new URL(baseUrl);
  const pool = new Pool(url.origin, { connections: concurrency });
  const headers = { "content-type": "application/json" };
  let next = 0;
  const began = performance.now();
  const loop = async () => {
    for (let text = texts[next++]; text; text = texts[next++]) {
      const body = JSON.stringify({ model: "m", max_tokens: 32, temperature: 0, messages: messages(text.input) });
      const answer = await pool.request({ method: "POST", path: "/v1/chat/completions", headers, body });
      JSON.parse(await answer.body.text());
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  const rate = rows / ((performance.now() - began) / 1000);
  await pool.destroy();
  return rate;
}

/** Rows per second of the engine, every row with its intent and its result in the ledger. */
async function whole(): Promise<number> {
  const runId = await makeRun(engineer, project.id, "generation", {});
  await db.run.update({ where: { id: runId }, data: { state: "running", leaseEpoch: 1 } });
  const selection = { from: await loadRowSet(datasetVersionId), rows: "all", until: null } as const;
  const client = createChatClient({ baseUrl, apiKey: "bench", connections: concurrency, allow: ["127.0.0.0/8"] });
  const began = performance.now();
  const engine = startEngine({
    ledger: pgLedger({ runId, epoch: 1 }, (after) => selectionSql(selection, after)),
    client,
    concurrency,
    price: { inputMicrosPerMtok: 1_000_000, outputMicrosPerMtok: 1_000_000 },
    capMicros: null,
    spentMicros: 0,
    policy: "retry",
    request: (row) => ({ model: "m", messages: messages(row.input), maxTokens: 32, temperature: 0 }),
    judge: answerJudge(task),
    isPassing: isPassingDbFault,
    signal: new AbortController().signal,
    drainMs: () => 0,
    readAhead: 2_000,
    giveUpAfterMs: null,
  });
  await engine.finished;
  const rate = rows / ((performance.now() - began) / 1000);
  await client.close();
  const stored = await db.generationResult.count({ where: { runId } });
  if (stored !== rows) throw new Error(`${stored} of ${rows} rows were stored`);
  return rate;
}

const median = (figures: number[]) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
const rates: { bare: number[]; whole: number[] } = { bare: [], whole: [] };
for (let round = 0; round < Number(values.rounds); round++) {
  rates.bare.push(await bare());
  rates.whole.push(await whole());
}
teacher.kill();
await closeDb();
await postgres.stop();
await rm(folder, { recursive: true, force: true });
const share = median(rates.whole) / limit;
const ratio = median(rates.whole) / median(rates.bare);
process.exit(
  printResults("labelling", [
    result("requests in flight", concurrency, ""),
    result("bare undici loop", median(rates.bare), "rows/s"),
    result("labelled, with the ledger", median(rates.whole), "rows/s"),
    result("of concurrency / latency", share, "", { atLeast: concurrency <= 64 ? 0.8 : 0.92 }),
    result("over the bare loop", ratio, ""),
  ]),
);
