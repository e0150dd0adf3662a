import { db, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { mutation, query } from "#lib/core/verb.ts";
import { env } from "#lib/env.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import type { Run } from "#prisma/generated/client.ts";
import { datasetDelete, datasetDeleted, datasetRestore, versionDelete, versionRestore } from "./deletion-schema.ts";
import { needsOf, needWords } from "./dependents.ts";
import { namesOf, presentVersion, readDataset } from "./present.ts";

const dayMs = 24 * 3_600_000;
const mostListed = 100;

/** When what was deleted then is purged at the earliest. */
function restorableUntil(deletedAt: Date): string {
  return new Date(deletedAt.getTime() + env.STILLHOUSE_PURGE_DAYS * dayMs).toISOString();
}

/**
 * Makes deletions, changes and imports of a project wait for each other, in one order: first the project, then the dataset. `deriveVersion`
 * takes the dataset alone.
 */
async function lock(tx: Tx, projectId: string, datasetId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Project" WHERE "id" = ${projectId}::uuid FOR NO KEY UPDATE`;
  await tx.$queryRaw`SELECT 1 FROM "Dataset" WHERE "id" = ${datasetId}::uuid FOR NO KEY UPDATE`;
}

/** A quality report is made by itself and only about the version: it goes with it, without a question. */
const isReport = (run: Run | undefined) => run?.kind === "quality";

/** Asks runs to stop, as `run.cancel` does; their handlers clean up behind them. */
async function cancelRuns(tx: Tx, runs: readonly Run[]): Promise<void> {
  for (const run of runs) {
    await tx.run.updateMany({
      where: { id: run.id, state: { in: ["queued", "running", "paused"] } },
      data: { cancelRequested: true, wakeAt: null },
    });
    // A waiting run is cancelled by its handler too, so that there is one place that cleans up.
    await tx.run.updateMany({ where: { id: run.id, state: "paused" }, data: { state: "queued" } });
    await publish(tx, run.teamId, `run:${run.id}`);
  }
}

/** Delivers a run as it is now. */
async function deliver(id: string): Promise<void> {
  const run = await db.run.findUnique({ where: { id } });
  if (run) await enqueueRun(run);
}

const removeDataset = mutation(datasetDelete, async ({ tx, actor, input, found, after }) => {
  const { id, name, projectId } = found.datasetId;
  await lock(tx, projectId, id);
  const versions = await tx.datasetVersion.findMany({ where: { datasetId: id }, select: { id: true } });
  const needs = await needsOf(
    tx,
    projectId,
    versions.map((version) => version.id),
  );
  const runs = needs.flatMap(({ run }) => run ?? []);
  const rest = needs.filter(({ run }) => (input.cancelRuns ? !run : !isReport(run)));
  if (rest.length > 0) {
    throw new AppError("CONFLICT", `"${name}" cannot be deleted: ${needWords(rest)}`, {
      where: name,
      todo: rest.every(({ run }) => run)
        ? "Wait for it, or delete with cancelRuns to cancel it first."
        : "What a result rests on is kept; delete the result first where that is meant.",
    });
  }
  await cancelRuns(tx, runs);
  for (const run of runs) after(() => deliver(run.id));
  const deletedAt = new Date();
  await tx.dataset.update({ where: { id }, data: { deletedAt } });
  await publish(tx, actor.teamId, `project:${projectId}`);
  return { id, restorableUntil: restorableUntil(deletedAt) };
});

/** A name that no other dataset of the project has. */
async function freeName(tx: Tx, projectId: string, name: string): Promise<string> {
  const others = await tx.dataset.findMany({
    where: { projectId, deletedAt: null, name: { startsWith: name } },
    select: { name: true },
  });
  const taken = new Set(others.map((other) => other.name));
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name.slice(0, 110)} (${number})`;
  return free;
}

const restoreDataset = mutation(datasetRestore, async ({ tx, actor, found }) => {
  const { id, name, projectId } = found.datasetId;
  await lock(tx, projectId, id);
  const data = { deletedAt: null, name: await freeName(tx, projectId, name) };
  const { count } = await tx.dataset.updateMany({ where: { id, purgedAt: null }, data });
  if (count === 0) throw new AppError("CONFLICT", `"${name}" is being purged; it cannot be restored any more.`);
  await publish(tx, actor.teamId, `project:${projectId}`);
  return readDataset(tx, id);
});

const removeVersion = mutation(versionDelete, async ({ tx, actor, found, after }) => {
  const { id, datasetId, number, dataset } = found.datasetVersionId;
  const named = `${dataset.name} v${number}`;
  await lock(tx, dataset.projectId, datasetId);
  const others = await tx.datasetVersion.findMany({
    where: { datasetId, deletedAt: null, id: { not: id } },
    select: { number: true, parentId: true },
    orderBy: { number: "asc" },
  });
  if (others.length === 0) {
    throw new AppError("CONFLICT", `${named} is the only version.`, { where: named, todo: "Delete the dataset." });
  }
  const children = others.filter(({ parentId }) => parentId === id);
  const needs = [
    ...(children.length === 0
      ? []
      : [
          { kind: "version" as const, says: `v${children.map((child) => child.number).join(", v")} was made from it.` },
        ]),
    ...(await needsOf(tx, dataset.projectId, [id])),
  ];
  const reports = needs.flatMap((need) => ("run" in need && need.run && isReport(need.run) ? need.run : []));
  const rest = needs.filter((need) => !("run" in need && isReport(need.run)));
  if (rest.length > 0) {
    throw new AppError("CONFLICT", `${named} cannot be deleted: ${needWords(rest)}`, {
      where: named,
      todo: "Cancel or delete what needs it first.",
    });
  }
  await cancelRuns(tx, reports);
  for (const run of reports) after(() => deliver(run.id));
  const deletedAt = new Date();
  await tx.datasetVersion.update({ where: { id }, data: { deletedAt } });
  await publish(tx, actor.teamId, `project:${dataset.projectId}`);
  return { id, restorableUntil: restorableUntil(deletedAt) };
});

const restoreVersion = mutation(versionRestore, async ({ tx, actor, found }) => {
  const { id, datasetId, number, dataset, parentId } = found.datasetVersionId;
  const named = `${dataset.name} v${number}`;
  await lock(tx, dataset.projectId, datasetId);
  const parent = parentId ? await tx.datasetVersion.findUnique({ where: { id: parentId } }) : null;
  if (parent?.deletedAt) {
    throw new AppError("CONFLICT", `v${parent.number}, from which ${named} was made, is deleted.`, {
      where: named,
      todo: `Restore v${parent.number} first.`,
    });
  }
  const { count } = await tx.datasetVersion.updateMany({ where: { id, purgedAt: null }, data: { deletedAt: null } });
  if (count === 0) throw new AppError("CONFLICT", `${named} is being purged; it cannot be restored any more.`);
  await publish(tx, actor.teamId, `project:${dataset.projectId}`);
  const version = await tx.datasetVersion.findUniqueOrThrow({ where: { id }, include: { dataset: true } });
  const { report: _, ...shown } = presentVersion(version, await namesOf(tx, [version.createdById]));
  return shown;
});

const deleted = query(datasetDeleted, async ({ db, input }) => {
  const newest = { orderBy: { deletedAt: "desc" }, take: mostListed } as const;
  const [datasets, versions] = await Promise.all([
    db.dataset.findMany({
      where: { projectId: input.projectId, deletedAt: { not: null }, purgedAt: null },
      include: { versions: { where: { deletedAt: null }, select: { number: true, rowCount: true } } },
      ...newest,
    }),
    db.datasetVersion.findMany({
      where: { deletedAt: { not: null }, purgedAt: null, dataset: { projectId: input.projectId, deletedAt: null } },
      include: { dataset: { select: { name: true } } },
      ...newest,
    }),
  ]);
  const items = [
    ...datasets.flatMap(({ id, name, versions, deletedAt }) =>
      deletedAt
        ? [
            {
              kind: "dataset" as const,
              id,
              name,
              number: null,
              versions: versions.length,
              rows: newestRows(versions),
              deletedAt,
            },
          ]
        : [],
    ),
    ...versions.flatMap(({ id, dataset, number, rowCount, deletedAt }) =>
      deletedAt
        ? [{ kind: "version" as const, id, name: dataset.name, number, versions: 1, rows: rowCount, deletedAt }]
        : [],
    ),
  ];
  items.sort((a, b) => b.deletedAt.getTime() - a.deletedAt.getTime());
  return {
    items: items.slice(0, mostListed).map((item) => ({ ...item, restorableUntil: restorableUntil(item.deletedAt) })),
  };
});

function newestRows(versions: readonly { number: number; rowCount: number }[]): number {
  return versions.reduce((newest, version) => (version.number > newest.number ? version : newest), {
    number: 0,
    rowCount: 0,
  }).rowCount;
}

export const deletionVerbs = [removeDataset, restoreDataset, deleted, removeVersion, restoreVersion];
