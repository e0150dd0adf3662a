import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { env } from "#lib/env.ts";
import { AppError } from "./errors.ts";

const keyPattern = /^[a-z0-9][a-z0-9._-]*(\/[a-zA-Z0-9][a-zA-Z0-9._-]*)*$/;

/**
 * Where a storage key lies on disk. Keys are made by the server (`uploads/<uuid>`, `students/<uuid>/model.safetensors`); the check
 * is the second line of defence against a path that leaves the folder.
 */
export function storagePath(key: string): string {
  const root = path.resolve(env.STILLHOUSE_DATA_DIR, "storage");
  const full = path.resolve(root, key);
  if (!keyPattern.test(key) || key.includes("..") || !full.startsWith(root + path.sep)) {
    throw new AppError("INTERNAL", "A storage key is malformed.", { where: JSON.stringify(key).slice(0, 100) });
  }
  return full;
}

/** Streams into a temporary file and renames, so that a key either holds the whole content or nothing. Returns bytes written. */
export async function writeStorage(key: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const target = storagePath(key);
  await mkdir(path.dirname(target), { recursive: true });
  const temporary = `${target}.part`;
  const file = await open(temporary, "w", 0o600);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      let from = 0;
      while (from < chunk.byteLength) from += (await file.write(chunk, from)).bytesWritten;
      bytes += chunk.byteLength;
    }
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await file.close();
  await rename(temporary, target);
  return bytes;
}

/** @param range first byte, and one past the last */
export function readStorage(key: string, range: { start?: number; end?: number } = {}): Readable {
  const end = range.end === undefined ? undefined : range.end - 1;
  return createReadStream(storagePath(key), { start: range.start ?? 0, end, highWaterMark: 256 * 1024 });
}

export async function storageBytes(key: string): Promise<number> {
  return (await stat(storagePath(key))).size;
}

/** Removes a file or a folder of files; absent is fine. */
export async function removeStorage(key: string): Promise<void> {
  await rm(storagePath(key), { recursive: true, force: true });
}

/** Names directly under a folder key; empty when absent. */
export async function listStorage(key: string): Promise<string[]> {
  return readdir(storagePath(key)).catch(() => []);
}

/** A Node stream as the web stream that a Response takes. */
export function toWebStream(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}
