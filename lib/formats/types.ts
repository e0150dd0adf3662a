/** Longest row (a line, or a CSV record over several lines) that is read, in bytes of UTF-8. Longer ones are rejected unread. */
export const maxRowBytes = 1024 * 1024;
/** Most lines that one CSV record may span. */
export const maxRecordLines = 10_000;
/** Most columns a file may have; wider files are refused. */
export const maxColumns = 1_000;
/** How much of a rejected row is kept, in characters. */
export const keptTextChars = 2_000;
/** How much of the beginning of a file is looked at to tell what it is, in bytes: enough for one longest row. */
export const headBytes = 2 * maxRowBytes;

/** A value as text: numbers and booleans written out, nested JSON kept as JSON. `null`: absent or JSON null. */
export type Cell = string | null;

export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** Why a row was not read or not taken. One word per cause, so that a report can group them. */
export const rejectCodes = [
  "invalid_text",
  "nul",
  "too_long",
  "ragged",
  "quote",
  "json",
  "not_object",
  "several_objects",
  "missing_input",
] as const;
export type RejectCode = (typeof rejectCodes)[number];

/** A row that did not parse. `line` counts from 1, `offset` is the byte in the original file where the row begins. */
export type Rejection = { line: number; offset: number; code: RejectCode; reason: string; text: string };

/** A parsed row. `values` stands in the order of the requested columns; `text` is the original, at most `keptTextChars`. */
export type SourceRecord = { line: number; offset: number; values: Cell[]; text: string };

/** A place in a file between two rows: reading may stop and go on here. */
export type Position = { offset: number; line: number };

/** What one piece of the stream held. `next` lies behind the last row that is told here. */
export type Batch = { records: SourceRecord[]; rejections: Rejection[]; next: Position };

/** The beginning of a file, decoded. */
export type Head = {
  encoding: Encoding;
  /** bytes of the byte order mark */
  bom: number;
  /** decoded text without the mark; a row cut off at the end of the head is left out unless the file ends there */
  text: string;
  /** the head is the whole file */
  complete: boolean;
};

/** How to read a file: found once from its head, then stored with the import. */
export type Sniffed = {
  format: string;
  encoding: Encoding;
  /** what ends a line: LF (also of CRLF) or a lone CR */
  newline: "\n" | "\r";
  /** cell separator of delimited text */
  delimiter: string | null;
  /** header of delimited text after renaming; empty for formats whose rows name their own fields */
  columns: string[];
  /** where the first data row begins */
  start: Position;
  /** in words, what a person should know before importing */
  warnings: string[];
};

/** A source format. One file per member, listed in registry.ts. */
export type Format = {
  id: string;
  /** as people call it */
  name: string;
  /** Whether the head is of this format and how to read it; null when it is not. Looks at content only, never at a file's name. */
  detect(head: Head): Sniffed | null;
  /**
   * Rows of a file, in order, in batches of one stream chunk each, with flat memory.
   * @param chunks bytes from `from.offset` on
   * @param columns what to read of each row; values come back in this order
   */
  parse(chunks: AsyncIterable<Uint8Array>, how: Sniffed, from: Position, columns: string[]): AsyncGenerator<Batch>;
  /** Names of the columns found in the head, in order of appearance. */
  columnsOf(head: Head, how: Sniffed): string[];
};
