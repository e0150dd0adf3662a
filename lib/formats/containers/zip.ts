import { Readable } from "node:stream";
import yauzl from "yauzl";
import { AppError } from "#lib/core/errors.ts";
import {
  type Budget,
  type Container,
  countEntry,
  damaged,
  type Entry,
  type RandomAccess,
  unsafeName,
} from "./container.ts";
import { headOf } from "./head.ts";

/** The list of files is read in small steps; so much of it is fetched at once. */
const windowBytes = 64 * 1024;

/** Lets yauzl read from a stored file. */
class StoredReader extends yauzl.RandomAccessReader {
  readonly #source: RandomAccess;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;
  /** bytes that were fetched */
  fetched = 0;

  constructor(source: RandomAccess) {
    super();
    this.#source = source;
  }

  async *#counted(start: number, end: number): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#source.read(start, end)) {
      this.fetched += chunk.length;
      yield chunk;
    }
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#counted(start, end), { objectMode: false });
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, done: (error: Error | null) => void) {
    this.#fill(position, length).then(
      () => {
        const from = position - this.#windowAt;
        const copied = this.#window.copy(buffer, offset, from, from + length);
        done(copied < length ? new Error("unexpected EOF") : null);
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #fill(position: number, length: number): Promise<void> {
    const from = position - this.#windowAt;
    if (from >= 0 && from + length <= this.#window.length) return;
    const end = Math.min(this.#source.bytes, position + Math.max(length, windowBytes));
    this.#window = (await headOf(this.#counted(position, end), end - position)).bytes;
    this.#windowAt = position;
  }
}

function refusalOf(entry: yauzl.Entry, name: string): string | null {
  const unsafe = unsafeName(name);
  if (unsafe) return unsafe;
  const mode = (entry.externalFileAttributes >>> 16) & 0o170000;
  // Made on Unix, the upper half holds the file's mode.
  if (entry.versionMadeBy >> 8 === 3 && mode !== 0 && mode !== 0o100000) {
    return mode === 0o120000 ? "it is a link" : "it is no plain file";
  }
  if (entry.isEncrypted()) return "it is encrypted";
  return entry.canDecodeFileData() ? null : "it is packed in a way that is not supported; use Deflate";
}

async function* contentOf(zip: yauzl.ZipFile, entry: yauzl.Entry, budget: Budget): AsyncGenerator<Uint8Array> {
  let stream: Readable;
  try {
    stream = await zip.openReadStreamPromise(entry);
  } catch (error) {
    throw damaged("zip archive", error);
  }
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      budget.take(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof AppError ? error : damaged("zip archive", error);
  } finally {
    stream.destroy();
  }
}

/** Reads zip by its central directory, so that only what is wanted is unpacked. */
export function zipContainer(source: RandomAccess, budget: Budget): Container {
  const reader = new StoredReader(source);
  async function* entries(): AsyncGenerator<Entry> {
    const zip = await yauzl
      .fromRandomAccessReaderPromise(reader, source.bytes, { autoClose: false, decodeStrings: false })
      .catch((error: unknown) => {
        throw damaged("zip archive", error);
      });
    const list = zip.eachEntry();
    let index = 0;
    for (;;) {
      const { done, value: entry } = await list.next().catch((error: unknown) => {
        throw damaged("zip archive", error);
      });
      if (done || !entry) return;
      countEntry(index);
      index += 1;
      const name = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
      if (name.endsWith("/")) continue;
      const refused = refusalOf(entry, name);
      yield { name, bytes: entry.uncompressedSize, refused, open: () => contentOf(zip, entry, budget) };
    }
  }
  return {
    entries,
    get read() {
      return reader.fetched;
    },
    cut: false,
  };
}
