import { statfs } from "node:fs/promises";
import type { Actor } from "#lib/core/actor.ts";
import { type Db, db, isPassingDbFault } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { removeStorage } from "#lib/core/storage.ts";
import { env } from "#lib/env.ts";
import { formatBytes } from "#lib/format.ts";
import { removeParts } from "#lib/sources/parts.ts";
import type { Prisma, Upload as UploadRow } from "#prisma/generated/client.ts";
import type { Upload } from "./schema.ts";

/** A name for people only: the last part of a path, without control or direction characters. Never part of a storage key. */
export function shownName(fileName: string): string {
  const last = fileName.split(/[\\/]/).at(-1) ?? "";
  const clean = last.replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return clean.slice(-200) || "upload";
}

/** @throws AppError CONFLICT for an upload that is not complete */
export function presentUpload(row: UploadRow): Upload {
  const { id, projectId, fileName, bytes, sha256, createdAt } = row;
  if (row.state === "receiving" || sha256 === null) {
    throw new AppError("CONFLICT", "This upload is not complete.", {
      where: fileName,
      todo: "Wait for it, or send it again.",
    });
  }
  return { id, projectId, fileName, bytes: Number(bytes), sha256, createdAt: createdAt.toISOString() };
}

/** @throws AppError INVALID for a project that takes no new data */
export function refuseArchived(project: { name: string; archivedAt: Date | null }): void {
  if (project.archivedAt === null) return;
  throw new AppError("CONFLICT", "This project is archived.", { where: project.name, todo: "Restore it first." });
}

/** @throws AppError LIMIT (413) above the size limit */
export function refuseLarge(bytes: number): void {
  if (bytes <= env.MAX_UPLOAD_BYTES) return;
  throw new AppError("LIMIT", `The file is larger than ${formatBytes(env.MAX_UPLOAD_BYTES)}.`, {
    status: 413,
    todo: "Split it, or raise MAX_UPLOAD_BYTES.",
  });
}

const diskFull = () =>
  new AppError("LIMIT", "The server's disk is full.", {
    status: 507,
    todo: "Free some space on the server, then go on.",
  });

/** @throws AppError LIMIT (507) when the disk has no room for so many bytes, rather than hours later in the middle */
export async function refuseNoRoom(bytes: number): Promise<void> {
  const disk = await statfs(env.STILLHOUSE_DATA_DIR).catch(() => null);
  if (disk && bytes > disk.bavail * disk.bsize) throw diskFull();
}

/** What a failed write means, where its sender can do something about it; null for faults of our own. */
export function diskFault(error: unknown): AppError | null {
  const code = (error as { code?: string } | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT" ? diskFull() : null;
}

/** The error that a broken one-request upload is answered with. */
export function asUploadError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const full = diskFault(error);
  if (full) return full;
  const code = (error as { code?: string } | null)?.code;
  // A fault of the disk or the database is not the sender's: it is answered as one of ours.
  if (code === "EIO" || code === "EACCES" || code === "EROFS" || isPassingDbFault(error)) return error;
  return new AppError("INVALID", "The upload was cut off before its end.", {
    todo: "Send the file again; nothing of it was kept.",
  });
}

/** Writes the row of an upload that begins. Before any byte, so that a crash leaves no file that the sweep does not find. */
export function newUpload(
  to: Pick<Db, "upload">,
  actor: Actor,
  projectId: string,
  fileName: string,
  data: Partial<Prisma.UploadUncheckedCreateInput> = {},
): Promise<UploadRow> {
  const id = data.id ?? crypto.randomUUID();
  return to.upload.create({
    data: {
      teamId: actor.teamId,
      projectId,
      fileName: shownName(fileName),
      storageKey: `uploads/${id}`,
      createdById: actor.userId,
      ...data,
      id,
    },
  });
}

/** Removes an upload with everything that lies of it. */
export async function forget(row: { id: string; storageKey: string }): Promise<void> {
  await removeStorage(row.storageKey);
  await removeStorage(`${row.storageKey}.part`);
  await removeParts(row.storageKey);
  await db.upload.deleteMany({ where: { id: row.id } });
}
