import { AppError } from "#lib/core/errors.ts";
import type { Encoding, Head } from "./types.ts";

/** What a byte order mark says; without one a file is UTF-8. */
function markOf(bytes: Uint8Array): { encoding: Encoding; bom: number } {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: "utf-8", bom: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: "utf-16le", bom: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: "utf-16be", bom: 2 };
  return { encoding: "utf-8", bom: 0 };
}

/**
 * Decodes the beginning of a file. Bytes that are no text become U+FFFD here (the head only serves to look at the file);
 * the import itself rejects such rows.
 */
export function readHead(bytes: Uint8Array, complete: boolean): Head {
  const { encoding, bom } = markOf(bytes);
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes.subarray(bom), { stream: !complete });
  const cut = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r"));
  return { encoding, bom, complete, text: complete || cut < 0 ? text : text.slice(0, cut + 1) };
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
  let units = 0;
  for (const byte of utf8) {
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units * 2;
}

type Lie = { starts: readonly number[] | string; is: string; todo: string };
const exportIt = "Export it as CSV or JSONL and upload that.";
const unpackIt = "Unpack it and upload the CSV or JSONL file inside.";

/** First bytes of what people upload under a wrong name. */
const lies: readonly Lie[] = [
  { starts: [0x1f, 0x8b], is: "a gzip archive", todo: unpackIt },
  {
    starts: "PK\x03\x04",
    is: "a zip archive or an Excel workbook",
    todo: "Unpack it, or save the sheet as CSV, and upload that.",
  },
  { starts: "PK\x05\x06", is: "an empty zip archive", todo: unpackIt },
  { starts: [0x28, 0xb5, 0x2f, 0xfd], is: "a Zstandard archive", todo: unpackIt },
  { starts: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: "an xz archive", todo: unpackIt },
  { starts: "BZh", is: "a bzip2 archive", todo: unpackIt },
  { starts: "7z\xbc\xaf", is: "a 7z archive", todo: unpackIt },
  { starts: "\x7fELF", is: "a program (ELF)", todo: "Upload CSV or JSONL." },
  { starts: "MZ\x90", is: "a Windows program", todo: "Upload CSV or JSONL." },
  { starts: "%PDF-", is: "a PDF", todo: exportIt },
  { starts: "PAR1", is: "a Parquet file", todo: exportIt },
  { starts: "ARROW1", is: "an Arrow file", todo: exportIt },
  { starts: "SQLite format 3", is: "an SQLite database", todo: exportIt },
  { starts: "\x89PNG", is: "an image", todo: "Upload CSV or JSONL." },
  { starts: "\xff\xd8\xff", is: "an image", todo: "Upload CSV or JSONL." },
  { starts: [0xd0, 0xcf, 0x11, 0xe0], is: "an old Excel or Word file", todo: exportIt },
  { starts: "{\\rtf", is: "a rich text document", todo: exportIt },
];

function startsWith(bytes: Uint8Array, starts: Lie["starts"]): boolean {
  const wanted = typeof starts === "string" ? Buffer.from(starts, "latin1") : starts;
  return wanted.length <= bytes.length && wanted.every((byte, index) => bytes[index] === byte);
}

function refuse(fileName: string, is: string, todo: string): never {
  throw new AppError("INVALID", `This file is ${is}, not a table of text.`, { where: fileName, todo });
}

/** Refuses what is no text table, by content. @throws AppError INVALID that says what it is and what to do */
export function refuseOtherContent(bytes: Uint8Array, head: Head, fileName: string): void {
  const lie = lies.find((candidate) => startsWith(bytes, candidate.starts));
  if (lie) refuse(fileName, lie.is, lie.todo);
  const text = head.text.trimStart();
  if (head.complete && text === "") {
    throw new AppError("INVALID", "The file is empty.", {
      where: fileName,
      todo: "Upload a file with at least one row.",
    });
  }
  const start = text.slice(0, 200).toLowerCase();
  if (/^<(!doctype html|html|head|body)\b/.test(start)) {
    refuse(fileName, "a web page (HTML)", "Perhaps a sign-in page was saved instead of the data: download it again.");
  }
  if (start.startsWith("<?xml")) refuse(fileName, "XML", exportIt);
  if (start.startsWith("[")) {
    refuse(
      fileName,
      "one JSON array",
      "Write one object per line (JSONL), for instance with: jq -c '.[]' file.json > file.jsonl",
    );
  }
  refuseBinary(bytes, head, fileName);
}

/** More than one control character in 20 bytes is no text; a single NUL in a long file is left to the row it is in. */
function refuseBinary(bytes: Uint8Array, head: Head, fileName: string): void {
  if (head.encoding !== "utf-8") return;
  const sample = bytes.subarray(0, 4096);
  let controls = 0;
  let nuls = 0;
  for (const byte of sample) {
    if (byte === 0) nuls += 1;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x1b) controls += 1;
  }
  if (controls * 20 <= sample.length) return;
  if (nuls * 3 > sample.length) refuse(fileName, "UTF-16 without a byte order mark, or binary", "Save it as UTF-8.");
  refuse(fileName, "binary", "Upload CSV or JSONL, as UTF-8 text.");
}
