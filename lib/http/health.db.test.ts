import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { db } from "#lib/core/db.ts";
import { makeProject, makeRun, makeTeam } from "#lib/testing/factories.ts";
import { metricsText, readiness } from "./health.ts";

test("ready only while a worker lives", async () => {
  expect(await readiness()).toEqual({ ready: false, database: "ok", queue: "ok", workers: 0 });
  const id = randomUUID();
  await db.workerProcess.create({ data: { id, host: "h", pid: 1 } });
  expect(await readiness()).toMatchObject({ ready: true, workers: 1 });
  await db.$executeRaw`UPDATE "WorkerProcess" SET "seenAt" = now() - interval '16 s'`;
  expect(await readiness()).toMatchObject({ ready: false, workers: 0 });
});

test("metrics count what there is", async () => {
  const { engineer } = await makeTeam();
  const project = await makeProject(engineer);
  const run = await makeRun(engineer, project.id, "import", {});
  await db.run.update({ where: { id: run }, data: { costMicros: 2_500_000n } });
  const { text } = await metricsText();
  expect(text).toContain('stillhouse_runs{kind="import",state="queued"} 1');
  expect(text).toContain("stillhouse_teacher_spend_usd 2.5");
  expect(text).toContain('stillhouse_queue_jobs{queue="run-generation"} 0');
});
