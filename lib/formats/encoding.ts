import { charsetOf } from "./charset.ts";
import type { Encoding, Head } from "./types.ts";

/**
 * Decodes the beginning of a file. Bytes that are no text become U+FFFD here (the head only serves to look at the file);
 * the import itself rejects such rows.
 * @param chosen the encoding of a file without a byte order mark; absent: by its content
 */
export function readHead(bytes: Uint8Array, complete: boolean, chosen?: Encoding): Head {
  const guessed = charsetOf(bytes);
  const { encoding, bom, warning } =
    chosen === undefined || guessed.bom > 0 ? guessed : { encoding: chosen, bom: 0, warning: null };
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes.subarray(bom), { stream: !complete });
  const cut = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r"));
  return { encoding, bom, complete, warning, text: complete || cut < 0 ? text : text.slice(0, cut + 1) };
}

/** Small pieces are parsed and forgotten between two collections of young garbage; larger ones would grow the heap. */
const pieceBytes = 64 * 1024;

/**
 * A byte stream as UTF-8, in pieces of at most 64 kB (of the original). In UTF-16 an unpaired surrogate becomes U+FFFD, which is one
 * code unit too, so that offsets stay exact.
 */
export async function* asUtf8(chunks: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = encoding === "utf-8" ? null : new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      if (decoder) yield Buffer.from(decoder.decode(piece, { stream: true }));
      else yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    }
  }
  const rest = decoder?.decode();
  if (rest) yield Buffer.from(rest);
}

/** How many bytes a piece of UTF-8 takes in the original encoding. */
export function originalBytes(utf8: Uint8Array, encoding: Encoding): number {
  if (encoding === "utf-8") return utf8.byteLength;
  const wide = encoding !== "windows-1252";
  let units = 0;
  for (const byte of utf8) {
    if ((byte & 0xc0) !== 0x80) units += wide && byte >= 0xf0 ? 2 : 1;
  }
  return wide ? units * 2 : units;
}

/** How many bytes a text takes in an encoding. */
export function bytesIn(text: string, encoding: Encoding): number {
  if (encoding === "utf-8") return Buffer.byteLength(text);
  return encoding === "windows-1252" ? text.length : text.length * 2;
}
