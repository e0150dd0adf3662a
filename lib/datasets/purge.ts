import { connectAlone, db, type Tx } from "#lib/core/db.ts";
import { log } from "#lib/core/log.ts";
import { env } from "#lib/env.ts";
import { activeRuns, resultsOn } from "./dependents.ts";
import { dropLine } from "./partition.ts";
import { forget } from "./upload-rows.ts";
import { endless } from "./version-rows.ts";

/** Rows removed by one statement. */
const batchRows = 5_000;
/** Datasets and versions begun in one round; the next round goes on. */
const perRound = 20;

type Doomed = { id: string; projectId: string };

/**
 * Removes for good what was deleted longer ago than STILLHOUSE_PURGE_DAYS: first it is marked, from when it cannot be restored, then rows,
 * rejected lines, reports and stored files go, at last the dataset. May be killed anywhere; the next call goes on. Two at a time only do
 * the same twice.
 * @param now for tests
 */
export async function purgeDeleted(now = new Date()): Promise<{ datasets: number; versions: number }> {
  const before = new Date(now.getTime() - env.STILLHOUSE_PURGE_DAYS * 24 * 3_600_000);
  await markDatasets(before);
  await markVersions(before);
  const versions = await purgeVersions();
  return { datasets: await purgeDatasets(), versions };
}

/** Whether something came to rest on it after all, such as a student whose training was not cancelled in time. Then it is kept. */
async function isNeeded(tx: Tx, projectId: string, versionIds: string[]): Promise<boolean> {
  if (versionIds.length === 0) return false;
  if ((await activeRuns(tx, projectId, versionIds)).length > 0) return true;
  return (await resultsOn(tx, projectId, versionIds)).some(({ kind }) => kind !== "answers");
}

async function markDatasets(before: Date): Promise<void> {
  const due = await db.dataset.findMany({
    where: { deletedAt: { lt: before }, purgedAt: null },
    include: { versions: { select: { id: true } } },
    orderBy: { deletedAt: "asc" },
    take: perRound,
  });
  for (const { id, projectId, versions } of due) {
    await db.$transaction(async (tx) => {
      const needed = await isNeeded(
        tx,
        projectId,
        versions.map((version) => version.id),
      );
      if (needed) log.warn({ dataset: id }, "a deleted dataset is not purged: a result rests on it");
      else await tx.dataset.updateMany({ where: { id, deletedAt: { lt: before } }, data: { purgedAt: new Date() } });
    });
  }
}

async function markVersions(before: Date): Promise<void> {
  const due = await db.datasetVersion.findMany({
    where: { deletedAt: { lt: before }, purgedAt: null, dataset: { deletedAt: null } },
    select: { id: true, dataset: { select: { projectId: true } } },
    orderBy: { deletedAt: "asc" },
    take: perRound,
  });
  for (const { id, dataset } of due) {
    await db.$transaction(async (tx) => {
      if (await isNeeded(tx, dataset.projectId, [id])) return;
      await tx.datasetVersion.updateMany({ where: { id, deletedAt: { lt: before } }, data: { purgedAt: new Date() } });
    });
  }
}

/** Takes the rows of purged versions that no kept version of their line holds. */
async function purgeVersions(): Promise<number> {
  const marked = await db.datasetVersion.findMany({
    where: { purgedAt: { not: null }, contentHash: { not: null }, dataset: { purgedAt: null } },
    select: { id: true, line: true, dataset: { select: { projectId: true } } },
    take: perRound,
  });
  for (const { id, line, dataset } of marked) {
    const kept = await db.datasetVersion.count({ where: { line, purgedAt: null } });
    await (kept === 0 ? dropRows(line) : dropUnneeded(line));
    await dropBeside({ id, projectId: dataset.projectId });
    // Also says that its rows are gone. Number, step and positions stay taken.
    const emptied = { contentHash: null, report: {}, labelCounts: {} };
    await db.datasetVersion.update({ where: { id }, data: emptied });
  }
  return marked.length;
}

