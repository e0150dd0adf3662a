import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import { queueQuality } from "#lib/quality/start.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { claimQuality, lookOver, messy, reportNow, startReport } from "./quality.testing.ts";
import { qualityHandler } from "./quality.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
});

async function project(labels: string[]): Promise<void> {
  projectId = (await makeProject(engineer, { labels })).id;
}
const look = (id: string) => lookOver(engineer, id);
const start = (id: string) => startReport(engineer, id);

/** What stands in the table, without the run that it stands under. */
async function stored(runId: string) {
  const rows = await db.qualityFinding.findMany({ where: { runId }, orderBy: [{ check: "asc" }, { seq: "asc" }] });
  return rows.map(({ runId: _, ...finding }) => finding);
}

describe("reports that are made by themselves", () => {
  test("every new version gets one, unless the team says no; a second asks for nothing", async () => {
    await project(["a", "b"]);
    const id = await makeVersion(engineer, projectId, [{ input: "x", output: "a" }]);
    const version = await db.datasetVersion.findUniqueOrThrow({ where: { id }, include: { dataset: true } });
    const queue = () => db.$transaction((tx) => queueQuality(tx, engineer, version));
    const run = await queue();
    expect(run).toMatchObject({ kind: "quality", state: "queued", payload: { datasetVersionId: id } });
    expect((await queue())?.id).toBe(run?.id);
    expect(await start(id)).toBe(run?.id);
    await callVerbAs("quality.policySet", engineer, { projectId, auto: false });
    expect(await queue()).toBeNull();
  });
});

describe("the run", () => {
  test("killed in the middle of each phase and run again, it ends with the same findings", async () => {
    await project(["delivery", "refund", "cancel_order"]);
    const versionId = await makeVersion(engineer, projectId, messy);
    const whole = await start(versionId);
    await reportNow(whole);
    const expected = await stored(whole);
    expect(expected.length).toBeGreaterThan(15);

    const again = await makeVersion(engineer, projectId, messy);
    const runId = await start(again);
    for (const at of ["Repeats and leakage", "Read the rows", "Labels and lengths", "Store"]) {
      const killed = await claimQuality(runId, (phase) => {
        // As after kill -9: nothing more is written by this holder.
        if (phase === at) throw new Error("killed");
      });
      await expect(qualityHandler(killed.ctx)).rejects.toThrow("killed");
      expect(await db.qualityReport.count({ where: { versionId: again } })).toBe(0);
    }
    expect(await reportNow(runId)).toMatchObject({ end: "succeeded", result: { status: "block" } });
    // The other version is another dataset of the project, but no test set: nothing is compared with it.
    expect(await stored(runId)).toEqual(expected);
    // Delivered once more after its end was written: the same answer, nothing twice.
    await db.run.update({ where: { id: runId }, data: { state: "queued" } });
    expect(await reportNow(runId)).toMatchObject({ end: "succeeded", result: { rows: messy.length } });
    expect(await stored(runId)).toEqual(expected);
  });

  test("a holder that lost the run writes nothing more", async () => {
    await project(["a", "b"]);
    const versionId = await makeVersion(engineer, projectId, messy);
    const runId = await start(versionId);
    const old = await claimQuality(runId);
    const now = await claimQuality(runId);
    await expect(qualityHandler(old.ctx)).rejects.toBeInstanceOf(LostLease);
    expect(await stored(runId)).toEqual([]);
    expect(await qualityHandler(now.ctx)).toMatchObject({ end: "succeeded" });
  });

  test("cancelled, it leaves the report before and no findings of its own; one run at a time", async () => {
    await project(["a", "b"]);
    const versionId = await makeVersion(engineer, projectId, messy);
    await look(versionId);
    const before = await db.qualityReport.findUniqueOrThrow({ where: { versionId } });
    const runId = await start(versionId);
    expect(await start(versionId)).toBe(runId);
    const claim = await claimQuality(runId, (phase) => {
      if (phase === "Labels and lengths") claim.stop.abort("cancel");
    });
    expect(await qualityHandler(claim.ctx)).toMatchObject({ end: "later" });
    expect(await stored(runId)).toEqual([]);
    expect(await db.qualityReport.findUniqueOrThrow({ where: { versionId } })).toEqual(before);
    await db.run.update({ where: { id: runId }, data: { state: "cancelled" } });
    // A newer report replaces it, findings and all.
    await look(versionId);
    expect(await stored(before.runId)).toEqual([]);
  });
});
