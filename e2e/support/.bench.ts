import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import pg from "pg";
import { startEngine } from "#lib/generation/engine.ts";
import { createChatClient } from "#lib/llm/client.ts";
import { answerJudge } from "#lib/generation/answer.ts";
import { pool, db } from "#lib/core/db.ts";
import { pgLedger } from "#lib/generation/pg-ledger.ts";
const C = Number(process.argv[2] ?? 64), rows = Number(process.argv[3] ?? 6000), mode = process.argv[4] ?? "pg";
const child = spawn("node", ["e2e/support/teacher-server.ts", "--port", "8095", "--latency", "50"], { stdio: ["ignore", "pipe", "inherit"] });
await once(child.stdout!, "data");
const task = { kind: "classification" as const, instruction: "x", labels: ["billing","login","network"], jsonSchema: null };
const client = createChatClient({ baseUrl: "http://127.0.0.1:8095/v1", apiKey: "k-12345678", connections: C, allow: ["127.0.0.0/8"] });
const stop = new AbortController();
let ledger: any;
const runId = crypto.randomUUID(), versionId = crypto.randomUUID();
let n = 0, wr = 0, wt = 0;
if (mode === "pg") {
  const p = await db.project.findFirstOrThrow();
  await db.run.create({ data: { id: runId, teamId: p.teamId, projectId: p.id, kind: "generation", state: "running", title: "bench", payload: {}, createdById: p.createdById, leaseEpoch: 1, leaseUntil: new Date(Date.now() + 600_000) } });
  await pool.query(`INSERT INTO "Row" ("versionId","position","input","holdout","inputHash") SELECT $1::uuid, g, 'ticket number ' || g || repeat(' lorem ipsum dolor', 10), false, g FROM generate_series(1,$2::int) g`, [versionId, rows]);
  const inner = pgLedger({ runId, epoch: 1 }, { datasetVersionId: versionId, rows: "all", until: null });
  ledger = { ...inner, write: async (a: any, b: any) => { const t = performance.now(); await inner.write(a, b); wt += performance.now() - t; wr++; } };
} else {
  ledger = { next: async (a: number, l: number) => Array.from({ length: Math.min(l, rows - a) }, (_, i) => ({ position: a + i + 1, input: `t ${a + i + 1}` })), write: async () => { wr++; }, release: async () => {} };
}
const cpu = process.cpuUsage();
const t0 = performance.now();
const engine = startEngine({ ledger, client, concurrency: C, price: { inputMicrosPerMtok: 1e6, outputMicrosPerMtok: 1e6 }, capMicros: null, spentMicros: 0, policy: "retry",
  request: (r) => ({ model: "m", messages: [{ role: "system", content: "Answer with one label." }, { role: "user", content: r.input }], maxTokens: 32, temperature: 0 }),
  judge: answerJudge(task), isPassing: () => false, signal: stop.signal, drainMs: () => 1000, readAhead: 2000, giveUpAfterMs: null });
console.log(await engine.finished);
const s = (performance.now() - t0) / 1000;
const u = process.cpuUsage(cpu);
const snap = engine.meter.snapshot();
console.log(JSON.stringify({ C, rows, mode, rowsPerSec: Math.round(rows / s), share: +(rows / s / (C / 0.05)).toFixed(3), cpuUsPerRow: Math.round((u.user + u.system) / rows), writes: wr, msPerWrite: +(wt / wr).toFixed(2), p50: snap.latencyP50Ms, p95: snap.latencyP95Ms, rss: Math.round(process.memoryUsage().rss / 1e6) }));
if (mode === "pg") { await pool.query(`DELETE FROM "Run" WHERE id=$1`, [runId]); await pool.query(`DELETE FROM "Row" WHERE "versionId"=$1`, [versionId]); await pool.query(`DELETE FROM "GenerationResult" WHERE "runId"=$1`, [runId]); await pool.query(`DELETE FROM "GenerationIntent" WHERE "runId"=$1`, [runId]); }
child.kill(); process.exit(0);
