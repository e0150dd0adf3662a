import type { Prisma, Tx } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { allows } from "#lib/core/permissions.ts";
import { publish } from "#lib/core/publish.ts";
import { mutation, query } from "#lib/core/verb.ts";
import type { Review } from "#prisma/generated/client.ts";
import { agreementOf } from "./agreement.ts";
import { applyReview, newestOfLine } from "./apply.ts";
import { queueAssignedMails } from "./assigned-mail.ts";
import { choicesOf } from "./choices.ts";
import { findItems } from "./items.ts";
import { lockReview } from "./lease.ts";
import { presentReview, presentSummaries } from "./present.ts";
import { queueVerbs } from "./queue.ts";
import { reviewAgreement, reviewItems } from "./queue-schema.ts";
import {
  reviewApply,
  reviewChoices,
  reviewCreate,
  reviewDelete,
  reviewDetail,
  reviewGet,
  reviewList,
  reviewPreview,
  reviewUpdate,
} from "./schema.ts";
import { selectItems, writeItems } from "./select.ts";
import { mixOf, selectionOf, taskOf } from "./selection.ts";

/** Only members of the team who may decide rows. @throws AppError INVALID */
async function checkAssignees(from: Pick<Tx, "membership">, teamId: string, ids: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(ids)];
  const members = await from.membership.findMany({
    where: { teamId, userId: { in: wanted }, user: { disabledAt: null } },
    select: { userId: true, role: true },
  });
  const able = new Set(members.filter(({ role }) => allows("review.write", role)).map(({ userId }) => userId));
  if (wanted.some((id) => !able.has(id))) {
    throw new AppError("INVALID", "Somebody who is asked cannot review.", {
      where: "assignees",
      todo: "Choose members of the team whose role is reviewer, engineer or owner.",
    });
  }
  return wanted;
}

function checkEnough(assignees: readonly string[], reviewers: number): void {
  if (assignees.length >= reviewers) return;
  throw new AppError("INVALID", `${reviewers} people per row need at least ${reviewers} people.`, {
    where: "assignees",
    todo: "Ask one more person, or one per row.",
  });
}

const preview = query(reviewPreview, async ({ db, input, found }) => {
  const task = await taskOf(db, input.projectId, found.datasetVersionId);
  const selection = await selectionOf(db, found, input, task);
  return db.$transaction(async (tx) => {
    const { found: counts, queued } = await selectItems(tx, selection);
    return { itemCount: queued.rows, mix: mixOf(selection, counts, queued) };
  });
});

const create = mutation(reviewCreate, async ({ actor, tx, input, found, audit }) => {
  const { projectId: project, datasetVersionId: version } = found;
  const task = await taskOf(tx, project.id, version);
  const selection = await selectionOf(tx, found, input, task);
  const assignees = await checkAssignees(tx, actor.teamId, input.assignees);
  checkEnough(assignees, input.reviewers);
  const { table, found: counts, queued } = await selectItems(tx, selection);
  if (queued.rows === 0) {
    throw new AppError("INVALID", "There is no row to review.", {
      where: "sources",
      todo: "Choose a labelling run, an evaluation or a random share.",
    });
  }
  const review = await tx.review.create({
    data: {
      teamId: actor.teamId,
      projectId: project.id,
      datasetVersionId: version.id,
      name: input.name,
      note: input.note,
      reviewers: input.reviewers,
      task: task as Prisma.InputJsonObject,
      mix: mixOf(selection, counts, queued),
      generationRunId: input.generationRunId ?? null,
      evaluationId: input.evaluationId ?? null,
      qualityRunId: selection.qualityRunId,
      itemCount: queued.rows,
      simulated: project.simulated || version.dataset.simulated,
      createdById: actor.userId,
      assignees: { create: assignees.map((userId) => ({ userId })) },
    },
  });
  await writeItems(tx, table, review, selection);
  const by = await tx.user.findUniqueOrThrow({ where: { id: actor.userId }, select: { id: true, name: true } });
  const about = { projectName: project.name, by: { userId: by.id, name: by.name } };
  await queueAssignedMails(tx, review, { ...about, userIds: assignees });
  await publish(tx, actor.teamId, `project:${project.id}`);
  audit(review.id, { name: review.name, itemCount: review.itemCount, assignees });
  return review;
});

const update = mutation(reviewUpdate, async ({ actor, tx, input }) => {
  const review = await lockReview(tx, input.reviewId);
  if (input.assignees) {
    const assignees = await checkAssignees(tx, actor.teamId, input.assignees);
    checkEnough(assignees, review.reviewers);
    const before = await tx.reviewAssignee.findMany({ where: { reviewId: review.id }, select: { userId: true } });
    const fresh = assignees.filter((id) => !before.some(({ userId }) => userId === id));
    await tx.reviewAssignee.deleteMany({ where: { reviewId: review.id, userId: { notIn: assignees } } });
    // what they had in front of them is free at once; what they decided stays
    await tx.reviewTurn.deleteMany({ where: { reviewId: review.id, userId: { notIn: assignees }, action: null } });
    await tx.reviewAssignee.createMany({ data: fresh.map((userId) => ({ reviewId: review.id, userId })) });
    const [project, by] = await Promise.all([
      tx.project.findUniqueOrThrow({ where: { id: review.projectId }, select: { name: true } }),
      tx.user.findUniqueOrThrow({ where: { id: actor.userId }, select: { id: true, name: true } }),
    ]);
    const about = { projectName: project.name, by: { userId: by.id, name: by.name } };
    await queueAssignedMails(tx, review, { ...about, userIds: fresh });
  }
  const { name, note, state } = input;
  await tx.review.update({
    where: { id: review.id },
    data: {
      ...(name === undefined ? {} : { name }),
      ...(note === undefined ? {} : { note }),
      ...(state === undefined ? {} : { state, closedAt: state === "closed" ? new Date() : null }),
    },
  });
  await publish(tx, actor.teamId, `review:${review.id}`, `project:${review.projectId}`);
  return { id: review.id };
});

