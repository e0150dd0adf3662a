import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import { seeded } from "#lib/metrics/random.ts";
import type { CheckCode } from "#lib/quality/checks.ts";
import type { CheckSummary, Gate, QualityReport, qualityFindings } from "#lib/quality/schema.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { claimQuality, reportNow } from "./quality.testing.ts";
import { qualityHandler } from "./quality.ts";

type Row = { input: string; output?: string | null; holdout?: boolean };

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
});

async function project(labels: string[]): Promise<string> {
  projectId = (await makeProject(engineer, { labels })).id;
  return projectId;
}

async function start(datasetVersionId: string): Promise<string> {
  const { id } = await callVerbAs("quality.start", engineer, { datasetVersionId });
  return String(id);
}

/** Makes a report and answers its checks by code. */
async function look(
  datasetVersionId: string,
): Promise<{ report: QualityReport; of: (check: CheckCode) => CheckSummary }> {
  const outcome = await reportNow(await start(datasetVersionId));
  if (outcome.end !== "succeeded") throw new Error(`the report ended as ${outcome.end}`);
  const { report } = (await callVerbAs("quality.get", engineer, { datasetVersionId })) as { report: QualityReport };
  const of = (check: CheckCode) => {
    const found = report.checks.find((one) => one.check === check);
    if (!found) throw new Error(check);
    return found;
  };
  return { report, of };
}

type Page = z.infer<typeof qualityFindings.output>;
const page = async (datasetVersionId: string, check: CheckCode, more: object = {}) =>
  (await callVerbAs("quality.findings", engineer, { datasetVersionId, check, ...more })) as unknown as Page;
const positions = async (datasetVersionId: string, check: CheckCode) =>
  (await page(datasetVersionId, check, { limit: 200 })).items.map(({ position }) => position);

/** What stands in the table, without the run that it stands under. */
async function stored(runId: string) {
  const rows = await db.qualityFinding.findMany({ where: { runId }, orderBy: [{ check: "asc" }, { seq: "asc" }] });
  return rows.map(({ runId: _, ...finding }) => finding);
}

/** A bit of everything that can be wrong. Positions are the place in the list. */
const messy: Row[] = [
  { input: "Where is my parcel, it should have been here on Monday", output: "delivery" },
  { input: "where is my  PARCEL, it should have been here on monday", output: "delivery" },
  { input: "Where is my parcel, it should have been here on Monday?", output: "refund" },
  { input: "I want my money back for the broken lamp", output: "refund" },
  { input: "i want my money back for the broken lamp", output: "delivery" },
  { input: "Cancel the order with the two chairs, please", output: "Cancel order" },
  { input: "Please cancel what I ordered this morning", output: "cancel_order" },
  { input: "My address has changed since last week", output: "adress_change" },
  { input: "What are your opening hours on Sunday", output: "smalltalk" },
  { input: "Write to ada.lovelace@example.com about the refund, will you", output: "refund" },
  { input: "I want my money back for the broken lamp", output: "refund", holdout: true },
  { input: "Please cancel what I ordered this morning, 2", output: "cancel_order", holdout: true },
  { input: `${"word ".repeat(3_000)}`, output: "delivery" },
  ...Array.from({ length: 30 }, (_, i) => ({
    input: `Question ${["alpha", "beta", "gamma", "delta", "kappa", "sigma"][i % 6]} ${(i * 7919) % 997}: ${["lamp", "desk", "sofa", "bed", "shelf"][i % 5]}`,
    output: ["delivery", "refund", "cancel_order"][i % 3] ?? "",
  })),
];

