import type { Actor } from "#lib/core/actor.ts";
import type { Tx } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { mutation, query } from "#lib/core/verb.ts";
import type { Review } from "#prisma/generated/client.ts";
import { answerChecker } from "./answers.ts";
import { decideItems, outcomeOf, updateItem } from "./decide.ts";
import { lockReview, nextItems } from "./lease.ts";
import { reviewDecide, reviewNext, reviewSettle } from "./queue-schema.ts";
import { verdictOf } from "./resolve.ts";
import { ItemState, ReviewTask } from "./schema.ts";

/** Rows are decided by those who are asked. @throws AppError NOT_FOUND to a reviewer, FORBIDDEN to whoever may see the review */
async function checkAsked(tx: Tx, actor: Actor, review: Review): Promise<void> {
  const key = { reviewId: review.id, userId: actor.userId };
  if (await tx.reviewAssignee.findUnique({ where: { reviewId_userId: key } })) return;
  if (!actor.can("data.read")) throw notFound("review");
  throw new AppError("FORBIDDEN", "You are not asked for this review.", {
    where: review.name,
    todo: "Add yourself to the people who are asked, on the review's page.",
  });
}

/** A query though it leases: it changes nothing that a person has said, and there is one for every few rows. */
const next = query(reviewNext, ({ db, actor, input }) =>
  db.$transaction(async (tx) => {
    const review = await lockReview(tx, input.reviewId);
    await checkAsked(tx, actor, review);
    const seat = { userId: actor.userId, tab: input.tab };
    const decided = await tx.reviewTurn.count({
      where: { reviewId: review.id, userId: actor.userId, action: { in: ["accept", "correct", "reject"] } },
    });
    if (review.state === "closed") return { items: [], lost: input.have, remaining: 0, decided, open: false };
    return { ...(await nextItems(tx, review, seat, input.have, input.limit)), decided, open: true };
  }),
);

const decide = mutation(reviewDecide, async ({ actor, tx, input, audit }) => {
  const review = await lockReview(tx, input.reviewId);
  await checkAsked(tx, actor, review);
  const results = await decideItems(tx, review, actor.userId, input.decisions);
  // Which rows and how, but not what was typed: that stands with the item.
  audit(review.id, {
    decisions: input.decisions.map(({ seq, action }, at) => `${seq} ${action} ${results[at]?.outcome ?? ""}`),
  });
  await publish(tx, actor.teamId, `review:${review.id}`);
  return { results };
});

const settle = mutation(reviewSettle, async ({ actor, tx, input, audit }) => {
  const review = await lockReview(tx, input.reviewId);
  const key = { reviewId_seq: { reviewId: review.id, seq: input.seq } };
  const item = await tx.reviewItem.findUnique({ where: key });
  if (!item) throw notFound("item");
  audit(review.id, { seq: input.seq, action: input.action });
  await publish(tx, actor.teamId, `review:${review.id}`);
  if (input.action === "ask") {
    const asked = await tx.reviewAssignee.count({ where: { reviewId: review.id } });
    if (item.state !== "disagreed" || item.wanted >= 3 || asked < 3) {
      throw new AppError("CONFLICT", "A third person can be asked where two disagree, and three or more are asked.", {
        where: `item ${input.seq}`,
        todo: "Ask one more person for this review, or decide the row yourself.",
      });
    }
    await tx.reviewItem.update({ where: key, data: { wanted: 3 } });
    await updateItem(tx, { ...item, wanted: 3 });
  } else {
    const current = item.gold ?? item.teacher;
    const answer = input.action === "correct" ? answerChecker(ReviewTask.parse(review.task))(input.answer) : null;
    const verdict = verdictOf({ action: input.action, answer }, current);
    if (!verdict)
      throw new AppError("INVALID", "There is no answer to accept.", { todo: "Correct the row, or reject it." });
    const data = { state: "settled", settledById: actor.userId, settledAt: new Date(), ...outcomeOf(verdict) };
    await tx.reviewItem.update({ where: key, data });
  }
  const { state } = await tx.reviewItem.findUniqueOrThrow({ where: key, select: { state: true } });
  return { seq: input.seq, state: ItemState.parse(state) };
});

export const queueVerbs = [next, decide, settle] as const;
