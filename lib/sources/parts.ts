import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { listStorage, readStorage, removeStorage, storageBytes, storagePath } from "#lib/core/storage.ts";

/** A piece of the file: bytes from `start` on, written by the claim `epoch`. */
type Part = { start: number; epoch: number; key: string; bytes: number };

export type Whole = {
  bytes: number;
  sha256: string /** puts it where it belongs; call it inside the fenced transaction */;
  place(): Promise<void>;
};

/**
 * The bytes of a fetch that may be killed and taken over at any time. Every claim writes a file of its own, named by the offset where it
 * begins and by the epoch of the claim; what a later claim begins before the end of an earlier file is cut off there. A worker that was taken
 * for dead and writes on can therefore spoil nothing.
 */
export class Parts {
  #own: { part: Part; file: FileHandle; sha: Hash } | null = null;
  #earlier: Part[];
  readonly #key: string;
  readonly #epoch: number;

  private constructor(key: string, epoch: number, earlier: Part[]) {
    this.#key = key;
    this.#epoch = epoch;
    this.#earlier = earlier;
  }

  /** @param key where the whole file will lie */
  static async open(key: string, epoch: number): Promise<Parts> {
    const found: Part[] = [];
    for (const name of await listStorage(folderOf(key))) {
      const [, start, of] = /^(\d+)-(\d+)$/.exec(name) ?? [];
      if (start === undefined || Number(of) >= epoch) continue;
      const partKey = `${folderOf(key)}/${name}`;
      found.push({ start: Number(start), epoch: Number(of), key: partKey, bytes: await storageBytes(partKey) });
    }
    await mkdir(storagePath(folderOf(key)), { recursive: true });
    return new Parts(key, epoch, chained(found));
  }

  /** Bytes that are there from the beginning on without a gap. */
  get size(): number {
    const last = this.#own?.part ?? this.#earlier.at(-1);
    return last ? last.start + last.bytes : 0;
  }

  /** Forgets what is there. */
  async restart(): Promise<void> {
    await this.close();
    const own = this.#own?.part;
    for (const part of [...this.#earlier, ...(own ? [own] : [])]) await removeStorage(part.key);
    this.#earlier = [];
    this.#own = null;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#own ??= await this.#begin();
    const { part, file, sha } = this.#own;
    let from = 0;
    while (from < chunk.byteLength) from += (await file.write(chunk, from)).bytesWritten;
    part.bytes += chunk.byteLength;
    sha.update(chunk);
  }

  async #begin() {
    const start = this.size;
    const part = { start, epoch: this.#epoch, key: `${folderOf(this.#key)}/${start}-${this.#epoch}`, bytes: 0 };
    return { part, file: await open(storagePath(part.key), "w", 0o600), sha: createHash("sha256") };
  }

  /** The file in one piece, with its hash. Written in one go it is there already; else the pieces are put together. */
  async whole(): Promise<Whole> {
    const own = this.#own;
    if (own && own.part.start === 0) {
      await own.file.sync();
      return this.#wholeAt(own.part.key, own.part.bytes, own.sha.digest("hex"));
    }
    const key = `${folderOf(this.#key)}/whole-${this.#epoch}`;
    const sha = createHash("sha256");
    const file = await open(storagePath(key), "w", 0o600);
    let bytes = 0;
    try {
      const parts = own ? [...this.#earlier, own.part] : this.#earlier;
      for (const [index, part] of parts.entries()) {
        const end = parts[index + 1]?.start ?? part.start + part.bytes;
        if (end === part.start) continue;
        for await (const chunk of readStorage(part.key, { end: end - part.start })) {
          let from = 0;
          while (from < chunk.length) from += (await file.write(chunk as Buffer, from)).bytesWritten;
          sha.update(chunk as Buffer);
          bytes += chunk.length;
        }
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return this.#wholeAt(key, bytes, sha.digest("hex"));
  }

  #wholeAt(key: string, bytes: number, sha256: string): Whole {
    return { bytes, sha256, place: () => rename(storagePath(key), storagePath(this.#key)) };
  }

  async close(): Promise<void> {
    const own = this.#own;
    if (!own) return;
    await own.file.close().catch(() => undefined);
  }
}

/** From pieces of all claims, those that make up the file: each claim began at the end of what the claim before it had at that time. */
function chained(found: Part[]): Part[] {
  const chain: Part[] = [];
  for (const part of found.sort((a, b) => a.epoch - b.epoch)) {
    while ((chain.at(-1)?.start ?? -1) >= part.start) chain.pop();
    const last = chain.at(-1);
    // a gap: what was written before did not reach the disk
    if (part.start > (last ? last.start + last.bytes : 0)) continue;
    chain.push(part);
  }
  return chain;
}

function folderOf(key: string): string {
  return `${key}.parts`;
}

/** Removes all pieces of a fetch. */
export async function removeParts(key: string): Promise<void> {
  await rm(storagePath(folderOf(key)), { recursive: true, force: true });
}
