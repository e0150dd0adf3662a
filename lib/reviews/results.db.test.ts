import { describe, expect, it } from "vitest";
import { db, pool } from "#lib/core/db.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import { makeVersion } from "#lib/testing/factories.ts";
import type { Agreement } from "./queue-schema.ts";
import { call, join, makeLabels, makeReviewable, rowsOf, startWith, windowOf } from "./reviews.testing.ts";
import type { ReviewDetail } from "./schema.ts";

describe("making a version", () => {
  const contentOf = async (versionId: string) => {
    const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
    const { rows } = await pool.query(
      `SELECT "position", "output", "origin" FROM ${versionRows(version)} r ORDER BY "position"`,
    );
    return rows as { position: number; output: string | null; origin: unknown }[];
  };

  it("corrects, removes, leaves what was accepted, open or disputed, and applies to copies too", async () => {
    const team = await startWith([
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

it("a review goes with its decisions, and what was made of it stays", async () => {
  const { make, reviewer, engineer, versionId } = await makeReviewable(3);
  const { id } = await make();
  const one = windowOf(reviewer, id);
  await one.next();
  await one.decide({ seq: 1, action: "correct", answer: "c" });
  const { datasetVersionId } = await call<{ datasetVersionId: string }>("review.apply", engineer, {
    reviewId: id,
    reason: "checked",
  });
  await call("review.delete", engineer, { reviewId: id });
  await expect(one.decide({ seq: 2, action: "accept" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await db.reviewTurn.count({ where: { reviewId: id } })).toBe(0);
  expect(await db.datasetVersion.count({ where: { id: { in: [versionId, datasetVersionId] } } })).toBe(2);
  const entry = await db.auditEntry.findFirst({ where: { action: "review.delete", targetId: id } });
  expect(entry?.data).toEqual({ name: "Check", decided: 1 });
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
