/** The whole worker process, as `npm start` runs it, killed with -9 while it trains. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { db } from "#lib/core/db.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { startFinetune, ticketRows } from "./finetune.testing.ts";

const workers = new Set<ChildProcess>();
afterEach(() => {
  for (const worker of workers) worker.kill("SIGKILL");
});

async function startWorker(): Promise<ChildProcess> {
  const worker = spawn("node", ["workers/index.ts"], {
    env: { ...process.env, STILLHOUSE_SAMPLE: "off", LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  workers.add(worker);
  if (worker.stdout) await once(worker.stdout, "data"); // "worker ready"
  return worker;
}

const metricsOf = (runId: string) =>
  db.runEvent.findMany({ where: { runId, type: "metric" }, orderBy: { seq: "asc" } });

test("killed twice in mid-training: the trainer goes on, every event is stored once, one attempt", async () => {
  const { engineer } = await makeTeam();
  const project = await makeProject(engineer);
  const { runId } = await startFinetune(engineer, project.id, ticketRows(6000), {
    params: { epochs: 50, patience: 50, refitEpochs: 10 },
  });
  for (const least of [1, 5]) {
    const worker = await startWorker();
    await vi.waitFor(async () => expect((await metricsOf(runId)).length).toBeGreaterThanOrEqual(least), {
      timeout: 30_000,
      interval: 20,
    });
    worker.kill("SIGKILL");
    await once(worker, "exit");
    expect((await db.run.findUniqueOrThrow({ where: { id: runId } })).state).toBe("running");
  }
  await startWorker();
  await vi.waitFor(
    async () => expect((await db.run.findUniqueOrThrow({ where: { id: runId } })).state).toBe("succeeded"),
    { timeout: 60_000, interval: 100 },
  );
  const steps = (await metricsOf(runId)).map(({ data }) => (data as { step: number }).step);
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  expect(await db.trainingJob.count({ where: { runId } })).toBe(1);
  expect(await db.student.count({ where: { runId } })).toBe(1);
}, 120_000);
