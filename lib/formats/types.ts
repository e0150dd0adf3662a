import type { Sniffed } from "./sniffed.ts";

export type { Sniffed } from "./sniffed.ts";

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

export const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof encodings)[number];

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
  "missing_output",
  "shape",
  "skipped",
  "member",
] as const;
export type RejectCode = (typeof rejectCodes)[number];

/** A row that did not parse. `line` counts from 1, `offset` is the byte in the original file where the row begins. */
export type Rejection = { line: number; offset: number; code: RejectCode; reason: string; text: string };

/** A JSON object as a row of a file. */
export type JsonObject = Record<string, unknown>;

/** Why a row cannot be taken, without its place. */
export type Fault = Pick<Rejection, "code" | "reason">;

/** A parsed row. `values` stands in the order of the requested columns; `text` is the original, at most `keptTextChars`. */
export type SourceRecord = { line: number; offset: number; values: Cell[]; text: string };

/**
 * A place in a file between two rows: reading may stop and go on here. `offset` counts bytes of the unpacked text; in Parquet, rows.
 * `line` counts from 1; in Parquet, rows.
 */
export type Position = {
  offset: number;
  line: number;
  /** which data file of an archive, from 0; absent: the first */
  member?: number | undefined;
  /** bytes of the stored file behind which this place lies, where they differ from `offset` */
  read?: number | undefined;
};

/** What one piece of the stream held. `next` lies behind the last row that is told here. */
export type Batch = {
  records: SourceRecord[];
  rejections: Rejection[];
  next: Position;
  /** the file's own split says so; absent: it says nothing */
  holdout?: boolean | undefined;
};

/** The beginning of a file, decoded. */
export type Head = {
  encoding: Encoding;
  /** bytes of the byte order mark */
  bom: number;
  /** what should be told of a guessed encoding */
  warning: string | null;
  /** decoded text without the mark; a row cut off at the end of the head is left out unless the file ends there */
  text: string;
  /** the head is the whole file */
  complete: boolean;
};

/** How the text of one file is written: what a format finds in its head. */
export type Syntax = Pick<
  Sniffed,
  "format" | "encoding" | "newline" | "delimiter" | "columns" | "start" | "warnings" | "path"
>;

/** A source format. One file per member, listed in registry.ts. */
export type Format = {
  id: string;
  /** as people call it */
  name: string;
  /** Whether the head is of this format and how to read it; null when it is not. Looks at content only, never at a file's name. */
  detect(head: Head): Syntax | null;
  /**
   * Rows of a file, in order, in batches of one stream chunk each, with flat memory.
   * @param chunks bytes from `from.offset` on
   * @param columns what to read of each row; values come back in this order
   */
  parse(chunks: AsyncIterable<Uint8Array>, how: Sniffed, from: Position, columns: string[]): AsyncGenerator<Batch>;
  /** Names of the columns found in the head, in order of appearance. */
  columnsOf(head: Head, how: Syntax): string[];
  /** The first rows of the head as objects, at most `most`, to tell their shape by. */
  objects(head: Head, how: Syntax, most: number): JsonObject[];
};
