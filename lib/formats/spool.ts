import { mkdir, open, rm } from "node:fs/promises";
import path from "node:path";
import { AppError } from "#lib/core/errors.ts";
import { storagePath } from "#lib/core/storage.ts";
import { formatBytes } from "#lib/format.ts";
import type { RandomAccess } from "./containers/container.ts";

/** The largest packed file that is unpacked to the disk. */
const maxSpooledBytes = 2 * 1024 * 1024 * 1024;
const pieceBytes = 256 * 1024;

/**
 * Puts a stream on the disk, to be read anywhere in it. The name is made here and gone from the folder before the first byte is written,
 * so that nothing is left behind by a process that is killed.
 * @throws AppError LIMIT for more than 2 GB
 */
export async function spool(stream: AsyncIterable<Uint8Array>): Promise<RandomAccess & { close(): Promise<void> }> {
  const name = storagePath(`spool/${crypto.randomUUID()}`);
  await mkdir(path.dirname(name), { recursive: true });
  const file = await open(name, "wx+", 0o600);
  await rm(name, { force: true });
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      if (bytes + chunk.length > maxSpooledBytes) {
        throw new AppError("LIMIT", `A packed Parquet file is larger than ${formatBytes(maxSpooledBytes)}.`, {
          status: 413,
          todo: "Upload the Parquet file itself, without packing it again.",
        });
      }
      let from = 0;
      while (from < chunk.length) {
        from += (await file.write(chunk, from, chunk.length - from, bytes + from)).bytesWritten;
      }
      bytes += chunk.length;
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    bytes,
    close: () => file.close(),
    async *read(start, end = bytes) {
      for (let at = start; at < Math.min(end, bytes); ) {
        const piece = Buffer.alloc(Math.min(pieceBytes, Math.min(end, bytes) - at));
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    },
  };
}
