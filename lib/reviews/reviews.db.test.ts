import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { db } from "#lib/core/db.ts";
import { makeTeam } from "#lib/testing/factories.ts";
import type { ReviewItem } from "./queue-schema.ts";
import { call, expireLeases, join, makeReviewable, windowOf } from "./reviews.testing.ts";
import type { Review, ReviewSummary } from "./schema.ts";

describe("serving", () => {
  it("gives two people racing over 50 rows every row once", async () => {
    const { make, team, reviewer } = await makeReviewable(50);
    const other = await join(team.id);
    const { id, itemCount } = await make({}, [reviewer, other]);
    expect(itemCount).toBe(50);
    const served: number[][] = [];
    const work = async (actor: typeof reviewer) => {
      const mine = windowOf(actor, id);
      const seen: number[] = [];
      for (;;) {
        const { items } = await mine.next(3);
        if (items.length === 0) break;
        seen.push(...items.map(({ seq }) => seq));
        expect(new Set(await mine.decide(...items.map(({ seq }) => ({ seq, action: "accept" as const }))))).toEqual(
          new Set(["stored"]),
        );
      }
      served.push(seen);
    };
    await Promise.all([work(reviewer), work(other)]);
    const all = served.flat();
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    expect(await db.reviewItem.count({ where: { reviewId: id, state: "done" } })).toBe(50);
  });

  it("gives each row to exactly two different people where two are asked, whoever hurries", async () => {
    const { make, team, reviewer } = await makeReviewable(20);
    const people = [reviewer, await join(team.id), await join(team.id)];
    const { id } = await make({ reviewers: 2 }, people);
    await Promise.all(
      people.map(async (actor) => {
        const mine = windowOf(actor, id);
        for (;;) {
          const { items } = await mine.next(2);
          if (items.length === 0) return;
          await mine.decide(...items.map(({ seq }) => ({ seq, action: "accept" as const })));
        }
      }),
    );
    const seats = await db.reviewTurn.groupBy({
      by: ["seq"],
      where: { reviewId: id, action: "accept" },
      _count: true,
    });
    expect(seats).toHaveLength(20);
    expect(new Set(seats.map((seat) => seat._count))).toEqual(new Set([2]));
    expect(await db.reviewItem.count({ where: { reviewId: id, state: "done" } })).toBe(20);
  });

  it("gives two windows of one person different rows, and a reloaded window the same again", async () => {
    const { make, reviewer } = await makeReviewable(6);
    const { id } = await make();
    const first = windowOf(reviewer, id, "window-one");
    const second = windowOf(reviewer, id, "window-two");
    expect((await first.next(2)).items.map(({ seq }) => seq)).toEqual([1, 2]);
    expect((await second.next(2)).items.map(({ seq }) => seq)).toEqual([3, 4]);
    expect((await first.next(2)).items.map(({ seq }) => seq)).toEqual([1, 2]);
    const further = await first.next(2, [1, 2]);
    expect(further.items.map(({ seq }) => seq)).toEqual([5, 6]);
    expect(further).toMatchObject({ lost: [], remaining: 4, decided: 0 });
  });

  it("hands rows on when a lease runs out, and takes nothing from who comes late", async () => {
    const { make, team, reviewer } = await makeReviewable(2);
    const other = await join(team.id);
    const { id } = await make({}, [reviewer, other]);
    const slow = windowOf(reviewer, id);
    const quick = windowOf(other, id);
    await slow.next(2);
    expect((await quick.next(2)).items).toHaveLength(0);
    await expireLeases(id);
    expect((await quick.next(2)).items).toHaveLength(2);
    // both rows are in front of somebody else now
    expect(await slow.decide({ seq: 1, action: "reject" })).toEqual(["late"]);
    expect((await slow.next(0, [1, 2])).lost).toEqual([1, 2]);
    expect(await quick.decide({ seq: 1, action: "accept" })).toEqual(["stored"]);
    expect(await slow.decide({ seq: 1, action: "reject" })).toEqual(["late"]);
    // nobody has the second any more: what the late one says still counts
    await expireLeases(id);
    expect(await slow.decide({ seq: 2, action: "reject" })).toEqual(["stored"]);
    expect(await quick.decide({ seq: 2, action: "accept" })).toEqual(["late"]);
    const items = await db.reviewItem.findMany({ where: { reviewId: id }, orderBy: { seq: "asc" } });
    expect(items.map(({ outcome }) => outcome)).toEqual(["keep", "reject"]);
  });
});

