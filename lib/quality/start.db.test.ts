import { expect, test } from "vitest";
import { db } from "#lib/core/db.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { sweepReports } from "./start.ts";

test("every new version gets one report by itself, unless the policy says no", async () => {
  const { engineer } = await makeTeam();
  const on = await makeProject(engineer);
  const off = await makeProject(engineer);
  await callVerbAs("quality.policySet", engineer, { projectId: off.id, auto: false });
  const version = await makeVersion(engineer, on.id, [{ input: "a text", output: "a" }]);
  await makeVersion(engineer, off.id, [{ input: "a text", output: "a" }]);
  const old = await makeVersion(engineer, on.id, [{ input: "another text", output: "b" }]);
  await db.datasetVersion.update({ where: { id: old }, data: { readyAt: new Date(Date.now() - 2 * 3_600_000) } });
  await sweepReports(0);
  await sweepReports(0);
  const runs = await db.run.findMany({ where: { kind: "quality" } });
  expect(runs.map(({ payload }) => (payload as { datasetVersionId: string }).datasetVersionId)).toEqual([version]);
});
