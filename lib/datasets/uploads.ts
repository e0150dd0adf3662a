import { createHash } from "node:crypto";
import { type Db, db } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { storageBytes, writeStorage } from "#lib/core/storage.ts";
import { query, upload } from "#lib/core/verb.ts";
import { type RandomAccess, storedFile } from "#lib/formats/open-source.ts";
import { ReadOptions } from "#lib/formats/sniffed.ts";
import type { Upload as UploadRow } from "#prisma/generated/client.ts";
import { previewFile } from "./preview.ts";
import { type Preview, uploadPreview } from "./preview-schema.ts";
import { remoteVerbs } from "./remote.ts";
import { resumableVerbs } from "./resumable.ts";
import { uploadCreate } from "./schema.ts";
import { asUploadError, forget, newUpload, presentUpload, refuseArchived, refuseLarge } from "./upload-rows.ts";

/** Uploads that nothing was made of, and sources of finished imports, go after a day. */
const keptHours = 24;

/** Counts and hashes what passes by. @throws AppError LIMIT (413) at the size limit */
async function* watched(
  body: AsyncIterable<Uint8Array>,
  seen: { bytes: number; sha256: string },
): AsyncGenerator<Uint8Array> {
  const sha = createHash("sha256");
  for await (const chunk of body) {
    seen.bytes += chunk.byteLength;
    refuseLarge(seen.bytes);
    sha.update(chunk);
    yield chunk;
  }
  seen.sha256 = sha.digest("hex");
}

const create = upload(uploadCreate, async ({ actor, input, found, body, signal }) => {
  refuseArchived(found.projectId);
  const row = await newUpload(db, actor, input.projectId, input.fileName);
  const seen = { bytes: 0, sha256: "" };
  try {
    await writeStorage(row.storageKey, watched(body, seen));
    if (signal.aborted) throw new Error("aborted");
    if (seen.bytes === 0)
      throw new AppError("INVALID", "The file is empty.", { where: row.fileName, todo: "Choose another file." });
    const done = await db.upload.update({
      where: { id: row.id },
      data: { bytes: BigInt(seen.bytes), sha256: seen.sha256, state: "complete" },
    });
    return presentUpload(done);
  } catch (error) {
    await forget(row);
    throw asUploadError(error);
  }
});

/**
 * Removes uploads that got nothing for a day and that no open import or fetch needs, half ones among them. At most 50 at a time.
 * @returns how many went
 */
export async function removeOldUploads(): Promise<number> {
  const old = await db.$queryRaw<{ id: string; storageKey: string }[]>`
    SELECT "id", "storageKey" FROM "Upload" u
    WHERE "touchedAt" < now() - make_interval(hours => ${keptHours}) AND NOT EXISTS (
      SELECT 1 FROM "Run" r WHERE r."kind" IN ('import', 'fetch') AND r."state" IN ('queued', 'running', 'paused')
        AND r."payload"->>'uploadId' = u."id"::text)
    ORDER BY "id" LIMIT 50`;
  for (const row of old) await forget(row);
  return old.length;
}

/** A stored upload, to be read anywhere in it. @throws AppError NOT_FOUND once it was swept */
export async function uploadSource(row: UploadRow): Promise<RandomAccess> {
  const total = await storageBytes(row.storageKey).catch(() => {
    throw new AppError("NOT_FOUND", "The uploaded file is no longer there.", {
      where: row.fileName,
      todo: "Upload it again.",
    });
  });
  return storedFile(row.storageKey, total);
}

/** A live version in the project with the same bytes. */
export async function twinOf(
  from: Pick<Db, "datasetVersion">,
  projectId: string,
  sha256: string,
): Promise<NonNullable<Preview["twin"]> | null> {
  const twin = await from.datasetVersion.findFirst({
    where: {
      sourceSha256: sha256,
      origin: "import",
      state: { not: "failed" },
      deletedAt: null,
      dataset: { projectId, deletedAt: null },
    },
    include: { dataset: { select: { name: true } } },
    orderBy: { id: "desc" },
  });
  return twin && { datasetId: twin.datasetId, datasetVersionId: twin.id, name: twin.dataset.name, number: twin.number };
}

const preview = query(uploadPreview, async ({ db, input, found }) => {
  const row = found.uploadId;
  const shown = presentUpload(row);
  const { inputs, output, turns, unlabelled, encoding, members } = input;
  const given = inputs ? { inputs, output: output ?? null } : null;
  const reading = ReadOptions.parse({ turns, unlabelled, encoding, members });
  const seen = await previewFile(await uploadSource(row), row.fileName, given, reading);
  return { ...seen, upload: shown, twin: await twinOf(db, row.projectId, shown.sha256) };
});

export const uploadVerbs = [create, preview, ...resumableVerbs, ...remoteVerbs];
