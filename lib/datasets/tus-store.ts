import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FileStore } from "@tus/file-store";
import { ERRORS, Upload } from "@tus/server";
import { db } from "#lib/core/db.ts";
import { storagePath } from "#lib/core/storage.ts";
import { diskFault, forget } from "./upload-rows.ts";

/** What the protocol asks about an upload: the row is the only record of it. */
const rows = {
  async get(id: string): Promise<Upload | undefined> {
    const row = await db.upload.findUnique({ where: { id } });
    if (!row || row.totalBytes === null) return undefined;
    return new Upload({ id, size: Number(row.totalBytes), offset: 0, metadata: { filename: row.fileName } });
  },
  // written by the verb that begins an upload, and removed with its file
  set: async () => undefined,
  delete: async () => undefined,
};

/**
 * Resumable uploads in our storage folder, under their server-made keys. The bytes of an upload are its file, and their number is its
 * offset, so a crash at any time leaves nothing to put right.
 */
export class UploadStore extends FileStore {
  constructor() {
    super({ directory: storagePath("uploads"), configstore: rows });
    this.extensions = ["creation", "creation-with-upload", "termination"];
  }

  override async create(upload: Upload): Promise<Upload> {
    const file = storagePath(`uploads/${upload.id}`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, "", { mode: 0o600, flag: "wx" });
    return upload;
  }

  /** @throws AppError LIMIT (507) on a full disk; what was written before a fault is kept */
  override async write(readable: Readable, id: string, offset: number): Promise<number> {
    const target = createWriteStream(storagePath(`uploads/${id}`), { flags: "r+", start: offset });
    try {
      await pipeline(readable, target);
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
