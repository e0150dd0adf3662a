import { createHash } from "node:crypto";
import { type Db, db, isPassingDbFault } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { readStorage, removeStorage, storageBytes, writeStorage } from "#lib/core/storage.ts";
import { query, upload } from "#lib/core/verb.ts";
import { env } from "#lib/env.ts";
import { formatBytes } from "#lib/format.ts";
import { headBytes } from "#lib/formats/types.ts";
import type { Upload as UploadRow } from "#prisma/generated/client.ts";
import { previewFile } from "./preview.ts";
import { type Preview, uploadPreview } from "./preview-schema.ts";
import { type Upload, uploadCreate } from "./schema.ts";

/** Uploads that nothing was made of, and sources of finished imports, go after a day. */
const keptHours = 24;

/** A name for people only: the last part of a path, without control or direction characters. Never part of a storage key. */
export function shownName(fileName: string): string {
  const last = fileName.split(/[\\/]/).at(-1) ?? "";
  const clean = last.replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return clean.slice(-200) || "upload";
}

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

/** Counts and hashes what passes by. @throws AppError LIMIT (413) at the size limit */
async function* watched(
  body: AsyncIterable<Uint8Array>,
  seen: { bytes: number; sha256: string },
): AsyncGenerator<Uint8Array> {
  const sha = createHash("sha256");
  for await (const chunk of body) {
    seen.bytes += chunk.byteLength;
    if (seen.bytes > env.MAX_UPLOAD_BYTES) {
      throw new AppError("LIMIT", `The file is larger than ${formatBytes(env.MAX_UPLOAD_BYTES)}.`, {
        status: 413,
        todo: "Split it, or raise MAX_UPLOAD_BYTES.",
      });
    }
    sha.update(chunk);
    yield chunk;
  }
  seen.sha256 = sha.digest("hex");
}

function asUploadError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = (error as { code?: string } | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new AppError("LIMIT", "The server's disk is full.", {
      status: 507,
      todo: "Free some space, then send the file again.",
    });
  }
  // A fault of the disk or the database is not the sender's: it is answered as one of ours.
  if (code === "EIO" || code === "EACCES" || code === "EROFS" || isPassingDbFault(error)) return error;
  return new AppError("INVALID", "The upload was cut off before its end.", {
    todo: "Send the file again; nothing of it was kept.",
  });
}

async function forget(row: { id: string; storageKey: string }): Promise<void> {
  await removeStorage(row.storageKey);
  await removeStorage(`${row.storageKey}.part`);
  await db.upload.deleteMany({ where: { id: row.id } });
}

const create = upload(uploadCreate, async ({ actor, input, found, body, signal }) => {
  refuseArchived(found.projectId);
  const id = crypto.randomUUID();
  const storageKey = `uploads/${id}`;
  // Written first, so that a file without a row cannot be left behind by a crash: the sweep finds the row.
  const row = await db.upload.create({
    data: {
      id,
      teamId: actor.teamId,
      projectId: input.projectId,
      fileName: shownName(input.fileName),
      storageKey,
      createdById: actor.userId,
    },
  });
  const seen = { bytes: 0, sha256: "" };
  try {
    await writeStorage(storageKey, watched(body, seen));
    if (signal.aborted) throw new Error("aborted");
    if (seen.bytes === 0)
      throw new AppError("INVALID", "The file is empty.", { where: row.fileName, todo: "Choose another file." });
    const done = await db.upload.update({
      where: { id },
      data: { bytes: BigInt(seen.bytes), sha256: seen.sha256, state: "complete" },
    });
    return presentUpload(done);
  } catch (error) {
    await forget(row);
    throw asUploadError(error);
  }
});

/**
 * Removes uploads older than a day that no queued or running import needs. At most 50 at a time.
 * @returns how many went
 */
export async function removeOldUploads(): Promise<number> {
  const old = await db.$queryRaw<{ id: string; storageKey: string }[]>`
    SELECT "id", "storageKey" FROM "Upload" u
    WHERE "createdAt" < now() - make_interval(hours => ${keptHours}) AND NOT EXISTS (
      SELECT 1 FROM "Run" r WHERE r."kind" = 'import' AND r."state" IN ('queued', 'running', 'paused')
        AND r."payload"->>'uploadId' = u."id"::text)
    ORDER BY "id" LIMIT 50`;
  for (const row of old) await forget(row);
  return old.length;
}

/** The first bytes of a stored upload. @throws AppError NOT_FOUND once it was swept */
export async function uploadHead(row: UploadRow): Promise<{ bytes: Buffer; total: number }> {
  const total = await storageBytes(row.storageKey).catch(() => {
    throw new AppError("NOT_FOUND", "The uploaded file is no longer there.", {
      where: row.fileName,
      todo: "Upload it again.",
    });
  });
  const chunks: Buffer[] = [];
  for await (const chunk of readStorage(row.storageKey, { end: headBytes })) chunks.push(chunk as Buffer);
  return { bytes: Buffer.concat(chunks), total };
}

/** A live version in the project with the same bytes. */
export async function twinOf(
  from: Pick<Db, "datasetVersion">,
  projectId: string,
  sha256: string,
): Promise<NonNullable<Preview["twin"]> | null> {
  const twin = await from.datasetVersion.findFirst({
    where: { sourceSha256: sha256, state: { not: "failed" }, dataset: { projectId, deletedAt: null } },
    include: { dataset: { select: { name: true } } },
    orderBy: { id: "desc" },
  });
  return twin && { datasetId: twin.datasetId, datasetVersionId: twin.id, name: twin.dataset.name, number: twin.number };
}

const preview = query(uploadPreview, async ({ db, input, found }) => {
  const row = found.uploadId;
  const shown = presentUpload(row);
  const { bytes, total } = await uploadHead(row);
  const given = input.inputs ? { inputs: input.inputs, output: input.output ?? null } : null;
  const seen = await previewFile(bytes, total, row.fileName, given);
  return { ...seen, upload: shown, twin: await twinOf(db, row.projectId, shown.sha256) };
});

export const uploadVerbs = [create, preview];
