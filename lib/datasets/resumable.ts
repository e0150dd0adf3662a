import { db } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { storageBytes } from "#lib/core/storage.ts";
import { action, type Call, mutation, query } from "#lib/core/verb.ts";
import type { Upload as UploadRow } from "#prisma/generated/client.ts";
import { hashOf } from "./upload-hash.ts";
import { newUpload, presentUpload, refuseArchived, refuseLarge, refuseNoRoom } from "./upload-rows.ts";
import { UploadOrigin, type UploadStatus, uploadBegin, uploadFinish, uploadGet } from "./upload-schema.ts";

async function status(row: UploadRow): Promise<UploadStatus> {
  const there = row.state === "receiving" ? await storageBytes(row.storageKey).catch(() => 0) : Number(row.bytes);
  const { id, projectId, fileName, state, runId } = row;
  return {
    id,
    projectId,
    fileName,
    state,
    runId,
    bytes: there,
    totalBytes: row.state === "receiving" ? (row.totalBytes === null ? null : Number(row.totalBytes)) : there,
    origin: UploadOrigin.nullable().catch(null).parse(row.origin),
    createdAt: row.createdAt.toISOString(),
  };
}

export const begin = mutation(uploadBegin, async ({ actor, tx, input, found }) => {
  refuseArchived(found.projectId);
  refuseLarge(input.bytes);
  await refuseNoRoom(input.bytes);
  return status(await newUpload(tx, actor, input.projectId, input.fileName, { totalBytes: BigInt(input.bytes) }));
});

const get = query(uploadGet, ({ found }) => status(found.uploadId));

/** Only who began an upload adds to it; for all others, and for uploads that are not resumable, it is not there. */
function refuseOthers(row: UploadRow | null, userId: string): void {
  if (row?.createdById !== userId || row.totalBytes === null) throw notFound("upload");
}

/** Whether a caller may send to an upload or ask how far it is. @throws AppError */
export async function authoriseSending(call: Call, uploadId: string): Promise<void> {
  await get.call(call, { uploadId });
  refuseOthers(await db.upload.findUnique({ where: { id: uploadId } }), call.actor?.userId ?? "");
}

/** Uploads that are being closed: hashing a large file twice at once would only take longer. */
const closing = new Map<string, Promise<UploadRow>>();

/**
 * Closes an upload whose bytes are all there. Whoever is second finds it closed.
 * @throws AppError CONFLICT while bytes are missing
 */
export function finishUpload(id: string): Promise<UploadRow> {
  const underWay = closing.get(id) ?? close(id).finally(() => closing.delete(id));
  closing.set(id, underWay);
  return underWay;
}

async function close(id: string): Promise<UploadRow> {
  const row = await db.upload.findUnique({ where: { id } });
  if (!row) throw notFound("upload");
  if (row.state !== "receiving" || row.totalBytes === null) return row;
  const bytes = await storageBytes(row.storageKey).catch(() => 0);
  if (BigInt(bytes) !== row.totalBytes) {
    throw new AppError("CONFLICT", `${bytes} of ${row.totalBytes} bytes have arrived.`, {
      where: row.fileName,
      todo: "Send the rest first.",
    });
  }
  const sha256 = await hashOf(id, row.storageKey, bytes);
  await db.upload.updateMany({
    where: { id, state: "receiving" },
    data: { state: "complete", bytes: row.totalBytes, sha256, touchedAt: new Date() },
  });
  return db.upload.findUniqueOrThrow({ where: { id } });
}

const finish = action(uploadFinish, async ({ actor, found }) => {
  refuseOthers(found.uploadId, actor.userId);
  return presentUpload(await finishUpload(found.uploadId.id));
});

export const resumableVerbs = [begin, get, finish];
