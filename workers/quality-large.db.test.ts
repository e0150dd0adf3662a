import { expect, test } from "vitest";
import { db, pool } from "#lib/core/db.ts";
import { makeLarge } from "#lib/datasets/change.testing.ts";
import { deriveKind } from "#lib/jobs/kinds/derive.ts";
import { claimRun, fence } from "#lib/jobs/runs.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { deriveHandler } from "./derive.ts";
import { startReport } from "./quality.testing.ts";

test("a fix of more rows than are changed while a person waits is a run", async () => {
  const { engineer } = await makeTeam();
  const projectId = (await makeProject(engineer, { labels: ["a", "b"] })).id;
  const version = await makeLarge(engineer, projectId, 30_000, "a");
  const reportRunId = await startReport(engineer, version.id);
  await db.qualityReport.create({
    data: { versionId: version.id, teamId: engineer.teamId, projectId, runId: reportRunId, status: "warn", report: {} },
  });
  await pool.query(
    `INSERT INTO "QualityFinding" ("runId", "check", "seq", "position", "suggestion")
     SELECT $1::uuid, 'label-spelling', n, n + 100, 'b' FROM generate_series(1, 25000) n`,
    [reportRunId],
  );
  const request = { datasetVersionId: version.id, check: "label-spelling", action: "merge", reason: "one spelling" };
  const answer = await callVerbAs("quality.fix", engineer, request);
  expect(answer).toMatchObject({ version: null, runId: answer.id });
  const run = await claimRun(String(answer.runId), "test");
  if (!run) throw new Error("the run could not be claimed");
  const outcome = await deriveHandler({
    run,
    payload: deriveKind.payload.parse(run.payload),
    signal: new AbortController().signal,
    log: () => undefined,
    metric: () => undefined,
    progress: () => undefined,
    fenced: (work) =>
      db.$transaction(async (tx) => {
        await fence(tx, run.id, run.leaseEpoch);
        return work(tx);
      }),
    flush: async () => undefined,
  });
  expect(outcome).toMatchObject({ end: "succeeded", result: { rows: 30_000, added: 0, removed: 0, changed: 25_000 } });
});
