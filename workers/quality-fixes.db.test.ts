import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { CheckCode } from "#lib/quality/checks.ts";
import type { Gate } from "#lib/quality/schema.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { findingsOf, lookOver, messy, type Row } from "./quality.testing.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
});

async function project(labels: string[]): Promise<void> {
  projectId = (await makeProject(engineer, { labels })).id;
}
const look = (id: string) => lookOver(engineer, id);
const page = (id: string, check: CheckCode, more: object = {}) => findingsOf(engineer, id, check, more);

describe("leakage", () => {
  const train: Row[] = Array.from({ length: 40 }, (_, i) => ({
    input: `training text number ${i} about ${["lamps", "chairs", "tables", "beds"][i % 4]} and shipping ${i * 37}`,
    output: i % 2 ? "a" : "b",
  }));
  const finetune = (datasetVersionId: string, more: object = {}) =>
    callVerbAs("finetune.create", engineer, { projectId, datasetVersionId, labelSource: "gold", ...more });

  test("exact leakage into a test set blocks training without any report; an override needs a reason and is audited", async () => {
    await project(["a", "b"]);
    const versionId = await makeVersion(engineer, projectId, train);
    const testRows = [
      { ...train[3], holdout: true },
      { input: "only in the test set", output: "a", holdout: true },
    ] as Row[];
    await makeVersion(engineer, projectId, testRows);
    await expect(finetune(versionId)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(/leak/),
    });
    const preview = await callVerbAs("finetune.preview", engineer, {
      projectId,
      datasetVersionId: versionId,
      labelSource: "gold",
    });
    expect(preview.leakage).toMatchObject({ blocked: true, found: [expect.stringContaining("1 training row")] });
    expect((preview.leakage as { notes: string[] }).notes[0]).toMatch(/needs a quality report/);
    await expect(finetune(versionId, { overrideLeakage: { reason: "too short" } })).rejects.toMatchObject({
      code: "INVALID",
    });
    const reason = "The test set is only used to try things out.";
    const run = await finetune(versionId, { overrideLeakage: { reason } });
    const payload = (await db.run.findUniqueOrThrow({ where: { id: String(run.id) } })).payload;
    expect(payload).toMatchObject({ leakage: { reason, found: [expect.stringContaining("training row")] } });
    const audited = await db.auditEntry.findMany({ where: { teamId: engineer.teamId, action: "quality.override" } });
    expect(audited.map(({ targetId, data }) => [targetId, data])).toContainEqual([
      versionId,
      expect.objectContaining({ reason }),
    ]);
  });

  test("near leakage blocks once the report knows it; dropping the leaked training rows clears it", async () => {
    await project(["a", "b"]);
    const near = { input: "training text number 7 about beds and shipping 259 now", output: "a", holdout: true };
    const versionId = await makeVersion(engineer, projectId, [
      ...train,
      near,
      { ...near, input: "quite another question, held out" },
    ]);
    expect(
      (await callVerbAs("quality.gate", engineer, { datasetVersionId: versionId })) as unknown as Gate,
    ).toMatchObject({ status: "block", report: "none" });
    const { of } = await look(versionId);
    expect(of("leak-near")).toMatchObject({ rows: 1, status: "found", fixes: ["drop"] });
    await expect(finetune(versionId)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(
      (await callVerbAs("quality.gate", engineer, { datasetVersionId: versionId })) as unknown as Gate,
    ).toMatchObject({ status: "block", report: "ready" });
    const fixed = await callVerbAs("quality.fix", engineer, {
      datasetVersionId: versionId,
      check: "leak-near",
      action: "drop",
      reason: "leaked",
    });
    const next = await db.datasetVersion.findUniqueOrThrow({ where: { id: String(fixed.id) } });
    expect(next).toMatchObject({ rowCount: 41, holdoutCount: 2, origin: "fix", reason: "leaked" });
    expect((await look(next.id)).of("leak-near").rows).toBe(0);
    await finetune(next.id);
  });

  test("a test set that is younger than the report is found through its own", async () => {
    await project(["a", "b"]);
    const versionId = await makeVersion(engineer, projectId, train);
    await look(versionId);
    const test = await makeVersion(engineer, projectId, [
      { input: "training text number 9 about chairs and shipping 333 now", output: "a", holdout: true },
      { input: "nothing like the others", output: "b", holdout: true },
    ]);
    const { of, report } = await look(test);
    expect(of("leak-near")).toMatchObject({ rows: 1, fixes: [] });
    expect(report.compared).toMatchObject([{ datasetVersionId: versionId, side: "train", exact: 0, near: 1 }]);
    expect((await page(test, "leak-near")).items[0]?.other).toMatchObject({
      datasetVersionId: versionId,
      position: 10,
    });
    await expect(finetune(versionId)).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("fixes", () => {
  const rowsOf = async (versionId: string) => {
    const { items } = (await callVerbAs("version.rows", engineer, {
      datasetVersionId: versionId,
      limit: 200,
      full: true,
    })) as {
      items: { position: number; input: string; output: string | null }[];
    };
    return new Map(items.map((row) => [row.position, row]));
  };
  const fix = async (datasetVersionId: string, check: CheckCode, action: string, more: object = {}) =>
    String(
      (await callVerbAs("quality.fix", engineer, { datasetVersionId, check, action, reason: "put right", ...more })).id,
    );

  test("each action does what it says, in a new version", async () => {
    await project(["delivery", "refund", "cancel_order"]);
    const versionId = await makeVersion(engineer, projectId, messy);
    await look(versionId);
    const before = await rowsOf(versionId);

    const first = await rowsOf(await fix(versionId, "duplicate", "keep-first"));
    expect([...before.keys()].filter((position) => !first.has(position))).toEqual([2, 5]);

    const merged = await rowsOf(await fix(versionId, "label-spelling", "merge"));
    expect(merged.get(6)?.output).toBe("cancel_order");

    // 4 refund, 5 delivery, 11 refund: refund has it
    const resolved = await rowsOf(await fix(versionId, "conflict", "majority"));
    expect([4, 5, 11].map((position) => resolved.get(position)?.output)).toEqual(["refund", "refund", "refund"]);

    const masked = await rowsOf(await fix(versionId, "email", "mask"));
    expect(masked.get(10)?.input).not.toContain("ada.lovelace@example.com");
    expect(masked.get(10)?.input).toContain("about the refund");

    const relabelled = await rowsOf(await fix(versionId, "outside-labels", "relabel", { to: "delivery", seqs: [2] }));
    expect([relabelled.get(8)?.output, relabelled.get(9)?.output]).toEqual(["adress_change", "delivery"]);

    const leaked = await rowsOf(await fix(versionId, "leak-exact", "drop"));
    expect([4, 5, 11].map((position) => leaked.has(position))).toEqual([false, false, true]);

    expect(await rowsOf(versionId)).toEqual(before);
    const audited = await db.auditEntry.findMany({ where: { teamId: engineer.teamId, action: "quality.fix" } });
    expect(audited.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ check: "email", action: "mask", rows: 1 }),
    );
  });

  test("keep-majority gives the first row the answer of most of its group", async () => {
    await project(["a", "b"]);
    const same = (output: string) => ({ input: "one and the same question", output });
    const versionId = await makeVersion(engineer, projectId, [
      same("a"),
      same("b"),
      same("b"),
      { input: "other", output: "a" },
    ]);
    await look(versionId);
    const rows = await rowsOf(await fix(versionId, "duplicate", "keep-majority"));
    expect([...rows.values()].map(({ position, output }) => [position, output])).toEqual([
      [1, "b"],
      [4, "a"],
    ]);
  });

  test("what does not fit is refused in words", async () => {
    await project(["a", "b"]);
    const versionId = await makeVersion(engineer, projectId, [
      { input: "x y z", output: "a" },
      { input: "x y z", output: "a" },
    ]);
    await expect(fix(versionId, "duplicate", "keep-first")).rejects.toMatchObject({ code: "CONFLICT" });
    await look(versionId);
    await expect(fix(versionId, "duplicate", "mask")).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("cannot be fixed"),
    });
    await expect(fix(versionId, "email", "mask")).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("no such finding"),
    });
    await expect(fix(versionId, "outside-labels", "relabel", { to: "c" })).rejects.toMatchObject({ code: "INVALID" });
    expect((await makeTeam("More")).reviewer).toBeDefined();
  });
});

