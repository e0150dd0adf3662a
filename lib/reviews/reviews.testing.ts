import { randomUUID } from "node:crypto";
import { type Actor, makeActor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { Role } from "#lib/core/permissions.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeRun, makeTeam, makeUser, makeVersion } from "#lib/testing/factories.ts";
import type { TaskKind } from "#prisma/generated/client.ts";
import type { Decision, Outcome, QueueItem, ReviewItem } from "./queue-schema.ts";

/** Calls a verb whose answer is known. */
export async function call<T = Record<string, unknown>>(name: string, actor: Actor, input: object): Promise<T> {
  return (await callVerbAs(name, actor, input)) as T;
}

export const labels = ["a", "b", "c"];

/** A further member of a team. */
export async function join(teamId: string, role: Role = "reviewer"): Promise<Actor> {
  const user = await makeUser(`one more ${role}`);
  await db.membership.create({ data: { teamId, userId: user.id, role } });
  return makeActor({ kind: "session", userId: user.id, teamId, role, scopes: null, credentialId: null });
}

/** A finished labelling run with these answers by position. */
export async function makeLabels(actor: Actor, projectId: string, versionId: string, answers: Record<number, string>) {
  const runId = await makeRun(actor, projectId, "generation", {
    datasetVersionId: versionId,
    teacher: { name: "Big model" },
  });
  await db.run.update({ where: { id: runId }, data: { state: "succeeded" } });
  await db.generationResult.createMany({
    data: Object.entries(answers).map(([position, answer]) => ({
      runId,
      position: Number(position),
      status: "ok",
      answer,
    })),
  });
  return runId;
}

/** Rows `row 1`, `row 2` … with gold "a", and a teacher who says "b" to the first `doubted`. */
export async function makeReviewable(rows: number, doubted = rows) {
  const team = await makeTeam();
  const project = await makeProject(team.engineer, { labels });
  const versionId = await makeVersion(
    team.engineer,
    project.id,
    Array.from({ length: rows }, (_, at) => ({ input: `row ${at + 1}`, output: "a", holdout: at % 5 === 0 })),
  );
  const answers = Object.fromEntries(Array.from({ length: rows }, (_, at) => [at + 1, at < doubted ? "b" : "a"]));
  const runId = await makeLabels(team.engineer, project.id, versionId, answers);
  const make = (options: object = {}, people: readonly Actor[] = [team.reviewer]) =>
    call<{ id: string; itemCount: number }>("review.create", team.engineer, {
      projectId: project.id,
      datasetVersionId: versionId,
      generationRunId: runId,
      name: "Check",
      auditShare: 0,
      assignees: people.map(({ userId }) => userId),
      ...options,
    });
  return { ...team, project, versionId, runId, make };
}

type Next = { items: QueueItem[]; lost: number[]; remaining: number; decided: number; open: boolean };

/** One browser window of a person. */
export function windowOf(actor: Actor, reviewId: string, tab: string = randomUUID()) {
  return {
    next: (limit = 20, have: number[] = []) => call<Next>("review.next", actor, { reviewId, tab, limit, have }),
    async decide(...decisions: (Pick<Decision, "seq" | "action"> & Partial<Decision>)[]): Promise<Outcome[]> {
      const sent = decisions.map((decision) => ({ clientId: randomUUID(), ...decision }));
      const { results } = await call<{ results: { outcome: Outcome }[] }>("review.decide", actor, {
        reviewId,
        decisions: sent,
      });
      return results.map(({ outcome }) => outcome);
    },
  };
}

/** Lets every lease of a review run out. */
export async function expireLeases(reviewId: string): Promise<void> {
  await db.$executeRaw`UPDATE "ReviewTurn" SET "leaseUntil" = clock_timestamp() - interval '1 second' WHERE "reviewId" = ${reviewId}::uuid`;
}

type Rows = Parameters<typeof makeVersion>[2];

/** A project with these rows, and the way to make reviews of them. */
export async function startWith(rows: Rows, kind: TaskKind = "classification") {
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

/** `row 1`, `row 2` … with gold "a". */
export const rowsOf = (count: number): Rows =>
  Array.from({ length: count }, (_, at) => ({ input: `row ${at + 1}`, output: "a" }));
