import { systemActor } from "#lib/core/auth.ts";
import { db, type Tx } from "#lib/core/db.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { createRun } from "#lib/jobs/runs.ts";
import type { Run } from "#prisma/generated/client.ts";
import { nameOf, type Version } from "./compared.ts";
import { policyOf } from "./policy.ts";

/** The report of a version that is waiting or under way. */
export async function activeRun(tx: Pick<Tx, "run">, version: Version): Promise<Run | null> {
  return tx.run.findFirst({
    where: {
      projectId: version.dataset.projectId,
      kind: "quality",
      state: { in: ["queued", "running"] },
      cancelRequested: false,
      payload: { path: ["datasetVersionId"], equals: version.id },
    },
    orderBy: { id: "desc" },
  });
}

/** Writes the run of a report, or answers the one under way. The caller enqueues it after the commit. */
export async function startReport(
  tx: Tx,
  author: { teamId: string; userId: string },
  version: Version,
  compareWith: string | null,
): Promise<Run> {
  return (
    (await activeRun(tx, version)) ??
    createRun(tx, systemActor(author.teamId, author.userId), {
      kind: "quality",
      projectId: version.dataset.projectId,
      title: `Check the quality of ${nameOf(version)}`,
      payload: { datasetVersionId: version.id, compareWith },
      simulated: version.dataset.simulated,
    })
  );
}

/**
 * The report that a new version gets by itself, in the transaction that makes it ready; null where the team's policy says no. The caller
 * enqueues the run after the commit; where that fails, the sweep does it.
 */
export async function queueQuality(
  tx: Tx,
  author: { teamId: string; userId: string },
  version: Version,
): Promise<Run | null> {
  const { auto } = await policyOf(tx, version.dataset.projectId);
  return auto ? startReport(tx, author, version, null) : null;
}

const sweepEveryMs = 2_000;
let sweptAtMs = Number.NEGATIVE_INFINITY;

/**
 * Reports that new versions get by themselves. Found here rather than queued where a version is made, because versions come about in many
 * ways, and none must be forgotten. A version of more than an hour ago is left alone: it is from before an update.
 */
export async function sweepReports(everyMs = sweepEveryMs): Promise<void> {
  if (performance.now() - sweptAtMs < everyMs) return;
  sweptAtMs = performance.now();
  const due = await db.$queryRaw<{ id: string }[]>`
    SELECT v."id" FROM "DatasetVersion" v JOIN "Dataset" d ON d."id" = v."datasetId"
    LEFT JOIN "QualityPolicy" p ON p."projectId" = d."projectId"
    WHERE v."state" = 'ready' AND v."readyAt" > now() - interval '1 hour' AND v."deletedAt" IS NULL AND d."deletedAt" IS NULL
      AND p."policy"->>'auto' IS DISTINCT FROM 'false'
      AND NOT EXISTS (SELECT 1 FROM "Run" r WHERE r."projectId" = d."projectId" AND r."kind" = 'quality'
        AND r."payload"->>'datasetVersionId' = v."id"::text)
    ORDER BY v."id" LIMIT 10`;
  for (const { id } of due) {
    const run = await db.$transaction(async (tx) => {
      // Several workers sweep; one of them gets the version.
      const taken = await tx.$queryRaw<
        unknown[]
      >`SELECT 1 FROM "DatasetVersion" WHERE "id" = ${id}::uuid FOR UPDATE SKIP LOCKED`;
      const version =
        taken.length > 0 && (await tx.datasetVersion.findUnique({ where: { id }, include: { dataset: true } }));
      if (
        !version ||
        (await tx.run.count({ where: { kind: "quality", payload: { path: ["datasetVersionId"], equals: id } } })) > 0
      )
        return null;
      return queueQuality(tx, { teamId: version.teamId, userId: version.createdById }, version);
    });
    if (run) await enqueueRun(run);
  }
}
