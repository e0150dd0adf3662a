import { crc32, createInflateRaw, type InflateRaw } from "node:zlib";
import { type Budget, type Container, damaged, type RandomAccess } from "./container.ts";
import { Puller } from "./puller.ts";

/** A packed byte can give a thousand: small pieces keep what one of them gives small. */
const pieceBytes = 16 * 1024;

/** One packed content, unpacked piece by piece instead of piped, so that everything before the place where a file is cut off still comes out. */
class Run {
  readonly #inflate: InflateRaw;
  #out: Buffer[] = [];
  #fed = 0;
  #ended: Promise<void>;
  /** the packed content is over; what was written behind it is unused */
  over = false;
  fault: (Error & { code?: string }) | null = null;

  constructor() {
    this.#inflate = createInflateRaw({ chunkSize: 64 * 1024 });
    this.#inflate.on("data", (chunk: Buffer) => this.#out.push(chunk));
    this.#inflate.on("error", (error) => {
      this.fault ??= error;
    });
    // "end" also comes in the middle of a write, which then never calls back.
    this.#ended = new Promise((resolve) => {
      for (const event of ["end", "close"]) {
        this.#inflate.once(event, () => {
          this.over = true;
          resolve();
        });
      }
    });
  }

  async write(piece: Uint8Array): Promise<Buffer[]> {
    this.#fed += piece.length;
    await Promise.race([this.#ended, new Promise<void>((resolve) => this.#inflate.write(piece, () => resolve()))]);
    return this.#taken();
  }

  async end(): Promise<Buffer[]> {
    this.#inflate.end();
    await this.#ended;
    return this.#taken();
  }

  /** bytes of what was written that were not used */
  get unused(): number {
    return this.#fed - this.#inflate.bytesWritten;
  }

  close(): void {
    this.#inflate.destroy();
  }

  #taken(): Buffer[] {
    const ready = this.#out;
    this.#out = [];
    return ready;
  }
}

const named = 0x08;
const commented = 0x10;
const extended = 0x04;
const checked = 0x02;
const maxHeaderBytes = 64 * 1024;

/** Passes over the header of a member. @returns false when the stream ends in it */
async function skipHeader(stream: Puller, flags: number): Promise<boolean> {
  if (flags & extended) {
    const size = await stream.exactly(2);
    if (size.length < 2) return false;
    await stream.exactly(size.readUInt16LE(0));
  }
  for (const text of [named, commented]) {
    if (!(flags & text)) continue;
    for (let passed = 0; ; passed += 1) {
      if (passed > maxHeaderBytes) throw damaged("gzip file", "its header has no end");
      const byte = await stream.some(1);
      if (!byte) return false;
      if (byte[0] === 0) break;
    }
  }
  return !(flags & checked) || (await stream.exactly(2)).length === 2;
}

/**
 * Unpacks gzip, also of several members one after another. Own reading of the members rather than zlib's, which loses what it has
 * unpacked of a piece when something is wrong behind it.
 */
export class Gunzip {
  /** the file ends too early, or something else stands behind its end */
  cut = false;
  #stream: Puller | null = null;

  /** packed bytes that were read */
  get read(): number {
    return this.#stream?.taken ?? 0;
  }

  async *unpack(source: AsyncIterable<Uint8Array>, budget: Budget): AsyncGenerator<Buffer> {
    const stream = new Puller(source);
    this.#stream = stream;
    try {
      for (;;) {
        const head = await stream.exactly(10);
        if (head.length === 0) return;
        const isMember = head.length === 10 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
        // Zeros pad files to the size of a block.
        this.cut = isMember ? !(await skipHeader(stream, head[3] ?? 0)) : head.some((byte) => byte !== 0);
        if (!isMember || this.cut) return;
        yield* this.#content(stream, budget);
        if (this.cut) return;
      }
    } finally {
      await stream.close();
    }
  }

  async *#content(stream: Puller, budget: Budget): AsyncGenerator<Buffer> {
    const run = new Run();
    let checksum = 0;
    let size = 0;
    const count = (chunks: Buffer[]) => {
      for (const chunk of chunks) {
        budget.take(chunk.length);
        checksum = crc32(chunk, checksum);
        size += chunk.length;
      }
      return chunks;
    };
    try {
      while (!run.over) {
        const piece = await stream.some(pieceBytes);
        yield* count(await (piece ? run.write(piece) : run.end()));
        if (run.fault?.code === "Z_BUF_ERROR") this.cut = true;
        else if (run.fault) throw damaged("gzip file", run.fault);
        if (piece && run.over) stream.back(piece.subarray(piece.length - Math.min(run.unused, piece.length)));
      }
      const trailer = await stream.exactly(8);
      if (trailer.length < 8) this.cut = true;
      else if (trailer.readUInt32LE(0) !== checksum || trailer.readUInt32LE(4) !== size % 2 ** 32) {
        throw damaged("gzip file", "its checksum does not fit");
      }
    } finally {
      run.close();
    }
  }
}

/** A bare gzip file: one entry without a name. */
export function gzipContainer(source: RandomAccess, budget: Budget): Container {
  const gunzip = new Gunzip();
  return {
    async *entries() {
      yield { name: "", bytes: null, refused: null, open: () => gunzip.unpack(source.read(0), budget) };
    },
    get read() {
      return gunzip.read;
    },
    get cut() {
      return gunzip.cut;
    },
  };
}