it("has no index that would read all turns of a person or of a review to find one", async () => {
  // with one on (review, person) alone and young statistics the planner takes it: 20,000 items times 15,000 turns
  const indexes = await db.$queryRaw<
    { indexdef: string }[]
  >`SELECT indexdef FROM pg_indexes WHERE tablename = 'ReviewTurn'`;
  expect(indexes.length).toBeGreaterThan(0);
  for (const { indexdef } of indexes)
    for (const column of ['"reviewId"', "seq", '"userId"']) expect(indexdef).toContain(column);
});

describe("deciding", () => {
  it("stores a decision once however often and from wherever it is sent", async () => {
    const { make, reviewer } = await makeReviewable(3);
    const { id } = await make();
    const one = windowOf(reviewer, id);
    await one.next();
    const decision = { seq: 1, action: "reject" as const, clientId: randomUUID() };
    const sent = await Promise.all([1, 2, 3, 4].map(() => one.decide(decision)));
    expect(sent.flat().sort()).toEqual(["repeated", "repeated", "repeated", "stored"]);
    // the same row from another window, decided otherwise: the first stays
    expect(await windowOf(reviewer, id).decide({ seq: 1, action: "accept" })).toEqual(["kept"]);
    expect(await db.reviewTurn.count({ where: { reviewId: id, action: { not: null } } })).toBe(1);
    expect(await db.reviewItem.findFirstOrThrow({ where: { reviewId: id, seq: 1 } })).toMatchObject({
      state: "done",
      outcome: "reject",
      answer: null,
    });
  });

  it("takes the last decision back, and a late repeat of it does not bring it again", async () => {
    const { make, reviewer } = await makeReviewable(2);
    const { id } = await make();
    const one = windowOf(reviewer, id);
    await one.next();
    const first = { seq: 1, action: "correct" as const, answer: "c", clientId: randomUUID() };
    const back = { seq: 1, action: "undo" as const, clientId: randomUUID() };
    expect(await one.decide(first, back)).toEqual(["stored", "stored"]);
    expect(await one.decide(first)).toEqual(["repeated"]);
    expect(await one.decide(back)).toEqual(["repeated"]);
    expect((await db.reviewItem.findFirstOrThrow({ where: { reviewId: id, seq: 1 } })).state).toBe("open");
    expect(await one.decide({ seq: 1, action: "correct", answer: "b", comment: "clearly b" })).toEqual(["stored"]);
    expect(await db.reviewItem.findFirstOrThrow({ where: { reviewId: id, seq: 1 } })).toMatchObject({
      state: "done",
      answer: "b",
    });
  });

  it("refuses answers that the task does not know, and goes on with the rest", async () => {
    const { make, reviewer } = await makeReviewable(3);
    const { id } = await make();
    const one = windowOf(reviewer, id);
    await one.next();
    const outcomes = await one.decide(
      { seq: 1, action: "correct", answer: "__proto__" },
      { seq: 2, action: "correct", answer: "  " },
      { seq: 99, action: "accept" },
      { seq: 3, action: "accept" },
    );
    expect(outcomes).toEqual(["invalid", "invalid", "invalid", "stored"]);
  });

  it("lets a skipped row go to others, and not back to who skipped it", async () => {
    const { make, team, reviewer } = await makeReviewable(1);
    const other = await join(team.id);
    const { id } = await make({}, [reviewer, other]);
    const one = windowOf(reviewer, id);
    await one.next();
    expect(await one.decide({ seq: 1, action: "skip", comment: "I cannot tell" })).toEqual(["stored"]);
    expect((await one.next()).items).toHaveLength(0);
    const two = windowOf(other, id);
    expect((await two.next()).items).toHaveLength(1);
    // taking the skip back does not take the row from whoever has it now
    expect(await one.decide({ seq: 1, action: "undo" })).toEqual(["stored"]);
    expect(await one.decide({ seq: 1, action: "accept" })).toEqual(["late"]);
    expect(await two.decide({ seq: 1, action: "accept" })).toEqual(["stored"]);
  });

  it("keeps two opinions that differ open until an engineer or a third person decides", async () => {
    const { make, team, reviewer, engineer } = await makeReviewable(2);
    const people = [reviewer, await join(team.id), await join(team.id)] as const;
    const { id } = await make({ reviewers: 2 }, people);
    const [one, two, three] = people.map((actor) => windowOf(actor, id));
    if (!one || !two || !three) throw new Error("three windows");
    await one.next();
    await two.next();
    await one.decide({ seq: 1, action: "accept" }, { seq: 2, action: "correct", answer: "b" });
    await two.decide({ seq: 1, action: "reject" }, { seq: 2, action: "correct", answer: "c" });
    const { items, total } = await call<{ items: ReviewItem[]; total: number }>("review.items", engineer, {
      reviewId: id,
      state: "disagreed",
    });
    expect(total).toBe(2);
    expect(items[0]?.turns.map(({ action }) => action)).toEqual(["accept", "reject"]);
    expect((await three.next()).items).toHaveLength(0);
    expect(await call("review.settle", engineer, { reviewId: id, seq: 1, action: "ask" })).toMatchObject({
      state: "open",
    });
    expect((await three.next()).items.map(({ seq }) => seq)).toEqual([1]);
    await three.decide({ seq: 1, action: "reject" });
    expect(await db.reviewItem.findFirstOrThrow({ where: { reviewId: id, seq: 1 } })).toMatchObject({
      state: "done",
      outcome: "reject",
    });
    await call("review.settle", engineer, { reviewId: id, seq: 2, action: "correct", answer: "c" });
    expect(await one.decide({ seq: 2, action: "undo" })).toEqual(["late"]);
    const settled = await call<{ items: ReviewItem[] }>("review.items", engineer, { reviewId: id, state: "settled" });
    expect(settled.items).toMatchObject([{ seq: 2, answer: "c", settledBy: "engineer of Team" }]);
    await expect(call("review.settle", engineer, { reviewId: id, seq: 2, action: "ask" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  it("stops when the review is closed and goes on when it is opened again", async () => {
    const { make, reviewer, engineer } = await makeReviewable(1);
    const { id } = await make();
    const one = windowOf(reviewer, id);
    await one.next();
    await call("review.update", engineer, { reviewId: id, state: "closed" });
    expect(await one.decide({ seq: 1, action: "accept" })).toEqual(["closed"]);
    expect(await one.next()).toMatchObject({ items: [], open: false });
    await call("review.update", engineer, { reviewId: id, state: "open" });
    expect(await one.decide({ seq: 1, action: "accept" })).toEqual(["stored"]);
  });
});

describe("who sees what", () => {
  it("shows a reviewer the reviews they are asked for and nothing else", async () => {
    const { make, team, reviewer, manager, engineer } = await makeReviewable(3);
    const other = await join(team.id);
    const { id } = await make({}, [reviewer]);
    const listOf = async (actor: typeof reviewer) =>
      (await call<{ items: ReviewSummary[] }>("review.list", actor, {})).items.map((review) => review.id);
    expect(await listOf(reviewer)).toEqual([id]);
    expect(await listOf(other)).toEqual([]);
    expect(await listOf(manager)).toEqual([id]);
    expect(await call<Review>("review.get", reviewer, { reviewId: id })).toMatchObject({
      name: "Check",
      teacherName: "Big model",
      mine: { assigned: true, decided: 0, remaining: 3 },
    });
    for (const name of ["review.get", "review.next", "review.decide"]) {
      const input = { reviewId: id, tab: "some-tab", decisions: [{ seq: 1, action: "accept", clientId: "12345678" }] };
      await expect(call(name, other, input), name).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    await expect(windowOf(engineer, id).next()).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await windowOf(reviewer, id).next()).items).toHaveLength(3);
    await call("review.update", engineer, { reviewId: id, assignees: [other.userId] });
    await expect(windowOf(reviewer, id).next()).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await windowOf(other, id).next()).items).toHaveLength(3);
  });

  it("asks members who may decide, tells them by mail once, and needs two for two", async () => {
    const { make, team, reviewer, manager, engineer } = await makeReviewable(2);
    const stranger = (await makeTeam("Others")).reviewer;
    for (const wrong of [manager, stranger]) {
      await expect(make({}, [reviewer, wrong])).rejects.toMatchObject({ code: "INVALID" });
    }
    await expect(make({ reviewers: 2 }, [reviewer, reviewer])).rejects.toMatchObject({ code: "INVALID" });
    const silent = await join(team.id);
    await db.user.update({ where: { id: silent.userId }, data: { notifications: { reviewAssigned: "none" } } });
    const { id } = await make({}, [reviewer, silent, engineer]);
    await call("review.update", engineer, { reviewId: id, assignees: [silent.userId] });
    await call("review.update", engineer, { reviewId: id, assignees: [silent.userId, reviewer.userId] });
    const mails = await db.outboxMail.findMany({ where: { teamId: team.id, kind: "review.assigned" } });
    expect(mails.map(({ userId }) => userId)).toEqual([reviewer.userId]);
    expect(mails[0]?.text).toContain(`/reviews/${id}`);
  });
});
