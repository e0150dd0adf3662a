import type { Hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DataStore, ERRORS, Upload } from "@tus/server";
import { db } from "#lib/core/db.ts";
import { storageBytes, storagePath } from "#lib/core/storage.ts";
import { keepHash, takeHash } from "./upload-hash.ts";
import { diskFault, forget } from "./upload-rows.ts";

async function* hashed(chunks: AsyncIterable<Buffer>, sha: Hash | null): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    sha?.update(chunk);
    yield chunk;
  }
}

/**
 * Resumable uploads in our storage folder, under their server-made keys. The bytes of an upload are its file, and their number is its
 * offset, so a crash at any time leaves nothing to put right.
 */
export class UploadStore extends DataStore {
  override extensions = ["creation", "creation-with-upload", "termination"];

  override async getUpload(id: string): Promise<Upload> {
    const row = await db.upload.findUnique({ where: { id } });
    if (!row || row.totalBytes === null) throw ERRORS.FILE_NOT_FOUND;
    const offset = await storageBytes(row.storageKey).catch(() => null);
    if (offset === null) throw ERRORS.FILE_NO_LONGER_EXISTS;
    return new Upload({ id, size: Number(row.totalBytes), offset, metadata: { filename: row.fileName } });
  }

  override async create(upload: Upload): Promise<Upload> {
    const file = storagePath(`uploads/${upload.id}`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, "", { mode: 0o600, flag: "wx" });
    return upload;
  }

  /** @throws AppError LIMIT (507) on a full disk; what was written before a fault is kept */
  override async write(readable: Readable, id: string, offset: number): Promise<number> {
    // flushed part by part, so that closing a large file does not wait for all of it
    const target = createWriteStream(storagePath(`uploads/${id}`), { flags: "r+", start: offset, flush: true });
    const sha = takeHash(id, offset);
    try {
      await pipeline(readable, (chunks: AsyncIterable<Buffer>) => hashed(chunks, sha), target);
      if (sha) keepHash(id, offset + target.bytesWritten, sha);
    } catch (error) {
      throw diskFault(error) ?? error;
    } finally {
      await db.upload.updateMany({ where: { id }, data: { touchedAt: new Date() } });
    }
    return offset + target.bytesWritten;
  }

  override async remove(id: string): Promise<void> {
    const row = await db.upload.findUnique({ where: { id } });
    if (!row) throw ERRORS.FILE_NOT_FOUND;
    await forget(row);
  }
}
