import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db, pool } from "#lib/core/db.ts";
import type { Download } from "#lib/core/verb.ts";
import { makeProject, makeRun, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { rowsToJudge, sourceFacts, storeRows } from "./collect.ts";
import { judge } from "./judge.ts";
import type { EvaluationChoices, EvaluationDetail, EvaluationRowItem, EvaluationSummary } from "./schema.ts";
import { evaluationVerbs } from "./service.ts";

async function call<T>(actor: Actor, name: string, input: object): Promise<T> {
  const verb = evaluationVerbs.find((candidate) => candidate.endpoint.name === name);
  if (!verb) throw new Error(name);
  return (await verb.call({ actor }, input)) as T;
}

const labelling = { rows: "all", limit: null, teacher: { name: "Big model" } };

let engineer: Actor;
let manager: Actor;
let stranger: Actor;
let projectId: string;
let versionId: string;
let runId: string;
let studentId: string;
let evaluationId: string;

type RowsPage = { items: EvaluationRowItem[]; nextCursor: string | null; total: number; capped: boolean };
const rows = (input: object = {}) => call<RowsPage>(engineer, "evaluation.rows", { evaluationId, ...input });

beforeAll(async () => {
  const team = await makeTeam();
  ({ engineer, manager } = team);
  stranger = (await makeTeam("Other")).owner;
  projectId = (await makeProject(engineer, { labels: ["a", "b"] })).id;
  // 10 training rows, 30 held out; gold alternates, three rows have none
  versionId = await makeVersion(engineer, projectId, [
    ...Array.from({ length: 10 }, (_, i) => ({ input: `train ${i}`, output: "a" })),
    ...Array.from({ length: 30 }, (_, i) => ({
      input: i === 29 ? '=HYPERLINK("http://x")' : `held out ${i} 100%_done`,
      output: i < 27 ? (i % 2 ? "a" : "b") : null,
      holdout: true,
    })),
  ]);
  runId = await makeRun(engineer, projectId, "generation", {
    ...labelling,
    datasetVersionId: versionId,
  });
  await db.run.update({ where: { id: runId }, data: { state: "succeeded" } });
  await db.generationResult.createMany({
    data: Array.from({ length: 30 }, (_, i) => ({
      runId,
      position: 11 + i,
      status: i === 0 ? "outside_labels" : "ok",
      answer: i === 0 ? null : i < 5 ? "b" : i % 2 ? "a" : "b",
      inputTokens: 100,
      outputTokens: 2,
      costMicros: 1500n,
      latencyMs: 700,
    })),
  });
  const student = await db.student.create({
    data: {
      teamId: engineer.teamId,
      projectId,
      runId: randomUUID(),
      name: "Small one",
      recipe: "cpu-softmax",
      storageKey: "students/none",
      manifest: {},
      sizeBytes: 1000n,
      datasetVersionId: versionId,
      generationRunId: runId,
      labelSource: "teacher",
      trainRows: 10,
      trainMs: 5n,
    },
  });
  studentId = student.id;

  // as the worker does it, with a student that always says "a"
  evaluationId = await makeRun(engineer, projectId, "evaluation", {});
  const source = { versionId, generationRunId: runId, rows: "holdout" as const };
  const judged = [];
  for await (const page of rowsToJudge(pool, source)) {
    for (const row of page)
      judged.push({ ...row, student: "a", confidence: row.position / 100, studentLatencyMs: 0.5 });
  }
  const facts = await sourceFacts(pool, source, versionId);
  const limits = {
    minQuality: 0.9,
    maxP95LatencyMs: 5,
    maxMemoryBytes: null,
    budgetMicros: null,
    spentMicros: 0,
    margin: 0.02,
  };
  const report = await judge(judged, {
    ...facts,
    taskLabels: ["a", "b"],
    studentLabels: ["a", "b"],
    hasTeacher: true,
    memoryBytes: 1000,
    limits,
  });
  await storeRows(db, evaluationId, judged);
  await storeRows(db, evaluationId, judged); // twice is once
  const { teamId } = engineer;
  await db.evaluation.create({
    data: {
      id: evaluationId,
      teamId,
      projectId,
      runId: evaluationId,
      studentId,
      datasetVersionId: versionId,
      generationRunId: runId,
      report,
    },
  });
});

describe("collecting rows", () => {
  it("takes the hold-out only, and only usable teacher answers", async () => {
    const detail = await call<EvaluationDetail>(engineer, "evaluation.get", { evaluationId });
    expect(detail.report.rows).toEqual({
      total: 30,
      withGold: 27,
      withTeacher: 29,
      judged: 27,
      notAsked: 0,
      duplicates: 0,
      seenInTraining: 0,
    });
    expect(detail.report.cost.teacherPer1kMicros).toBe(1_500_000);
    expect(detail.report.latency.teacher?.n).toBe(29);
    expect(detail.teacher).toEqual({ runId, name: "Big model" });
    expect(detail.student.name).toBe("Small one");
  });

  it("counts duplicates and rows that the student learned from", async () => {
    const testSet = await makeVersion(engineer, projectId, [
      { input: "train 0" },
      { input: "train 1" },
      { input: "Train  1" },
    ]);
    const facts = await sourceFacts(pool, { versionId: testSet, generationRunId: null, rows: "all" }, versionId);
    expect(facts).toEqual({ total: 3, notAsked: 0, duplicates: 1, seenInTraining: 3, teacherPer1kMicros: null });
  });
});

describe("rows the teacher was never asked about", () => {
  it("are left out and counted", async () => {
    const sample = await makeRun(engineer, projectId, "generation", { datasetVersionId: versionId, rows: "all" });
    await db.generationResult.createMany({
      data: [11, 12].map((position) => ({ runId: sample, position, status: "ok", answer: "a" })),
    });
    const source = { versionId, generationRunId: sample, rows: "holdout" as const };
    const facts = await sourceFacts(pool, source, versionId);
    expect(facts).toMatchObject({ total: 2, notAsked: 28 });
    const pages = [];
    for await (const page of rowsToJudge(pool, source)) pages.push(...page);
    expect(pages.map((row) => row.position)).toEqual([11, 12]);
  });
});

describe("evaluation.rows", () => {
  it("opens exactly the rows behind every cell of both confusion matrices", async () => {
    const { report } = await call<EvaluationDetail>(engineer, "evaluation.get", { evaluationId });
    for (const side of ["student", "teacher"] as const) {
      const columns = [...report.labels, "(outside)", "(none)"];
      for (const cell of report.views.all[side]?.cells ?? []) {
        const page = await rows({ gold: report.labels[cell.gold], [side]: columns[cell.predicted], limit: 200 });
        expect(page.total, `${side} ${JSON.stringify(cell)}`).toBe(cell.count);
        expect(page.items).toHaveLength(cell.count);
      }
    }
  });

  it("opens exactly the discordant rows of the verdict", async () => {
    const { report } = await call<EvaluationDetail>(engineer, "evaluation.get", { evaluationId });
    const counts = report.views.all.verdict?.counts;
    expect((await rows({ correctness: "studentOnly" })).total).toBe(counts?.studentOnly);
    expect((await rows({ correctness: "teacherOnly" })).total).toBe(counts?.teacherOnly);
    const all = await Promise.all(
      (["both", "studentOnly", "teacherOnly", "neither"] as const).map((correctness) => rows({ correctness })),
    );
    expect(all.reduce((sum, page) => sum + page.total, 0)).toBe(27);
    expect((await rows({ view: "answered" })).total).toBe(29);
  });

  it.each(["position", "doubt", "sure"] as const)("pages through every row once, by %s", async (sort) => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await rows({ sort, limit: 7, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((item) => item.position));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    const positions = Array.from({ length: 30 }, (_, i) => 11 + i);
    expect(seen).toEqual(sort === "sure" ? positions.reverse() : positions);
  });

  it("search takes texts literally; filters are data, not SQL", async () => {
    expect((await rows({ search: "100%_DONE" })).total).toBe(29);
    expect((await rows({ search: "100__done" })).total).toBe(0);
    expect((await rows({ gold: `a' OR '1'='1` })).total).toBe(0);
    expect((await rows({ student: "zebra", cursor: "nonsense" })).items).toEqual([]);
    expect((await rows({ cursor: "1:99999999999", limit: 200 })).items).toHaveLength(30);
    await expect(rows({ search: "\0" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(call(engineer, "evaluation.list", { projectId, cursor: "x" })).rejects.toMatchObject({
      code: "INVALID",
    });
    await expect(rows({ sort: "confidence; DROP TABLE x" })).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("evaluation.export", () => {
  const read = async (format: string) => {
    const file = await call<Download>(engineer, "evaluation.export", { evaluationId, format });
    return new Response(file.stream).text();
  };
  it("neutralises formulas in CSV and nothing in JSONL", async () => {
    const csv = await read("csv");
    expect(csv).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(csv.trim().split("\r\n")).toHaveLength(31);
    const lines = (await read("jsonl"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as EvaluationRowItem);
    expect(lines).toHaveLength(30);
    expect(lines.at(-1)?.input).toBe('=HYPERLINK("http://x")');
  });
});

describe("evaluation.create", () => {
  const create = (actor: Actor, input: object) =>
    call<{ id: string }>(actor, "evaluation.create", { projectId, studentId, ...input });

  it("freezes the task's limits and takes the newest teacher", async () => {
    const { id } = await create(engineer, {});
    const run = await db.run.findUniqueOrThrow({ where: { id } });
    expect(run).toMatchObject({ kind: "evaluation", state: "queued" });
    expect(run.payload).toMatchObject({
      datasetVersionId: versionId,
      generationRunId: runId,
      labels: ["a", "b"],
      limits: { margin: 0.02 },
    });
  });
  it("refuses to judge on rows that the student learned from", async () => {
    await expect(create(engineer, { rows: "all" })).rejects.toMatchObject({
      code: "INVALID",
      detail: { where: "rows" },
    });
  });
  it("refuses a labelling run of other rows, and a version without hold-out", async () => {
    const other = await makeVersion(engineer, projectId, [{ input: "x", output: "a" }]);
    await expect(create(engineer, { datasetVersionId: other })).rejects.toMatchObject({ code: "INVALID" });
    await expect(
      create(engineer, { datasetVersionId: other, rows: "all", generationRunId: runId }),
    ).rejects.toMatchObject({
      detail: { where: "generationRunId" },
    });
  });
  it("is not for managers, and nothing of it is visible to another team", async () => {
    await expect(create(manager, {})).rejects.toMatchObject({ code: "FORBIDDEN" });
    for (const name of ["evaluation.get", "evaluation.rows", "evaluation.export", "evaluation.delete"]) {
      await expect(call(stranger, name, { evaluationId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    await expect(call(stranger, "evaluation.list", { projectId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("lists", () => {
  it("the leaderboard carries the headline figures", async () => {
    const { items } = await call<{ items: EvaluationSummary[] }>(manager, "evaluation.list", { projectId });
    expect(items).toHaveLength(1);
    expect(items[0]?.report.quality.student?.value).toBeCloseTo(13 / 27, 10);
    expect(items[0]?.report.outcome).toBe("fail");
  });
  it("choices name versions with the labelling runs that cover them", async () => {
    const choices = await call<EvaluationChoices>(engineer, "evaluation.choices", { projectId });
    expect(choices.versions.find((version) => version.id === versionId)?.teachers).toEqual([
      { runId, name: "Big model", coversAll: true, sample: null },
    ]);
  });
  it("delete takes report and rows", async () => {
    await call(engineer, "evaluation.delete", { evaluationId });
    expect(await db.evaluationRow.count({ where: { evaluationId } })).toBe(0);
    await expect(call(engineer, "evaluation.get", { evaluationId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
