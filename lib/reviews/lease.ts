import type { Tx } from "#lib/core/db.ts";
import { loadRowSet, versionRows } from "#lib/datasets/version-rows.ts";
import type { Review } from "#prisma/generated/client.ts";
import { type QueueItem, shownChars } from "./queue-schema.ts";
import type { DoubtReason } from "./schema.ts";

/** How long an item stays with the person who has it in front of them. Renewed while the window is open. */
export const leaseMinutes = 10;

const leaseEnd = `clock_timestamp() + interval '${leaseMinutes} minutes'`;

/**
 * Makes everything that gives or takes seats of one review wait for each other, and reads the review as it is now. Statements after it
 * use clock_timestamp(): now() is when the transaction began, before the wait.
 */
export async function lockReview(tx: Tx, id: string): Promise<Review> {
  await tx.$queryRaw`SELECT 1 FROM "Review" WHERE "id" = ${id}::uuid FOR NO KEY UPDATE`;
  return tx.review.findUniqueOrThrow({ where: { id } });
}

/** Seats of item `i` that count: decided ones, and leases that run. Skipping leaves the seat to others. */
const takenSql = (besides: string) =>
  `(SELECT count(*) FROM "ReviewTurn" o WHERE o."reviewId" = i."reviewId" AND o."seq" = i."seq" AND o."userId" <> ${besides}
    AND (o."action" IN ('accept', 'correct', 'reject') OR (o."action" IS NULL AND o."leaseUntil" > clock_timestamp())))`;

type Seat = { reviewId: string; userId: string; tab: string };

/** Renews the leases of items in hand. @returns those that are still the caller's */
async function renew(tx: Tx, { reviewId, userId, tab }: Seat, have: readonly number[]): Promise<number[]> {
  if (have.length === 0) return [];
  const rows = await tx.$queryRawUnsafe<{ seq: number }[]>(
    `UPDATE "ReviewTurn" t SET "leaseUntil" = ${leaseEnd}, "tab" = $4 FROM "ReviewItem" i
     WHERE t."reviewId" = $1::uuid AND t."userId" = $2::uuid AND t."seq" = ANY($3::int[]) AND t."action" IS NULL
       AND i."reviewId" = t."reviewId" AND i."seq" = t."seq" AND i."state" = 'open' AND ${takenSql('t."userId"')} < i."wanted"
     RETURNING t."seq"`,
    reviewId,
    userId,
    have,
    tab,
  );
  return rows.map(({ seq }) => seq);
}

/**
 * Items that this window of the person may get: open, undecided by them, with a seat free, and not in another window of theirs. The
 * questions are scalar subqueries on purpose: they are answered by the primary key. As a join, with statistics that lag behind, the
 * planner has compared every item with every turn.
 */
const freeSql = `i."reviewId" = $1::uuid AND i."state" = 'open'
  AND (SELECT m."action" IS NOT NULL OR (m."tab" <> $3 AND m."leaseUntil" > clock_timestamp()) FROM "ReviewTurn" m
    WHERE m."reviewId" = i."reviewId" AND m."seq" = i."seq" AND m."userId" = $2::uuid) IS NOT TRUE
  AND ${takenSql("$2::uuid")} < i."wanted"`;

async function take(
  tx: Tx,
  { reviewId, userId, tab }: Seat,
  have: readonly number[],
  limit: number,
): Promise<number[]> {
  const rows = await tx.$queryRawUnsafe<{ seq: number }[]>(
    `INSERT INTO "ReviewTurn" ("reviewId", "seq", "userId", "tab", "leaseUntil", "undoneIds")
     SELECT i."reviewId", i."seq", $2::uuid, $3, ${leaseEnd}, '{}' FROM "ReviewItem" i
     WHERE ${freeSql} AND i."seq" <> ALL($4::int[]) ORDER BY i."seq" LIMIT $5::int
     ON CONFLICT ("reviewId", "seq", "userId") DO UPDATE SET "tab" = excluded."tab", "leaseUntil" = excluded."leaseUntil"
     RETURNING "seq"`,
    reviewId,
    userId,
    tab,
    have,
    limit,
  );
  return rows.map(({ seq }) => seq).sort((a, b) => a - b);
}

/** Items left for a person in a window, those in hand included. */
export async function countRemaining(
  tx: Pick<Tx, "$queryRawUnsafe">,
  { reviewId, userId, tab }: Seat,
): Promise<number> {
  const [row] = await tx.$queryRawUnsafe<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM "ReviewItem" i WHERE ${freeSql}`,
    reviewId,
    userId,
    tab,
  );
  return row?.n ?? 0;
}

type StoredItem = Omit<QueueItem, "current" | "reasons"> & { reasons: DoubtReason[] };

/** Items with their texts, in the order of doubt. */
export async function loadItems(
  tx: Pick<Tx, "$queryRawUnsafe">,
  review: Pick<Review, "id" | "datasetVersionId">,
  seqs: readonly number[],
): Promise<QueueItem[]> {
  if (seqs.length === 0) return [];
  const rows = versionRows(await loadRowSet(review.datasetVersionId));
  const found = await tx.$queryRawUnsafe<StoredItem[]>(
    `SELECT i."seq", i."position", left(r."input", ${shownChars}) AS input, length(r."input") > ${shownChars} AS cut, i."gold", i."teacher", i."student",
       i."confidence", i."reasons", i."remark", i."suggested", i."doubt", i."copies"
     FROM "ReviewItem" i JOIN ${rows} r ON r."position" = i."position"
     WHERE i."reviewId" = $1::uuid AND i."seq" = ANY($2::int[]) ORDER BY i."seq"`,
    review.id,
    seqs,
  );
  return found.map((item) => ({ ...item, current: item.gold ?? item.teacher }));
}

/** Leases up to `limit` further items and renews those in hand. The caller holds the lock of `lockReview`. */
export async function nextItems(
  tx: Tx,
  review: Review,
  seat: Omit<Seat, "reviewId">,
  have: readonly number[],
  limit: number,
) {
  const whole = { reviewId: review.id, ...seat };
  const kept = new Set(await renew(tx, whole, have));
  const taken = limit > 0 ? await take(tx, whole, have, limit) : [];
  return {
    items: await loadItems(tx, review, taken),
    lost: have.filter((seq) => !kept.has(seq)),
    remaining: await countRemaining(tx, whole),
  };
}