async function purgeDatasets(): Promise<number> {
  const marked = await db.dataset.findMany({
    where: { purgedAt: { not: null } },
    include: { versions: { select: { id: true, line: true } } },
    take: perRound,
  });
  for (const { id, projectId, versions } of marked) {
    for (const line of new Set(versions.map((version) => version.line))) await dropRows(line);
    for (const version of versions) await dropBeside({ id: version.id, projectId });
    await db.dataset.delete({ where: { id } });
  }
  return marked.length;
}

async function dropRows(line: number): Promise<void> {
  const client = await connectAlone();
  try {
    await dropLine(client, line);
  } finally {
    await client.end();
  }
}

/**
 * Which rows are needed is asked in the statement that removes them, so that a version that is made meanwhile is seen together with its rows.
 * Rows as imported that are still there belong to every version, so only changed ones are looked at.
 */
async function dropUnneeded(line: number): Promise<void> {
  for (let removed = batchRows; removed === batchRows; ) {
    removed = await db.$executeRawUnsafe(
      `DELETE FROM "Row" d WHERE d."line" = $1 AND (d."position", d."fromStep") IN (
         SELECT r."position", r."fromStep" FROM "Row" r WHERE r."line" = $1 AND (r."fromStep" > 0 OR r."toStep" < ${endless})
           AND NOT EXISTS (SELECT 1 FROM "DatasetVersion" v WHERE v."line" = $1 AND v."purgedAt" IS NULL
             AND v."step" >= r."fromStep" AND v."step" < r."toStep")
         LIMIT ${batchRows})`,
      line,
    );
  }
}

/** What else tells of a version: rejected lines, reports, charts, answers of cancelled runs, the uploaded file. */
async function dropBeside({ id, projectId }: Doomed): Promise<void> {
  await db.rejectedRow.deleteMany({ where: { versionId: id } });
  await db.versionCharts.deleteMany({ where: { versionId: id } });
  await db.qualityFinding.deleteMany({
    where: { runId: { in: (await db.qualityReport.findMany({ where: { versionId: id } })).map(({ runId }) => runId) } },
  });
  await db.qualityReport.deleteMany({ where: { versionId: id } });
  const runs = await db.run.findMany({
    where: { projectId, payload: { path: ["datasetVersionId"], equals: id } },
    select: { id: true, kind: true, payload: true },
  });
  const ids = runs.map((run) => run.id);
  // Requests keep what they cost; what was sent and answered is data.
  await db.generationResult.deleteMany({ where: { runId: { in: ids } } });
  await db.synthesisRow.deleteMany({ where: { runId: { in: ids } } });
  await db.synthesisRequest.deleteMany({ where: { runId: { in: ids } } });
  const uploadIds = runs.flatMap(({ kind, payload }) => (kind === "import" ? (idIn(payload, "uploadId") ?? []) : []));
  for (const upload of await db.upload.findMany({ where: { id: { in: uploadIds } } })) await forget(upload);
}

function idIn(payload: unknown, key: string): string | null {
  const value = (payload as Record<string, unknown> | null)?.[key];
  return typeof value === "string" ? value : null;
}

const everyMs = 10 * 60_000;
let purgedAtMs = Number.NEGATIVE_INFINITY;
let purging = false;

/** For the upkeep of workers: begins a round behind the caller's back, at most every ten minutes and one at a time. */
export function sweepDeleted(): void {
  if (purging || performance.now() - purgedAtMs < everyMs) return;
  purgedAtMs = performance.now();
  purging = true;
  void purgeDeleted()
    .then(({ datasets, versions }) => {
      if (datasets + versions > 0) log.info({ datasets, versions }, "purged what was deleted");
    })
    .catch((error: unknown) => log.warn({ err: error }, "the purge stopped; it goes on in ten minutes"))
    .finally(() => {
      purging = false;
    });
}
