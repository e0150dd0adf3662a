import { db, fullDisk, isPassingDbFault, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { reachOf, remoteOf } from "#lib/datasets/remote.ts";
import { forget, refuseNoRoom } from "#lib/datasets/upload-rows.ts";
import { env } from "#lib/env.ts";
import type { ResultOf } from "#lib/jobs/catalog.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import { Parts, removeParts } from "#lib/sources/parts.ts";
import { transfer, Validator } from "#lib/sources/transfer.ts";
import type { Upload } from "#prisma/generated/client.ts";
import type { RunContext, RunHandler } from "./runtime.ts";

type Ctx = RunContext<"fetch">;

/** Waits before another attempt, ms, by attempts that brought nothing. */
const delays = [250, 1_000, 5_000, 15_000, 30_000];

/**
 * Fetches a file into its upload. Killed at any point it goes on behind what is there, where the other side can; cancelled it leaves
 * nothing; at any other end the keys go and what has arrived stays for a retry or the sweep.
 */
export const fetchHandler: RunHandler<"fetch"> = async (ctx) => {
  const upload = await db.upload.findUnique({ where: { id: ctx.payload.uploadId } });
  if (!upload) throw new AppError("NOT_FOUND", "The upload of this fetch is gone.", { todo: "Start it again." });
  // The last claim ended between its commit and the end of the run.
  if (upload.state !== "receiving") return { end: "succeeded", result: resultOf(upload) };
  // through the fence: whoever holds the run now may need them
  const forgetKeys = () => ctx.fenced((tx) => tx.upload.update({ where: { id: upload.id }, data: { secret: null } }));
  const done = ctx.signal.aborted ? null : await fetchFile(ctx, upload).catch(stopped(ctx, forgetKeys));
  if (done) return { end: "succeeded", result: resultOf(done) };
  if (ctx.signal.reason === "cancel") {
    await forgetKeys();
    await forget(upload);
    ctx.log("info", "Cancelled; what had arrived has been removed.");
  }
  return { end: "later", afterMs: 0 };
};

/** A fault ends the run, and with it the keys; a run that goes on keeps them, and after an abort the fault does not matter. */
function stopped(ctx: Ctx, forgetKeys: () => Promise<unknown>) {
  return async (error: unknown): Promise<null> => {
    if (ctx.signal.aborted) return null;
    const passing = fullDisk(error) !== null || isPassingDbFault(error);
    if (!passing && !(error instanceof LostLease)) await forgetKeys();
    throw error;
  };
}

/** @returns null when the run was asked to stop */
async function fetchFile(ctx: Ctx, upload: Upload): Promise<Upload | null> {
  const limit = AbortSignal.timeout(reachOf(ctx.signal).timeouts.total);
  const reach = reachOf(AbortSignal.any([ctx.signal, limit]));
  const parts = await Parts.open(upload.storageKey, ctx.run.leaseEpoch);
  try {
    const tell = meter(ctx, parts.size);
    if (parts.size > 0) ctx.log("info", `${parts.size} bytes are there already.`);
    const arrived = await transfer({
      remote: remoteOf(ctx.payload.source, upload, reach),
      parts,
      known: Validator.nullable().catch(null).parse(upload.validator),
      maxBytes: env.MAX_UPLOAD_BYTES,
      signal: reach.signal,
      delays,
      progress: tell,
      log: (message) => ctx.log("warn", message),
      begins: async (known) => {
        if (known.total !== null) await refuseNoRoom(known.total);
        await ctx.fenced((tx) => tx.upload.update({ where: { id: upload.id }, data: { validator: known } }));
      },
    });
    if (!arrived) {
      if (ctx.signal.aborted) return null;
      throw new AppError("UPSTREAM", "The file did not arrive within twelve hours.", { todo: "Upload it instead." });
    }
    const whole = await parts.whole();
    const bytes = BigInt(whole.bytes);
    const data = { state: "complete" as const, bytes, sha256: whole.sha256, secret: null, touchedAt: new Date() };
    const done = await ctx.fenced(async (tx) => {
      await whole.place();
      return complete(tx, upload, data);
    });
    await removeParts(upload.storageKey);
    ctx.log("info", `${done.fileName} is there: ${done.bytes} bytes.`);
    return done;
  } finally {
    await parts.close();
  }
}

async function complete(tx: Tx, upload: Upload, data: Parameters<Tx["upload"]["update"]>[0]["data"]): Promise<Upload> {
  const done = await tx.upload.update({ where: { id: upload.id }, data });
  await publish(tx, upload.teamId, `project:${upload.projectId}`);
  return done;
}

/** Bytes, speed since this claim began, and the time that is left where the size is known. */
function meter(ctx: Ctx, start: number): (done: number, total: number | null) => void {
  const began = performance.now();
  ctx.progress({ phase: "Fetch", phases: ["Fetch"], done: start, unit: "bytes" });
  return (done, total) => {
    const seconds = Math.max(0.001, (performance.now() - began) / 1000);
    const ratePerSec = Math.max(0, done - start) / seconds;
    const left = total !== null && ratePerSec > 0 ? ((total - done) / ratePerSec) * 1000 : null;
    ctx.progress({ done, total, ratePerSec, etaMs: left });
  };
}

function resultOf(upload: Upload): ResultOf<"fetch"> {
  const { id, fileName, bytes, sha256 } = upload;
  return { uploadId: id, fileName, bytes: Number(bytes), sha256: sha256 ?? "" };
}
