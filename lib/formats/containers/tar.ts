import { AppError } from "#lib/core/errors.ts";
import { type Budget, type Container, countEntry, damaged, type RandomAccess, unsafeName } from "./container.ts";
import { Gunzip } from "./gzip.ts";
import { Puller } from "./puller.ts";

const block = 512;
/** Long names and extended headers are read whole; real ones are short. */
const maxHeaderBytes = 64 * 1024;

/** A number of a header: octal digits, or base 256 when the first bit is set. */
function numberAt(header: Buffer, from: number, length: number): number {
  const field = header.subarray(from, from + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    let value = (field[0] ?? 0) & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return value;
  }
  const digits = field
    .toString("latin1")
    .replace(/[\0 ]+/g, " ")
    .trim();
  return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function textAt(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString();
}

/** Whether 512 bytes are the header of a tar entry: its checksum says so. */
export function isTarHeader(header: Uint8Array): boolean {
  if (header.length < block || header[0] === 0) return false;
  let sum = 8 * 0x20;
  for (let at = 0; at < block; at += 1) if (at < 148 || at >= 156) sum += header[at] ?? 0;
  return numberAt(Buffer.from(header.buffer, header.byteOffset, block), 148, 8) === sum;
}

/** Records of an extended header: "27 path=data/train.jsonl\n". */
function paxOf(bytes: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? 0 : Number(bytes.toString("latin1", at, space));
    if (!(length > 0)) break;
    const [key, ...value] = bytes.toString("utf8", space + 1, at + length - 1).split("=");
    found.set(key ?? "", value.join("="));
    at += length;
  }
  return found;
}

const kinds: Readonly<Record<string, string>> = {
  "1": "it is a link",
  "2": "it is a link",
  "3": "it is a device",
  "4": "it is a device",
  "6": "it is a pipe",
};

/**
 * Reads tar (ustar, pax and GNU names) as it streams by. Own reader rather than tar-stream: what was read before a cut must come out.
 */
export function tarContainer(source: RandomAccess, packed: boolean, budget: Budget): Container {
  const gunzip = new Gunzip();
  let plain = 0;
  let short = false;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.read(0)) {
      plain += chunk.length;
      yield chunk;
    }
  }
  async function* entries(): ReturnType<Container["entries"]> {
    const stream = new Puller(packed ? gunzip.unpack(source.read(0), budget) : counted());
    try {
      let index = 0;
      let long = new Map<string, string>();
      for (;;) {
        const header = await stream.exactly(block);
        if (header.length < block) {
          short = index === 0 || header.length > 0 || gunzip.cut;
          return;
        }
        if (header.every((byte) => byte === 0)) return;
        if (!isTarHeader(header)) throw damaged("tar archive", "a header has a wrong checksum");
        const type = String.fromCharCode(header[156] ?? 0);
        const size = numberAt(header, 124, 12);
        if (!Number.isSafeInteger(size)) throw damaged("tar archive", "a file has no valid size");
        if (type === "x" || type === "g" || type === "L" || type === "K") {
          if (size > maxHeaderBytes)
            throw new AppError("INVALID", "The tar archive has a name or header that is too long.");
          const content = await stream.exactly(Math.ceil(size / block) * block);
          const text = content.subarray(0, size);
          if (type === "x") long = paxOf(text);
          if (type === "L") long = new Map([["path", textAt(text, 0, size)]]);
          continue;
        }
        countEntry(index);
        index += 1;
        const prefix = textAt(header, 345, 155);
        const short100 = textAt(header, 0, 100);
        const isUstar = header.toString("latin1", 257, 262) === "ustar" && header[262] === 0;
        const name = long.get("path") ?? (isUstar && prefix ? `${prefix}/${short100}` : short100);
        const said = Number(long.get("size") ?? size);
        if (!Number.isSafeInteger(said) || said < 0) throw damaged("tar archive", "a file has no valid size");
        long = new Map();
        let left = said;
        async function* content(): AsyncGenerator<Uint8Array> {
          while (left > 0) {
            const part = await stream.some(left);
            if (!part) {
              short = true;
              return;
            }
            left -= part.length;
            yield part;
          }
        }
        const isFile = type === "0" || type === "\0" || type === "7";
        if (type !== "5") {
          const refused = unsafeName(name) ?? (isFile ? null : (kinds[type] ?? "it is no plain file"));
          yield { name, bytes: said, refused, open: content };
        }
        // Whatever was not read is passed over, with the padding behind it.
        for await (const _rest of content());
        if (short) return;
        await stream.exactly((block - (said % block)) % block);
      }
    } finally {
      await stream.close();
    }
  }
  return {
    entries,
    get read() {
      return packed ? gunzip.read : plain;
    },
    get cut() {
      return short || gunzip.cut;
    },
  };
}
