import type { Actor } from "#lib/core/actor.ts";
import type { Db } from "#lib/core/db.ts";
import type { Review as ReviewRow } from "#prisma/generated/client.ts";
import { ItemState, type Review, ReviewMix, type ReviewPerson, type ReviewSummary, ReviewTask } from "./schema.ts";

type Reader = Pick<
  Db,
  | "$queryRaw"
  | "project"
  | "user"
  | "reviewItem"
  | "reviewAssignee"
  | "datasetVersion"
  | "run"
  | "evaluation"
  | "student"
>;

const left = "someone who left";

type Mine = { reviewId: string; decided: number; openDone: number };

/** For each review: what a person has decided, and how many of the open items they are through with. */
async function mineOf(db: Reader, reviewIds: string[], userId: string): Promise<Map<string, Mine>> {
  const rows = await db.$queryRaw<Mine[]>`
    SELECT m."reviewId", count(*) FILTER (WHERE m."action" <> 'skip')::int AS decided,
      count(*) FILTER (WHERE i."state" = 'open')::int AS "openDone"
    FROM "ReviewTurn" m JOIN "ReviewItem" i ON i."reviewId" = m."reviewId" AND i."seq" = m."seq"
    WHERE m."reviewId" = ANY(${reviewIds}::uuid[]) AND m."userId" = ${userId}::uuid AND m."action" IS NOT NULL GROUP BY 1`;
  return new Map(rows.map((row) => [row.reviewId, row]));
}

/** Reviews as lists show them. */
export async function presentSummaries(
  db: Reader,
  actor: Actor,
  reviews: readonly ReviewRow[],
): Promise<ReviewSummary[]> {
  const ids = reviews.map(({ id }) => id);
  const [projects, users, states, mine, asked] = await Promise.all([
    db.project.findMany({
      where: { id: { in: reviews.map(({ projectId }) => projectId) } },
      select: { id: true, name: true },
    }),
    db.user.findMany({
      where: { id: { in: reviews.map(({ createdById }) => createdById) } },
      select: { id: true, name: true },
    }),
    db.reviewItem.groupBy({ by: ["reviewId", "state"], where: { reviewId: { in: ids } }, _count: true }),
    mineOf(db, ids, actor.userId),
    db.reviewAssignee.findMany({ where: { reviewId: { in: ids }, userId: actor.userId }, select: { reviewId: true } }),
  ]);
  const nameOf = (rows: { id: string; name: string }[], id: string) => rows.find((row) => row.id === id)?.name;
  return reviews.map((review) => {
    const items = { open: 0, disagreed: 0, done: 0, settled: 0 };
    for (const row of states) if (row.reviewId === review.id) items[ItemState.parse(row.state)] = row._count;
    const assigned = asked.some(({ reviewId }) => reviewId === review.id);
    const own = mine.get(review.id);
    return {
      id: review.id,
      projectId: review.projectId,
      projectName: nameOf(projects, review.projectId) ?? "",
      name: review.name,
      state: review.state,
      simulated: review.simulated,
      reviewers: review.reviewers,
      itemCount: review.itemCount,
      items,
      mine: {
        assigned,
        decided: own?.decided ?? 0,
        remaining: assigned && review.state === "open" ? items.open - (own?.openDone ?? 0) : 0,
      },
      createdBy: nameOf(users, review.createdById) ?? left,
      createdAt: review.createdAt.toISOString(),
    };
  });
}

/** A look at a row longer than this was an interruption. */
const longestLookMs = 120_000;
const fewestForPace = 5;

/** What each person of a review has done, those still asked first. */
async function peopleOf(db: Reader, reviewId: string): Promise<ReviewPerson[]> {
  type Done = { userId: string; accepted: number; corrected: number; rejected: number; skipped: number; ms: number };
  const [done, assignees] = await Promise.all([
    db.$queryRaw<Done[]>`
      SELECT "userId", count(*) FILTER (WHERE "action" = 'accept')::int AS accepted, count(*) FILTER (WHERE "action" = 'correct')::int AS corrected,
        count(*) FILTER (WHERE "action" = 'reject')::int AS rejected, count(*) FILTER (WHERE "action" = 'skip')::int AS skipped,
        coalesce(sum(least("tookMs", ${longestLookMs})), 0)::float8 AS ms
      FROM "ReviewTurn" WHERE "reviewId" = ${reviewId}::uuid AND "action" IS NOT NULL GROUP BY 1`,
    db.reviewAssignee.findMany({ where: { reviewId }, select: { userId: true } }),
  ]);
  const assigned = new Set(assignees.map(({ userId }) => userId));
  const ids = [...new Set([...assigned, ...done.map(({ userId }) => userId)])];
  const users = await db.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const people = ids.map((userId) => {
    const did = done.find((row) => row.userId === userId);
    const { accepted = 0, corrected = 0, rejected = 0, skipped = 0, ms = 0 } = did ?? {};
    const decided = accepted + corrected + rejected;
    return {
      userId,
      name: users.find(({ id }) => id === userId)?.name ?? left,
      assigned: assigned.has(userId),
      accepted,
      corrected,
      rejected,
      skipped,
      rowsPerHour: decided >= fewestForPace && ms > 0 ? ((decided + skipped) * 3_600_000) / ms : null,
    };
  });
  return people.sort((a, b) => Number(b.assigned) - Number(a.assigned) || a.name.localeCompare(b.name, "en"));
}

/** One review for everybody who may see it. */
export async function presentReview(db: Reader, actor: Actor, review: ReviewRow): Promise<Review> {
  const [[summary], people, version, run, evaluation] = await Promise.all([
    presentSummaries(db, actor, [review]),
    peopleOf(db, review.id),
    db.datasetVersion.findUniqueOrThrow({
      where: { id: review.datasetVersionId },
      select: { number: true, dataset: { select: { name: true } } },
    }),
    review.generationRunId === null
      ? null
      : db.run.findUnique({ where: { id: review.generationRunId }, select: { payload: true } }),
    review.evaluationId === null
      ? null
      : db.evaluation.findUnique({ where: { id: review.evaluationId }, select: { studentId: true } }),
  ]);
  if (!summary) throw new Error("a review has a summary");
  const student =
    evaluation && (await db.student.findUnique({ where: { id: evaluation.studentId }, select: { name: true } }));
  const teacher: unknown = Object(Object(run?.payload).teacher).name;
  return {
    ...summary,
    note: review.note,
    task: ReviewTask.parse(review.task),
    mix: ReviewMix.parse(review.mix),
    versionName: `${version.dataset.name} v${version.number}`,
    teacherName: run ? (typeof teacher === "string" ? teacher : "Teacher") : null,
    studentName: evaluation ? (student?.name ?? "Student") : null,
    people,
  };
}