const data = new URL("../../shared/data/intents/", import.meta.url);
const have = existsSync(data);

/** Known leaks of public data sets: their official test texts that also occur in their training part. */
describe.skipIf(!have)("public data (needs ../shared/data)", () => {
  const rowsOf = (file: string, holdout: boolean): Row[] =>
    readFileSync(new URL(file, data), "utf8")
      .trim()
      .split("\n")
      .map((line) => ({ ...(JSON.parse(line) as Row), holdout }));

  test.each([
    ["banking77", "banking77/train.jsonl", "banking77/test.jsonl", 25],
    ["clinc150", "clinc150/train.jsonl", "clinc150/test.jsonl", 19],
  ])("%s: the test texts that occur in train", { timeout: 300_000 }, async (_name, trainFile, testFile, leaked) => {
    const trainRows = rowsOf(trainFile, false);
    await project([...new Set(trainRows.map(({ output }) => output ?? ""))].slice(0, 1_000));
    const versionId = await makeVersion(engineer, projectId, trainRows);
    const testVersion = await makeVersion(engineer, projectId, rowsOf(testFile, true));
    await callVerbAs("quality.policySet", engineer, { projectId, levels: { "label-noise": "off" } });
    const test = await look(testVersion);
    expect(test.of("leak-exact").rows).toBe(leaked);
    expect(test.of("leak-near").rows).toBeGreaterThan(0);
    expect(test.report.compared).toMatchObject([{ datasetVersionId: versionId, side: "train", exact: leaked }]);
    expect(
      ((await callVerbAs("quality.gate", engineer, { datasetVersionId: versionId })) as unknown as Gate).report,
    ).toBe("none");
  });
});