const remove = mutation(reviewDelete, async ({ actor, tx, input, audit }) => {
  const review = await lockReview(tx, input.reviewId);
  const decided = await tx.reviewTurn.count({ where: { reviewId: review.id, action: { not: null } } });
  await tx.review.delete({ where: { id: review.id } });
  await publish(tx, actor.teamId, `review:${review.id}`, `project:${review.projectId}`);
  audit(review.id, { name: review.name, decided });
  return { id: review.id };
});

const choices = query(reviewChoices, ({ db, actor, input }) => choicesOf(db, actor.teamId, input.projectId));

const list = query(reviewList, async ({ db, actor, input }) => {
  const mine = input.mine || !actor.can("data.read");
  const rows = await db.review.findMany({
    where: {
      teamId: actor.teamId,
      ...(input.projectId ? { projectId: input.projectId } : {}),
      ...(input.state ? { state: input.state } : {}),
      ...(mine ? { assignees: { some: { userId: actor.userId } } } : {}),
      ...(input.cursor ? { id: { lt: input.cursor } } : {}),
    },
    orderBy: { id: "desc" },
    take: input.limit + 1,
  });
  const { items, nextCursor } = toPage(rows, input.limit, (row) => row.id);
  return { items: await presentSummaries(db, actor, items), nextCursor };
});

const get = query(reviewGet, async ({ db, actor, found }) => {
  const review = await presentReview(db, actor, found.reviewId);
  // To a reviewer, a review that is somebody else's is not there.
  const took = review.people.some(({ userId }) => userId === actor.userId);
  if (!actor.can("data.read") && !took) throw notFound("review");
  return review;
});

const detail = query(reviewDetail, async ({ db, actor, found }) => {
  const review: Review = found.reviewId;
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: review.datasetVersionId } });
  const [shown, line, made] = await Promise.all([
    presentReview(db, actor, review),
    db.datasetVersion.findMany({
      where: { line: version.line, state: "ready", deletedAt: null },
      include: { dataset: { select: { name: true } } },
      orderBy: { step: "desc" },
      take: 20,
    }),
    review.resultVersionId === null
      ? null
      : db.datasetVersion.findUnique({
          where: { id: review.resultVersionId },
          include: { dataset: { select: { name: true } } },
        }),
  ]);
  const named = (row: { id: string; number: number; dataset: { name: string } }) => ({
    id: row.id,
    name: `${row.dataset.name} v${row.number}`,
  });
  return {
    ...shown,
    datasetVersionId: review.datasetVersionId,
    generationRunId: review.generationRunId,
    evaluationId: review.evaluationId,
    resultVersion: made ? named(made) : null,
    targets: line.map(named),
  };
});

const items = query(reviewItems, ({ input, found }) => findItems(found.reviewId, input));

const agreement = query(reviewAgreement, ({ db, input, found }) => agreementOf(db, found.reviewId, input.audit));

const apply = mutation(reviewApply, async ({ actor, tx, input, found, audit }) => {
  const review = await lockReview(tx, input.reviewId);
  const reviewed = await tx.datasetVersion.findUniqueOrThrow({ where: { id: review.datasetVersionId } });
  const target = found.datasetVersionId ?? (await newestOfLine(tx, reviewed));
  if (target.line !== reviewed.line) {
    throw new AppError("INVALID", "That version has other rows than those that were reviewed.", {
      where: "datasetVersionId",
      todo: "Choose the reviewed version, or one made from it.",
    });
  }
  const { version, changedSince } = await applyReview(tx, actor, review, target, input.reason);
  const [open, disagreed] = await Promise.all([
    tx.reviewItem.count({ where: { reviewId: review.id, state: "open" } }),
    tx.reviewItem.count({ where: { reviewId: review.id, state: "disagreed" } }),
  ]);
  const changes = Object(version.changes) as { changed: number; removed: number };
  audit(review.id, { datasetVersionId: version.id, reason: input.reason });
  return {
    datasetVersionId: version.id,
    name: `${version.dataset.name} v${version.number}`,
    corrected: changes.changed,
    removed: changes.removed,
    changedSince,
    open,
    disagreed,
  };
});

export const reviewVerbs = [
  preview,
  create,
  choices,
  list,
  get,
  detail,
  update,
  remove,
  ...queueVerbs,
  items,
  agreement,
  apply,
];
