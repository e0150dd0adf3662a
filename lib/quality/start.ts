import { systemActor } from "#lib/core/auth.ts";
import type { Tx } from "#lib/core/db.ts";
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