describe("a report", () => {
  test("finds what is wrong, says how much, and opens its rows", async () => {
    await project(["delivery", "refund", "cancel_order"]);
    const versionId = await makeVersion(engineer, projectId, messy);
    const { report, of } = await look(versionId);
    expect(await positions(versionId, "duplicate")).toEqual([2, 5]);
    expect(of("duplicate")).toMatchObject({
      rows: 2,
      groups: 2,
      status: "found",
      kept: 2,
      fixes: ["keep-first", "keep-majority"],
    });
    expect((await page(versionId, "near-duplicate")).items).toMatchObject([
      { position: 3, other: { position: 1 }, row: { output: "refund" } },
    ]);
    expect(await positions(versionId, "conflict")).toEqual([4, 5, 11]);
    expect(await positions(versionId, "near-conflict")).toContain(3);
    expect(await positions(versionId, "leak-exact")).toEqual([4, 5]);
    expect(of("leak-exact").figures).toMatchObject({ "held-out rows of this version": 1 });
    expect(await positions(versionId, "leak-near")).toEqual([7]);
    expect(await positions(versionId, "label-spelling")).toEqual([6]);
    expect(await positions(versionId, "outside-labels")).toEqual([8, 9]);
    expect(await positions(versionId, "email")).toEqual([10]);
    expect((await page(versionId, "email")).items[0]?.note).not.toContain("lovelace");
    expect(await positions(versionId, "too-long")).toEqual([13]);
    expect((await positions(versionId, "length-outlier"))[0]).toBe(13);
    expect(of("label-noise").status).toBe("skipped");
    expect(of("ip").status).toBe("off");
    expect(report).toMatchObject({ status: "block", rowCount: messy.length, compared: [] });
    expect(report.checks.every(({ share }) => share >= 0 && share <= 1)).toBe(true);
  });

  test("findings come in pages, and other teams see none", async () => {
    await project(["a", "b"]);
    const rows = Array.from({ length: 25 }, (_, i) => ({
      input: i < 20 ? "the same again" : `text ${i}`,
      output: "a",
    }));
    const versionId = await makeVersion(engineer, projectId, rows);
    await look(versionId);
    const first = await page(versionId, "duplicate", { limit: 10 });
    const second = await page(versionId, "duplicate", { limit: 10, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ position }) => position)).toEqual(
      Array.from({ length: 19 }, (_, i) => i + 2),
    );
    expect(second.nextCursor).toBeNull();
    const stranger = (await makeTeam("Other")).owner;
    await expect(callVerbAs("quality.get", stranger, { datasetVersionId: versionId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("follows the policy: off, allowed shares, other levels", async () => {
    await project(["delivery", "refund", "cancel_order"]);
    const versionId = await makeVersion(engineer, projectId, messy);
    await callVerbAs("quality.policySet", engineer, {
      projectId,
      levels: { "leak-near": "warn", email: "off", ip: "info", duplicate: "block" },
      allowed: { "leak-exact": 0.5, duplicate: 0.04 },
      thresholds: { contextTokens: 100_000, languages: [] },
    });
    const { report, of } = await look(versionId);
    expect(of("leak-exact")).toMatchObject({ status: "allowed", rows: 2 });
    expect(of("leak-near")).toMatchObject({ status: "found", level: "warn" });
    expect(of("email")).toMatchObject({ status: "off", rows: 0 });
    expect(of("too-long")).toMatchObject({ status: "clean" });
    expect(report.status).toBe("block");
    const { policy, changed } = (await callVerbAs("quality.policyGet", engineer, { projectId })) as {
      policy: QualityReport["policy"];
      changed: object;
    };
    expect(policy).toEqual(report.policy);
    expect(changed).toMatchObject({ thresholds: { contextTokens: 100_000 } });
  });

  test("suspects planted wrong labels and holds a version against the one before", async () => {
    await project(["card", "parcel"]);
    const random = seeded(5);
    const topics = ["card pin chip bank declined cash", "parcel courier tracking late box door"].map((words) =>
      words.split(" "),
    );
    const fillers = "please help with my the since again still why is it".split(" ");
    const pick = (words: readonly string[] = []) => words[Math.floor(random() * words.length)] ?? "";
    const isWrong = (i: number) => i % 10 === 9;
    const rows = Array.from({ length: 600 }, (_, i): Row => {
      const topic = i % 4 < 2 ? 0 : 1;
      const input = Array.from({ length: 10 }, () => pick(random() < 0.4 ? topics[topic] : fillers)).join(" ");
      return { input, output: ["card", "parcel"][isWrong(i) ? 1 - topic : topic] ?? "" };
    });
    const versionId = await makeVersion(engineer, projectId, rows);
    const { of } = await look(versionId);
    const { items } = await page(versionId, "label-noise", { limit: 200 });
    const first = items.slice(0, 30);
    expect(first.filter(({ position }) => isWrong(position - 1)).length).toBeGreaterThanOrEqual(29);
    expect(first.every(({ suggestion, row }) => suggestion !== null && suggestion !== row?.output)).toBe(true);
    expect(of("drift").status).toBe("skipped");
    const fixed = await callVerbAs("quality.fix", engineer, {
      datasetVersionId: versionId,
      check: "label-noise",
      action: "relabel",
      reason: "wrong labels",
      seqs: first.map(({ seq }) => seq),
    });
    const next = await look(String(fixed.id));
    expect(next.report.drift).toMatchObject({
      datasetVersionId: versionId,
      parts: [
        { part: "labels", drifted: false },
        { part: "length", drifted: false },
        { part: "words", drifted: false },
      ],
    });
    expect(next.of("label-noise").rows).toBeLessThan(of("label-noise").rows - 20);
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
    const test = await look(testVersion);
    expect(test.of("leak-exact").rows).toBe(leaked);
    expect(test.of("leak-near").rows).toBeGreaterThan(0);
    expect(test.report.compared).toMatchObject([{ datasetVersionId: versionId, side: "train", exact: leaked }]);
    expect(
      ((await callVerbAs("quality.gate", engineer, { datasetVersionId: versionId })) as unknown as Gate).report,
    ).toBe("none");
  });
});
