import type { Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import type { Review, ReviewItem, ReviewTurn } from "#prisma/generated/client.ts";
import { answerChecker } from "./answers.ts";
import { leaseMinutes } from "./lease.ts";
import type { Decision, Outcome } from "./queue-schema.ts";
import { resolve, type Verdict } from "./resolve.ts";
import { DecisionAction, ReviewTask } from "./schema.ts";

type Item = ReviewItem & { turns: ReviewTurn[] };
type Result = { seq: number; clientId: string; outcome: Outcome; message: string | null };

const messages: Record<Exclude<Outcome, "stored" | "repeated" | "invalid">, string> = {
  kept: "You have decided this row before; that decision stays. Undo it to change it.",
  late: "Others have decided this row meanwhile.",
  closed: "The review is closed.",
};

/** The action of a stored turn. */
export const actionOf = (turn: Pick<ReviewTurn, "action">) =>
  turn.action === null ? null : DecisionAction.parse(turn.action);

/** Writes what the turns of an item come to. An item that somebody settled stays so. */
export async function updateItem(
  tx: Tx,
  item: Pick<Item, "reviewId" | "seq" | "gold" | "teacher" | "wanted">,
): Promise<void> {
  const turns = await tx.reviewTurn.findMany({ where: { reviewId: item.reviewId, seq: item.seq } });
  const said = turns.map((turn) => ({ userId: turn.userId, action: actionOf(turn), answer: turn.answer }));
  const { state, verdict } = resolve(said, item.wanted, item.gold ?? item.teacher);
  await tx.reviewItem.update({
    where: { reviewId_seq: { reviewId: item.reviewId, seq: item.seq } },
    data: { state, ...outcomeOf(verdict) },
  });
}

/** The columns of a verdict. */
export function outcomeOf(verdict: Verdict | null) {
  return { outcome: verdict?.outcome ?? null, answer: verdict?.outcome === "keep" ? verdict.answer : null };
}

/**
 * Stores decisions of one person in the order given. Each is one effect however often it is sent: known by its client id. Who comes late
 * (the lease ran out and others have the seats) changes nothing. The caller holds the lock of `lockReview`.
 */
export async function decideItems(
  tx: Tx,
  review: Review,
  userId: string,
  decisions: readonly Decision[],
): Promise<Result[]> {
  const check = answerChecker(ReviewTask.parse(review.task));
  const results: Result[] = [];
  for (const decision of decisions) {
    const { seq, clientId } = decision;
    const told = (outcome: Outcome, message: string | null) => results.push({ seq, clientId, outcome, message });
    if (review.state === "closed") {
      told("closed", messages.closed);
      continue;
    }
    const item = await tx.reviewItem.findUnique({
      where: { reviewId_seq: { reviewId: review.id, seq } },
      include: { turns: true },
    });
    if (!item) {
      told("invalid", `The review has no item ${seq}.`);
      continue;
    }
    const mine = item.turns.find((turn) => turn.userId === userId);
    if (decision.action === "undo") {
      const outcome = await undo(tx, item, mine, clientId);
      told(outcome, outcome === "late" ? messages.late : null);
      continue;
    }
    const before = standing(item, mine, decision, await othersOf(tx, item, userId));
    if (before !== null) {
      told(before, before === "repeated" ? null : messages[before]);
      continue;
    }
    let answer: string | null = null;
    try {
      if (decision.action === "correct") answer = check(decision.answer);
      if (decision.action === "accept" && item.gold === null && item.teacher === null) {
        throw new AppError("INVALID", "There is no answer to accept.", { todo: "Correct the row, or reject it." });
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      told("invalid", `${error.message} ${error.detail.todo ?? ""}`.trim());
      continue;
    }
    await store(tx, item, userId, { ...decision, answer });
    await updateItem(tx, item);
    told("stored", null);
  }
  return results;
}

/** Seats of others: how many have decided, and how many leases run. */
async function othersOf(tx: Tx, item: Item, userId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM "ReviewTurn" WHERE "reviewId" = ${item.reviewId}::uuid AND "seq" = ${item.seq} AND "userId" <> ${userId}::uuid
      AND ("action" IN ('accept', 'correct', 'reject') OR ("action" IS NULL AND "leaseUntil" > clock_timestamp()))`;
  return row?.n ?? 0;
}

/** Why a decision has no effect; null when it has. */
function standing(item: Item, mine: ReviewTurn | undefined, decision: Decision, others: number) {
  if (mine?.clientId === decision.clientId || mine?.undoneIds.includes(decision.clientId)) return "repeated";
  if (mine?.action) return "kept";
  if (item.state === "settled") return "late";
  // Leaving a row to others needs no seat.
  return decision.action !== "skip" && others >= item.wanted ? "late" : null;
}

async function store(tx: Tx, item: Item, userId: string, decision: Decision): Promise<void> {
  const { reviewId, seq } = item;
  const data = {
    action: decision.action,
    answer: decision.answer,
    comment: decision.comment,
    clientId: decision.clientId,
    tookMs: Math.round(decision.tookMs),
    decidedAt: new Date(),
  };
  await tx.reviewTurn.upsert({
    where: { reviewId_seq_userId: { reviewId, seq, userId } },
    create: { reviewId, seq, userId, tab: "", leaseUntil: new Date(0), undoneIds: [], ...data },
    update: data,
  });
}

/** Takes the person's own decision back; the row is in front of them again. */
async function undo(tx: Tx, item: Item, mine: ReviewTurn | undefined, clientId: string): Promise<Outcome> {
  if (!mine?.action || mine.undoneIds.includes(clientId)) return "repeated";
  if (item.state === "settled") return "late";
  const { reviewId, seq, userId } = mine;
  const undone = [...mine.undoneIds, ...(mine.clientId ? [mine.clientId] : []), clientId];
  await tx.reviewTurn.update({
    where: { reviewId_seq_userId: { reviewId, seq, userId } },
    data: { action: null, answer: null, comment: "", clientId: null, decidedAt: null, tookMs: 0, undoneIds: undone },
  });
  // After a skip the seat may be somebody else's by now.
  const held = (await othersOf(tx, item, userId)) < item.wanted;
  await tx.$executeRaw`UPDATE "ReviewTurn"
    SET "leaseUntil" = CASE WHEN ${held} THEN clock_timestamp() + make_interval(mins => ${leaseMinutes}::int) ELSE to_timestamp(0) END
    WHERE "reviewId" = ${reviewId}::uuid AND "seq" = ${seq} AND "userId" = ${userId}::uuid`;
  await updateItem(tx, item);
  return "stored";
}
