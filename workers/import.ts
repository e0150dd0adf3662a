import { db, fullDisk, isPassingDbFault, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { storageBytes } from "#lib/core/storage.ts";
import { Chunker } from "#lib/datasets/chunks.ts";
import { importWarnings } from "#lib/datasets/labels.ts";
import { Loader } from "#lib/datasets/load.ts";
import { deservesOwnTable, firstOwnLine, hasOwnTable } from "#lib/datasets/partition.ts";
import { ColumnMapping } from "#lib/datasets/schema.ts";
import { Checkpoint } from "#lib/datasets/tally.ts";
import { removeOldUploads } from "#lib/datasets/uploads.ts";
import { storedFile } from "#lib/formats/open-source.ts";
import { Sniffed } from "#lib/formats/sniffed.ts";
import type { ResultOf } from "#lib/jobs/catalog.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import type { Dataset, DatasetVersion, Upload } from "#prisma/generated/client.ts";
import type { RunContext, RunHandler } from "./runtime.ts";

type Ctx = RunContext<"import">;
type Version = DatasetVersion & { dataset: Dataset };
const phases = ["Read and store", "Count"];

/**
 * Imports an upload into its version: bytes -> rows -> COPY, in fenced chunks that carry a checkpoint. Killed at any point, it goes
 * on behind the last committed row. Cancelled, it leaves no rows; failed, it leaves the rejected rows as the reason.
 */
export const importHandler: RunHandler<"import"> = async (ctx) => {
  const version = await db.datasetVersion.findUnique({
    where: { id: ctx.payload.datasetVersionId },
    include: { dataset: true },
  });
  if (!version) throw new AppError("NOT_FOUND", "The dataset version of this import is gone.");
  // The last claim ended between its commit and the end of the run.
  if (version.state === "ready") return { end: "succeeded", result: resultOf(version) };

  await placeLine(ctx, version);
  const loader = await Loader.open(version, ctx.run);
  try {
    const result = ctx.signal.aborted ? null : await importFile(ctx, version, loader);
    if (result) return { end: "succeeded", result };
    if (ctx.signal.reason === "cancel") {
      await loader.discard({ rejections: true });
      await ctx.fenced((tx) => endVersion(tx, version, { state: "failed" }));
      ctx.log("info", "Cancelled; the rows that were stored have been removed.");
    }
    return { end: "later", afterMs: 0 };
  } catch (error) {
    const full = fullDisk(error) !== null;
    if (error instanceof AppError && !full) await fail(ctx, version, loader, error);
    else if (!ctx.signal.aborted && !full && !isPassingDbFault(error) && !(error instanceof LostLease)) {
      // A fault of ours: what is stored stays, so that a retry goes on from there.
      await ctx.fenced((tx) => endVersion(tx, version, { state: "failed" }));
    }
    throw error;
  } finally {
    await loader.close();
  }
};

/** Before its first row, a large import moves to a line with a table of its own. */
async function placeLine(ctx: Ctx, version: Version): Promise<void> {
  if (version.checkpoint !== null || hasOwnTable(version.line)) return;
  if (!deservesOwnTable(Number(version.sourceBytes), version.source as Partial<Sniffed>)) return;
  const line = firstOwnLine + version.line;
  await ctx.fenced((tx) => tx.datasetVersion.update({ where: { id: version.id }, data: { line } }));
  version.line = line;
}

/** Keeps the reasons, not the rows, of an import that cannot go on. */
async function fail(ctx: Ctx, version: Version, loader: Loader, error: AppError): Promise<void> {
  await loader.discard({ rejections: false });
  const reasons = await db.rejectedRow.groupBy({ by: ["code"], where: { versionId: version.id }, _count: true });
  const rejectedCount = reasons.reduce((sum, reason) => sum + reason._count, 0);
  const rejectedByCode = Object.fromEntries(reasons.map(({ code, _count }) => [code, _count]));
  const report = { warnings: [error.message], rejectedByCode };
  await ctx.fenced((tx) => endVersion(tx, version, { state: "failed", rejectedCount, report }));
}

async function endVersion(
  tx: Tx,
  version: Version,
  data: Parameters<Tx["datasetVersion"]["update"]>[0]["data"],
): Promise<void> {
  await tx.datasetVersion.update({ where: { id: version.id }, data });
  await publish(tx, version.teamId, `project:${version.dataset.projectId}`);
}

async function sourceOf(ctx: Ctx): Promise<Upload> {
  const upload = await db.upload.findUnique({ where: { id: ctx.payload.uploadId } });
  const bytes = upload && (await storageBytes(upload.storageKey).catch(() => null));
  if (!upload || bytes === null) {
    throw new AppError("NOT_FOUND", "The uploaded file is no longer there.", {
      todo: "Upload it again and import that.",
    });
  }
  return upload;
}

/** @returns null when the run was asked to stop */
async function importFile(ctx: Ctx, version: Version, loader: Loader): Promise<ResultOf<"import"> | null> {
  const upload = await sourceOf(ctx);
  const from = version.checkpoint === null ? null : Checkpoint.parse(version.checkpoint);
  if (from) {
    ctx.log("info", `Goes on at line ${from.line}, behind ${from.rows} stored rows.`);
    if (version.state === "failed") await ctx.fenced((tx) => endVersion(tx, version, { state: "importing" }));
  } else await restart(ctx, version, loader);

  const chunker = new Chunker({
    target: version,
    how: Sniffed.parse(version.source),
    mapping: ColumnMapping.parse(version.mapping),
    holdoutFraction: version.holdoutFraction,
    from,
  });
  const tell = progressOf(ctx, Number(upload.bytes), from);
  // A chunk is parsed while the two before it are written.
  let writing: [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];
  try {
    for await (const chunk of chunker.chunks(storedFile(upload.storageKey, Number(upload.bytes)))) {
      await writing[0];
      if (ctx.signal.aborted) return null;
      const written = loader.write(chunk).then(() => tell(chunk.checkpoint));
      // Awaited two rounds later; until then a failure must not count as unhandled.
      written.catch(() => undefined);
      writing = [writing[1], written];
    }
    await Promise.all(writing);
  } finally {
    // Whatever comes next must not meet a chunk that is still being written.
    await Promise.allSettled(writing);
  }
  return ctx.signal.aborted ? null : finish(ctx, version, loader, chunker);
}

/** A first claim, or a retry after a failure: begins with an empty version. */
async function restart(ctx: Ctx, version: Version, loader: Loader): Promise<void> {
  await loader.discard({ rejections: true });
  await loader.prepare();
  await ctx.fenced((tx) => endVersion(tx, version, { state: "importing", rejectedCount: 0, report: {} }));
}

/** Bytes are what is known of the whole, so they carry the bar and the remaining time; rows are told beside them. */
function progressOf(ctx: Ctx, total: number, from: Checkpoint | null): (at: Checkpoint) => void {
  const began = performance.now();
  const readTo = (at: Checkpoint | null) => at?.read ?? at?.offset ?? 0;
  const startOffset = readTo(from);
  const startRows = from?.rows ?? 0;
  ctx.progress({ phase: phases[0] ?? "", phases, done: startOffset, total, unit: "bytes" });
  return (at) => {
    const seconds = Math.max(0.001, (performance.now() - began) / 1000);
    const bytesPerSec = (readTo(at) - startOffset) / seconds;
    const rowsPerSec = (at.rows - startRows) / seconds;
    ctx.progress({
      done: readTo(at),
      ratePerSec: bytesPerSec,
      etaMs: bytesPerSec > 0 ? ((total - readTo(at)) / bytesPerSec) * 1000 : null,
      counts: { rows: at.rows, rejected: at.rejected },
      extra: { rowsPerSec: Math.round(rowsPerSec) },
    });
    ctx.metric({ rows: at.rows, rowsPerSec: Math.round(rowsPerSec) });
  };
}

async function finish(
  ctx: Ctx,
  version: Version,
  loader: Loader,
  { tally, repeats }: Chunker,
): Promise<ResultOf<"import">> {
  ctx.progress({ phase: phases[1] ?? "", done: Number(version.sourceBytes), etaMs: null });
  await loader.analyze();
  const { duplicates, conflicts } = repeats ?? (await loader.repeats());
  await loader.attach();
  const report = tally.report();
  const { rows, holdout, labelled } = tally;
  const fraction = version.holdoutFraction;
  report.warnings = importWarnings({ rows, holdout, labelled, duplicates, conflicts, fraction, labels: report.labels });
  const data = {
    state: "ready" as const,
    readyAt: new Date(),
    rowCount: rows,
    lastPosition: rows,
    holdoutCount: holdout,
    labelledCount: labelled,
    rejectedCount: tally.rejected,
    duplicateCount: duplicates,
    conflictCount: conflicts,
    inputChars: BigInt(tally.inputChars),
    contentHash: tally.contentHash,
    report,
  };
  const labelCounts = JSON.stringify(Object.fromEntries(report.labels.map(({ label, rows }) => [label, rows])));
  const ready = await ctx.fenced(async (tx) => {
    await endVersion(tx, version, data);
    // By hand, because Prisma's JSON loses a label named __proto__.
    await tx.$executeRaw`UPDATE "DatasetVersion" SET "labelCounts" = ${labelCounts}::jsonb, "checkpoint" = NULL
      WHERE "id" = ${version.id}::uuid`;
    await tx.upload.updateMany({ where: { id: ctx.payload.uploadId }, data: { state: "imported" } });
    return tx.datasetVersion.findUniqueOrThrow({ where: { id: version.id }, include: { dataset: true } });
  });
  ctx.log("info", `Imported ${rows} rows (${holdout} held out), rejected ${tally.rejected}.`);
  for (const warning of report.warnings) ctx.log("warn", warning);
  return resultOf(ready);
}

function resultOf(version: Version): ResultOf<"import"> {
  const report = version.report as { warnings?: string[] };
  return {
    datasetId: version.datasetId,
    datasetVersionId: version.id,
    rows: version.rowCount,
    holdoutRows: version.holdoutCount,
    rejectedRows: version.rejectedCount,
    warnings: report.warnings ?? [],
  };
}

const sweepEveryMs = 10 * 60_000;
let sweptAtMs = Number.NEGATIVE_INFINITY;

/** Removes uploads that nothing was made of; does nothing when called again within ten minutes. */
export async function sweepUploads(): Promise<void> {
  if (performance.now() - sweptAtMs < sweepEveryMs) return;
  sweptAtMs = performance.now();
  await removeOldUploads();
}
