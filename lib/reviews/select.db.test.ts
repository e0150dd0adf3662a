import { describe, expect, it } from "vitest";
import { db } from "#lib/core/db.ts";
import { deriveVersion } from "#lib/datasets/derive.ts";
import { stageChanges } from "#lib/datasets/staged.ts";
import { makeRun, makeVersion } from "#lib/testing/factories.ts";
import type { ReviewItem } from "./queue-schema.ts";
import { call, makeLabels, makeReviewable, rowsOf, startWith } from "./reviews.testing.ts";
import type { ReviewDetail, ReviewMix } from "./schema.ts";

type Team = Awaited<ReturnType<typeof startWith>>;

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
    suggestion: "c",
    note: "rather c",
  }));
  const other = { runId, check: "duplicate", seq: 1, position: 6, score: null, note: "" };
  await db.qualityFinding.createMany({ data: [...noise, other] });
}

describe("the queue", () => {
  it("mixes disagreement, suspects and low confidence by doubt; more reasons are more doubt", async () => {
    const team = await startWith(rowsOf(6));
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
    expect(items[0]).toMatchObject({
      gold: "a",
      teacher: "b",
      student: null,
      remark: "rather c",
      suggested: "c",
      current: "a",
    });
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
    const team = await startWith([
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
    const team = await startWith(
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
    const team = await startWith(rowsOf(3));
    const generationRunId = await makeLabels(team.engineer, team.project.id, team.versionId, {
      1: "b",
      2: "b",
      3: "b",
    });
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
          stageChanges(
            t,
            table,
            [
              { position: 1, gone: true },
              { position: 2, input: "another text" },
            ],
            0,
          ),
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
