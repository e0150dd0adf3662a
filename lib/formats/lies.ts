import { AppError } from "#lib/core/errors.ts";
import type { Head } from "./types.ts";

type Lie = { starts: readonly number[] | string; is: string; todo: string };
const exportIt = "Export it as CSV, JSONL or Parquet and upload that.";
const unpackIt = "Unpack it and upload the data file inside, or pack it as zip or gzip.";

/** First bytes of what people upload under a wrong name. */
const lies: readonly Lie[] = [
  { starts: [0x1f, 0x8b], is: "a gzip archive", todo: unpackIt },
  { starts: "PK\x03\x04", is: "a zip archive", todo: unpackIt },
  { starts: "PK\x05\x06", is: "an empty zip archive", todo: unpackIt },
  { starts: [0x28, 0xb5, 0x2f, 0xfd], is: "a Zstandard archive", todo: unpackIt },
  { starts: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: "an xz archive", todo: unpackIt },
  { starts: "BZh", is: "a bzip2 archive", todo: unpackIt },
  { starts: "7z\xbc\xaf", is: "a 7z archive", todo: unpackIt },
  { starts: "\x7fELF", is: "a program (ELF)", todo: "Upload CSV or JSONL." },
  { starts: "MZ\x90", is: "a Windows program", todo: "Upload CSV or JSONL." },
  { starts: "%PDF-", is: "a PDF", todo: exportIt },
  { starts: "PAR1", is: "a packed or renamed Parquet file", todo: "Upload the Parquet file itself, or in a zip." },
  { starts: "PARE", is: "an encrypted Parquet file", todo: "Write it without encryption, or as CSV or JSONL." },
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
  refuseBinary(bytes, head, fileName);
}

/** More than one control character in 20 bytes is no text; a single NUL in a long file is left to the row it is in. */
function refuseBinary(bytes: Uint8Array, head: Head, fileName: string): void {
  if (head.encoding.startsWith("utf-16")) return;
  const sample = bytes.subarray(0, 4096);
  let controls = 0;
  for (const byte of sample) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x1b) controls += 1;
  }
  if (controls * 20 <= sample.length) return;
  refuse(fileName, "binary", "Upload CSV or JSONL, as UTF-8 text.");
}
