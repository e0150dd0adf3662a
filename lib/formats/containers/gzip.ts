import { createGunzip } from "node:zlib";
import { type Budget, type Container, damaged, type RandomAccess } from "./container.ts";

/** A packed byte can give a thousand: small pieces keep what one of them gives small. */
const pieceBytes = 16 * 1024;

/**
 * Unpacks gzip, also of several members one after another. Fed by hand instead of piped, so that everything before the place where a
 * file is cut off still comes out.
 */
export class Gunzip {
  read = 0;
  /** the file ends too early, or something else stands behind its end */
  cut = false;
  #unpacked = 0;

  async *unpack(source: AsyncIterable<Uint8Array>, budget: Budget): AsyncGenerator<Buffer> {
    const gunzip = createGunzip({ chunkSize: 64 * 1024 });
    let out: Buffer[] = [];
    let fault: Error | null = null;
    gunzip.on("data", (chunk: Buffer) => out.push(chunk));
    gunzip.on("error", (error) => {
      fault ??= error;
    });
    let over = false;
    // "end" also comes in the middle of a write: what stands behind the last member is no gzip and is left out.
    const ended = new Promise<void>((resolve) => {
      for (const event of ["end", "close"]) {
        gunzip.once(event, () => {
          over = true;
          resolve();
        });
      }
    });
    const taken = () => {
      const ready = out;
      out = [];
      for (const chunk of ready) {
        this.#unpacked += chunk.length;
        budget.take(chunk.length);
      }
      return ready;
    };
    try {
      for await (const chunk of source) {
        for (let at = 0; at < chunk.length && !over && !fault; at += pieceBytes) {
          const piece = chunk.subarray(at, at + pieceBytes);
          await Promise.race([ended, new Promise<void>((resolve) => gunzip.write(piece, () => resolve()))]);
          this.read += piece.length;
          yield* taken();
        }
        if (fault || over) break;
      }
      // Something that is no gzip stands behind the last member: what it should have been is not known.
      this.cut = over && !fault;
      if (!fault) {
        if (!over) gunzip.end();
        await ended;
        yield* taken();
      }
    } finally {
      gunzip.destroy();
    }
    this.#judge(fault);
  }

  #judge(fault: (Error & { code?: string }) | null): void {
    if (!fault) return;
    this.cut = fault.code === "Z_BUF_ERROR" || (this.#unpacked > 0 && fault.message === "incorrect header check");
    if (!this.cut) throw damaged("gzip file", fault);
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
