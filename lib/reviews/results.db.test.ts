import { describe, expect, it } from "vitest";
import { db, pool } from "#lib/core/db.ts";
import { deriveVersion } from "#lib/datasets/derive.ts";
import { stageChanges } from "#lib/datasets/staged.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import { makeProject, makeRun, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import type { Agreement, ReviewItem } from "./queue-schema.ts";
import { call, join, labels, makeLabels, makeReviewable, windowOf } from "./reviews.testing.ts";
import type { ReviewDetail, ReviewMix } from "./schema.ts";

type Rows = Parameters<typeof makeVersion>[2];

async function start(rows: Rows, kind: "classification" | "extraction" | "generation" = "classification") {
  const team = await makeTeam();
  const project = await makeProject(team.engineer, { labels, kind });
  const versionId = await makeVersion(team.engineer, project.id, rows);
  const make = (options: object) =>
    call<{ id: string; itemCount: number }>("review.create", team.engineer, {
      projectId: project.id,
      datasetVersionId: versionId,
      name: "Check",
      auditShare: 0,
      assignees: [team.reviewer.userId],
      ...options,
    });
  const itemsOf = async (reviewId: string) =>
    (await call<{ items: ReviewItem[] }>("review.items", team.engineer, { reviewId, limit: 200 })).items;
  return { ...team, project, versionId, make, itemsOf };
}

type Team = Awaited<ReturnType<typeof start>>;

async function makeEvaluation({ team, project, versionId }: Team, rows: [number, string, number][]): Promise<string> {
  const { id } = await db.evaluation.create({
    data: {
      teamId: team.id,
      projectId: project.id,
      runId: crypto.randomUUID(),
      studentId: crypto.randomUUID(),
      datasetVersionId: versionId,
      report: {},
    },
  });
  await db.evaluationRow.createMany({
    data: rows.map(([position, student, confidence]) => ({
      evaluationId: id,
      position,
      student,
      confidence,
      studentLatencyMs: 1,
    })),
  });
  return id;
}

async function makeSuspects({ team, engineer, project, versionId }: Team, scores: Record<number, number>) {
  const runId = await makeRun(engineer, project.id, "quality", {});
  await db.qualityReport.create({
    data: { versionId, teamId: team.id, projectId: project.id, runId, status: "warn", report: {} },
  });
  const noise = Object.entries(scores).map(([position, score], at) => ({
    runId,
    check: "label-noise",
    seq: at + 1,
    position: Number(position),
    score,
    note: "rather c",
  }));
  const other = { runId, check: "duplicate", seq: 1, position: 6, score: null, note: "" };
  await db.qualityFinding.createMany({ data: [...noise, other] });
}

const rowsOf = (count: number): Rows => Array.from({ length: count }, (_, at) => ({ input: `row ${at + 1}`, output: "a" }));

