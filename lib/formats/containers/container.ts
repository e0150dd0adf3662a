import { AppError } from "#lib/core/errors.ts";
import { env } from "#lib/env.ts";
import { formatBytes } from "#lib/format.ts";

/** A stored file, or a part of one. `end` is one past the last byte; absent: to the end. */
export type RandomAccess = { bytes: number; read(start: number, end?: number): AsyncIterable<Uint8Array> };

/** A file in a container. Its bytes are only ever streamed: no name in an archive becomes a path. */
export type Entry = {
  /** as the archive has it; empty in a bare gzip file */
  name: string;
  /** unpacked, as far as the archive says */
  bytes: number | null;
  /** why it is not read: a link, an unsafe path, a lock; null: it may be opened */
  refused: string | null;
  /** Unpacked bytes. At most once, and before the next entry is asked for. @throws AppError INVALID, LIMIT while streaming */
  open(): AsyncIterable<Uint8Array>;
};

export type Container = {
  entries(): AsyncGenerator<Entry>;
  /** bytes of the stored file that have been read */
  readonly read: number;
  /** the stored file ends before its content does */
  readonly cut: boolean;
};

/** Most files in an archive. */
const maxEntries = 10_000;
const ratio = 50;
const floorBytes = 100 * 1000 * 1000;

/**
 * How much an archive may hold unpacked: 50 times its size, but at least 100 MB, and never more than 20 times the largest upload. Text packs
 * 3 to 15 times; a bomb 1,000 times and more.
 */
export function maxUnpacked(packedBytes: number): number {
  return Math.min(Math.max(ratio * packedBytes, floorBytes), 20 * env.MAX_UPLOAD_BYTES);
}

/** Counts what is unpacked, over all files of one archive. */
export class Budget {
  readonly #most: number;
  #used = 0;

  constructor(packedBytes: number, most = maxUnpacked(packedBytes)) {
    this.#most = most;
  }

  /** @throws AppError LIMIT (413) */
  take(bytes: number): void {
    this.#used += bytes;
    if (this.#used <= this.#most) return;
    throw new AppError("LIMIT", `The archive unpacks to more than ${formatBytes(this.#most)}.`, {
      status: 413,
      todo: "Upload the file inside without packing it, or split it.",
    });
  }
}

/** @throws AppError LIMIT */
export function countEntry(index: number): void {
  if (index < maxEntries) return;
  throw new AppError("LIMIT", `The archive holds more than ${maxEntries} files.`, {
    todo: "Pack only the data files, or join them to fewer.",
  });
}

/** What is wrong with a file, as a person sees it. A fault of the disk stays one: the file may be fine. */
export function damaged(what: string, detail: unknown): Error {
  if (detail instanceof Error && "syscall" in detail) return detail;
  const reason = (detail instanceof Error ? detail.message : String(detail)).replace(/\.$/, "");
  return new AppError("INVALID", `The ${what} is damaged: ${reason.slice(0, 200)}.`, {
    todo: "Pack it again, or upload the file inside.",
  });
}

/** Why an entry of this name is not read, whatever it holds; null when nothing is wrong with it. */
export function unsafeName(name: string): string | null {
  if (name.includes("\0")) return "its name holds a NUL character";
  if (/^([/\\]|[a-zA-Z]:)/.test(name)) return "its path is absolute";
  if (name.split(/[/\\]/).includes("..")) return "its path leads out of the archive";
  return null;
}
