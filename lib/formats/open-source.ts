import { AppError } from "#lib/core/errors.ts";
import { readStorage } from "#lib/core/storage.ts";
import { Budget, type Container, type Entry, type RandomAccess } from "./containers/container.ts";
import { gzipContainer } from "./containers/gzip.ts";
import { headOf } from "./containers/head.ts";
import { isTarHeader, tarContainer } from "./containers/tar.ts";
import { zipContainer } from "./containers/zip.ts";
import type { ContainerKind } from "./sniffed.ts";

export type { RandomAccess } from "./containers/container.ts";

/** A file in the storage. @param bytes its size */
export function storedFile(key: string, bytes: number): RandomAccess {
  return { bytes, read: (start, end) => readStorage(key, end === undefined ? { start } : { start, end }) };
}

/** A stored file from its bytes in memory: for tests and small things. */
export function bytesSource(bytes: Uint8Array, pieceBytes = 64 * 1024): RandomAccess {
  return {
    bytes: bytes.length,
    async *read(start, end = bytes.length) {
      const last = Math.min(end, bytes.length);
      for (let at = start; at < last; at += pieceBytes) yield bytes.subarray(at, Math.min(last, at + pieceBytes));
    },
  };
}

/** What a stored file is wrapped in, by its first bytes. */
export async function containerOf(source: RandomAccess): Promise<ContainerKind> {
  const { bytes } = await headOf(source.read(0, 512), 512);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) {
    const inner = gzipContainer(source, new Budget(source.bytes));
    const [entry] = await take(inner.entries(), 1);
    const head = await headOf((entry as Entry).open(), 512).catch((error: unknown) => {
      if (error instanceof AppError) return { bytes: Buffer.alloc(0) };
      throw error;
    });
    return isTarHeader(head.bytes) ? "tar.gz" : "gzip";
  }
  if (bytes.toString("latin1", 0, 4) === "PK\x03\x04") return "zip";
  return isTarHeader(bytes) ? "tar" : "none";
}

async function take<T>(items: AsyncIterable<T>, most: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length >= most) break;
  }
  return taken;
}

/** Opens the files in a container. Each `entries()` begins anew. */
export function openContainer(source: RandomAccess, kind: Exclude<ContainerKind, "none">): Container {
  const budget = new Budget(source.bytes);
  if (kind === "gzip") return gzipContainer(source, budget);
  return kind === "zip" ? zipContainer(source, budget) : tarContainer(source, kind === "tar.gz", budget);
}