describe("the queue", () => {
  it("mixes disagreement, suspects and low confidence by doubt; more reasons are more doubt", async () => {
    const team = await start(rowsOf(6));
    const generationRunId = await makeLabels(team.engineer, team.project.id, team.versionId, {
      1: "a",
      2: "b",
      3: "b",
      4: "b",
    });
    const evaluationId = await makeEvaluation(team, [
      [1, "c", 0.4],
      [2, "a", 0.99],
      [3, "b", 0.99],
      [5, "a", 0.71],
    ]);
    await makeSuspects(team, { 4: 0.9 });
    const { id } = await team.make({ generationRunId, evaluationId });
    const items = await team.itemsOf(id);
    expect(items.map(({ position, reasons }) => [position, ...reasons])).toEqual([
      [4, "disagreement", "noise"],
      [3, "disagreement"],
      [1, "confidence"],
      [2, "disagreement"],
    ]);
    expect(items[0]).toMatchObject({ gold: "a", teacher: "b", student: null, remark: "rather c", current: "a" });
    const detail = await call<ReviewDetail>("review.detail", team.manager, { reviewId: id });
    expect(detail.mix.found).toEqual({ disagreement: 3, noise: 1, confidence: 1, audit: 0 });
    const preview = await call<{ itemCount: number; mix: ReviewMix }>("review.preview", team.engineer, {
      projectId: team.project.id,
      datasetVersionId: team.versionId,
      generationRunId,
      evaluationId,
      auditShare: 0,
      limit: 2,
    });
    expect(preview).toMatchObject({ itemCount: 2, mix: { queued: { disagreement: 2, noise: 1, confidence: 0 } } });
  });

  it("asks once for rows of one input and answer, and apart for those that contradict", async () => {
    const team = await start([
      { input: "Card lost", output: "a" },
      { input: "card  lost", output: "a" },
      { input: "CARD LOST", output: "b" },
      { input: "other", output: "a" },
    ]);
    await db.datasetVersion.update({ where: { id: team.versionId }, data: { duplicateCount: 2 } });
    const generationRunId = await makeLabels(team.engineer, team.project.id, team.versionId, {
      1: "c",
      2: "c",
      3: "c",
      4: "a",
    });
    const { id } = await team.make({ generationRunId });
    const items = await team.itemsOf(id);
    expect(items.map(({ position, copies }) => [position, copies])).toEqual([
      [1, 2],
      [3, 1],
    ]);
  });

  it("spreads random rows evenly, so that stopping early keeps their share", async () => {
    const { make, engineer } = await makeReviewable(400, 100);
    const { id, itemCount } = await make({ limit: 100, auditShare: 0.2 });
    expect(itemCount).toBe(100);
    const items = (await call<{ items: ReviewItem[] }>("review.items", engineer, { reviewId: id, limit: 200 })).items;
    const random = items.filter(({ reasons }) => reasons.includes("audit"));
    expect(random).toHaveLength(20);
    const onlyRandom = items.filter(({ reasons }) => !reasons.includes("disagreement")).map(({ seq }) => seq);
    const middle = onlyRandom.reduce((sum, seq) => sum + seq, 0) / onlyRandom.length;
    expect(Math.abs(middle - 50.5)).toBeLessThan(4);
    const doubts = items.filter(({ doubt }) => doubt > 0).map(({ doubt }) => doubt);
    expect(doubts).toEqual([...doubts].sort((a, b) => b - a));
  });

  it("compares JSON by value, even where a database would refuse it", async () => {
    const team = await start(
      [
        { input: "same", output: '{ "b": 1, "a": [1, 2] }' },
        { input: "other", output: '{"a":[2,1],"b":1}' },
        { input: "nul", output: '{"a":"\\u0000"}' },
        { input: "huge", output: '{"a":1e999999}' },
        { input: "no json", output: "{" },
      ],
      "extraction",
    );
    const answer = '{"a":[1,2],"b":1}';
    const generationRunId = await makeLabels(
      team.engineer,
      team.project.id,
      team.versionId,
      Object.fromEntries([1, 2, 3, 4, 5].map((position) => [position, answer])),
    );
    const { id } = await team.make({ generationRunId });
    expect((await team.itemsOf(id)).map(({ position }) => position)).toEqual([2, 3, 4, 5]);
  });

  it("takes answers about another version of the line, where the input is still the same", async () => {
    const team = await start(rowsOf(3));
    const generationRunId = await makeLabels(team.engineer, team.project.id, team.versionId, { 1: "b", 2: "b", 3: "b" });
    const parent = await db.datasetVersion.findUniqueOrThrow({
      where: { id: team.versionId },
      include: { dataset: true },
    });
    const { id: datasetVersionId } = await db.$transaction((tx) =>
      deriveVersion(tx, {
        actor: team.engineer,
        parent,
        origin: "edit",
        reason: "test",
        stage: (t, table) =>
          stageChanges(t, table, [{ position: 1, gone: true }, { position: 2, input: "another text" }], 0),
      }),
    );
    const again = await call<{ id: string }>("review.create", team.engineer, {
      projectId: team.project.id,
      datasetVersionId,
      generationRunId,
      name: "Again",
      auditShare: 0,
      assignees: [team.reviewer.userId],
    });
    expect((await team.itemsOf(again.id)).map(({ position }) => position)).toEqual([3]);
    const other = await makeVersion(team.engineer, team.project.id, rowsOf(3));
    await expect(team.make({ generationRunId, datasetVersionId: other })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("says so when there is nothing to review", async () => {
    const { make } = await makeReviewable(5, 0);
    await expect(make()).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("making a version", () => {
  const contentOf = async (versionId: string) => {
    const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
    const { rows } = await pool.query(
      `SELECT "position", "output", "origin" FROM ${versionRows(version)} r ORDER BY "position"`,
    );
    return rows as { position: number; output: string | null; origin: unknown }[];
  };

  it("corrects, removes, leaves what was accepted, open or disputed, and applies to copies too", async () => {
    const team = await start([
      { input: "one", output: "a" },
      { input: "ONE", output: "a" },
      { input: "two", output: "a" },
      { input: "three", output: "a" },
      { input: "four", output: null },
      { input: "five", output: "a" },
    ]);
    await db.datasetVersion.update({ where: { id: team.versionId }, data: { duplicateCount: 1 } });
    const answers = Object.fromEntries([1, 2, 3, 4, 5, 6].map((position) => [position, "b"]));
    const generationRunId = await makeLabels(team.engineer, team.project.id, team.versionId, answers);
    const second = await join(team.team.id);
    const { id } = await team.make({
      generationRunId,
      auditShare: 1,
      reviewers: 2,
      assignees: [team.reviewer.userId, second.userId],
    });
    const seqOf = new Map((await team.itemsOf(id)).map(({ position, seq }) => [position, seq]));
    const at = (position: number) => seqOf.get(position) ?? 0;
    for (const actor of [team.reviewer, second]) {
      const mine = windowOf(actor, id);
      await mine.next();
      const outcomes = await mine.decide(
        { seq: at(1), action: "correct", answer: "c" },
        { seq: at(3), action: "reject" },
        { seq: at(4), action: "accept" },
        { seq: at(5), action: "accept" },
        { seq: at(6), action: actor === second ? "reject" : "accept" },
      );
      expect(new Set(outcomes)).toEqual(new Set(["stored"]));
    }
    const made = await call<{ datasetVersionId: string }>("review.apply", team.engineer, {
      reviewId: id,
      reason: "checked by two",
    });
    expect(made).toMatchObject({ corrected: 3, removed: 1, changedSince: 0, open: 0, disagreed: 1 });
    const rows = await contentOf(made.datasetVersionId);
    expect(rows.map(({ position, output }) => [position, output])).toEqual([
      [1, "c"],
      [2, "c"],
      [4, "a"],
      [5, "b"],
      [6, "a"],
    ]);
    const userIds = [team.reviewer.userId, second.userId].sort();
    expect(rows[0]?.origin).toEqual({ kind: "review", userIds });
    const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: made.datasetVersionId } });
    expect(version).toMatchObject({ origin: "review", reason: "checked by two", parentId: team.versionId });
    const detail = await call<ReviewDetail>("review.detail", team.engineer, { reviewId: id });
    expect(detail.resultVersion?.id).toBe(made.datasetVersionId);

    // once more onto the new version: nothing left to do, and what changed is left alone
    await expect(call("review.apply", team.engineer, { reviewId: id, reason: "again" })).rejects.toMatchObject({
      code: "INVALID",
    });
    const foreign = await makeVersion(team.engineer, team.project.id, rowsOf(1));
    await expect(
      call("review.apply", team.engineer, { reviewId: id, datasetVersionId: foreign, reason: "x" }),
    ).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("agreement", () => {
  it("compares people with one another and with the teacher, and opens the rows behind", async () => {
    const { make, team, reviewer, engineer, manager } = await makeReviewable(30);
    const second = await join(team.id);
    const { id } = await make({ reviewers: 2, auditShare: 1 }, [reviewer, second]);
    const one = windowOf(reviewer, id);
    const two = windowOf(second, id);
    for (;;) {
      const { items } = await one.next(50);
      if (items.length === 0) break;
      // odd rows are right as they are ("a"), even ones the teacher's ("b")
      const honest = items.map(({ seq, position }) =>
        position % 2 ? { seq, action: "accept" as const } : { seq, action: "correct" as const, answer: "b" },
      );
      await one.decide(...honest);
    }
    const { items } = await two.next(50);
    await two.decide(
      ...items.map(({ seq, position }) =>
        position % 2 && position > 3
          ? { seq, action: "accept" as const }
          : { seq, action: "correct" as const, answer: "b" },
      ),
    );
    const found = await call<Agreement>("review.agreement", manager, { reviewId: id });
    expect(found.unit).toBe("label");
    expect(found.pairs).toHaveLength(1);
    // 30 rows, 28 equal; marginals 15/15 and 13/17: kappa = (28/30 - 0.5) / 0.5
    expect(found.pairs[0]?.kappa).toMatchObject({ rows: 30, agreed: 28, tooFew: false });
    expect(found.pairs[0]?.kappa.value).toBeCloseTo((28 / 30 - 0.5) / 0.5, 10);
    expect(found.people.value).toBeGreaterThan(0.8);
    expect(found.people.low).toBeLessThan(found.people.value ?? 0);
    // the teacher always says "b": chance agreement explains everything
    const first = found.teacher.find(({ person }) => person.userId === reviewer.userId);
    expect(first?.kappa).toMatchObject({ value: 0, agreed: 15 });
    expect(first?.confused).toEqual([{ teacher: "b", answer: "a", rows: 15 }]);
    expect(found.audit).toMatchObject({ rows: 30, wrong: 17, tooFew: false });

    const count = async (filter: object) =>
      (await call<{ total: number }>("review.items", engineer, { reviewId: id, ...filter })).total;
    expect(await count({ userId: reviewer.userId, alsoBy: second.userId, agrees: false })).toBe(2);
    expect(await count({ userId: reviewer.userId, answer: "a", teacher: "b" })).toBe(15);
    expect(await count({ userId: reviewer.userId, agrees: true })).toBe(15);
    expect(await count({ agrees: false })).toBe(2);
    expect(await count({ reason: "audit", action: "accept" })).toBe(15);
    expect(await count({ reason: "noise" })).toBe(0);
  });

  it("says too few below twenty rows, and nothing where nobody decided", async () => {
    const { make, reviewer, engineer } = await makeReviewable(5);
    const { id } = await make();
    const before = await call<Agreement>("review.agreement", engineer, { reviewId: id });
    expect(before).toMatchObject({ pairs: [], teacher: [], withTeacher: null, audit: null, people: { rows: 0 } });
    const one = windowOf(reviewer, id);
    await one.next();
    await one.decide(...[1, 2, 3, 4, 5].map((seq) => ({ seq, action: "accept" as const })));
    const after = await call<Agreement>("review.agreement", engineer, { reviewId: id });
    expect(after.teacher[0]?.kappa).toMatchObject({ value: null, rows: 5, agreed: 0, tooFew: true });
  });
});
