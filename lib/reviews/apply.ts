import type { Actor } from "#lib/core/actor.ts";
import type { Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { deriveVersion } from "#lib/datasets/derive.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import type { Dataset, DatasetVersion, Review } from "#prisma/generated/client.ts";

type Target = DatasetVersion & { dataset: Dataset };

/** The version that decisions go on: the newest ready one of the line that was reviewed. */
export async function newestOfLine(tx: Pick<Tx, "datasetVersion">, reviewed: DatasetVersion): Promise<Target> {
  return tx.datasetVersion.findFirstOrThrow({
    where: { line: reviewed.line, state: "ready", dataset: { deletedAt: null } },
    orderBy: { step: "desc" },
    include: { dataset: true },
  });
}

/** Decided items with the rows of `target` that they are about, as long as input and answer are still those that people saw. */
const decidedSql = (target: DatasetVersion) =>
  `FROM "ReviewItem" i JOIN ${versionRows(target)} r
     ON r."inputHash" = i."inputHash" AND r."output" IS NOT DISTINCT FROM i."gold" AND (i."copies" > 1 OR r."position" = i."position")
   WHERE i."reviewId" = $1::uuid AND i."state" IN ('done', 'settled')`;

/** A hash join over rows of one version: the position is known for most items, and the index serves those. */
const singleSql = (target: DatasetVersion) =>
  `FROM "ReviewItem" i JOIN ${versionRows(target)} r ON r."position" = i."position" AND r."inputHash" = i."inputHash"
     AND r."output" IS NOT DISTINCT FROM i."gold"
   WHERE i."reviewId" = $1::uuid AND i."state" IN ('done', 'settled')`;

/** Who decided an item, for the origin of its row. */
const deciders = `(SELECT coalesce(jsonb_agg(DISTINCT u), '[]') FROM (
    SELECT t."userId" AS u FROM "ReviewTurn" t WHERE t."reviewId" = i."reviewId" AND t."seq" = i."seq" AND t."action" IN ('accept', 'correct', 'reject')
    UNION SELECT i."settledById" WHERE i."settledById" IS NOT NULL) people)`;

/**
 * Makes a version of the decisions: corrections (and accepted answers of the teacher, where there was no gold) become the gold answer,
 * rejected rows go. Rows that differ from what people saw stay as they are. Open and disagreed items have no effect.
 * @throws AppError INVALID where nothing would change
 */
export async function applyReview(tx: Tx, actor: Actor, review: Review, target: Target, reason: string) {
  // Up to 20,000 decisions on a version of millions, in one go: more than a page's statements may.
  await tx.$executeRawUnsafe("SET LOCAL statement_timeout = '28s'");
  const [copied] = await tx.$queryRaw<{ any: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM "ReviewItem" WHERE "reviewId" = ${review.id}::uuid AND "copies" > 1) AS any`;
  const decided = copied?.any ? decidedSql(target) : singleSql(target);
  const version = await deriveVersion(tx, {
    actor,
    parent: target,
    origin: "review",
    reason,
    stage: async (t, table) => {
      await t.$executeRawUnsafe(
        `INSERT INTO ${table} ("position", "gone", "setOutput", "output", "origin")
         SELECT r."position", i."outcome" = 'reject', i."outcome" = 'keep', i."answer",
           jsonb_build_object('kind', 'review', 'userIds', ${deciders})
         ${decided} AND (i."outcome" = 'reject' OR i."answer" IS DISTINCT FROM i."gold")`,
        review.id,
      );
    },
  }).catch((error: unknown) => {
    if (error instanceof AppError && error.message === "Nothing would change.") {
      throw new AppError("INVALID", "The decisions change no row of this version.", {
        todo: "Every decided row was accepted as it is, or has changed since. Go on reviewing, or choose another version.",
      });
    }
    throw error;
  });
  const [stale] = await tx.$queryRawUnsafe<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM "ReviewItem" d WHERE d."reviewId" = $1::uuid AND d."state" IN ('done', 'settled')
       AND NOT EXISTS (SELECT 1 FROM ${versionRows(target)} r WHERE r."position" = d."position" AND r."inputHash" = d."inputHash"
         AND r."output" IS NOT DISTINCT FROM d."gold")`,
    review.id,
  );
  await tx.review.update({ where: { id: review.id }, data: { resultVersionId: version.id } });
  return { version, changedSince: stale?.n ?? 0 };
}
