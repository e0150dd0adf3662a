import { formatById, sniff } from "./registry.ts";
import { type Batch, headBytes, type Position, type Rejection, type SourceRecord } from "./types.ts";

/** Bytes in pieces of one size, as a stream would bring them. */
export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export type ReadBack = {
  columns: string[];
  warnings: string[];
  records: SourceRecord[];
  rejections: Rejection[];
  stops: Position[];
};

/** Sniffs and parses a whole file in memory, for tests. Reads every column. */
export async function readAll(bytes: Uint8Array | string, pieceBytes = 64 * 1024): Promise<ReadBack> {
  const raw = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  const { how, columns } = sniff(raw.subarray(0, headBytes), raw.length <= headBytes, "test file");
  const result: ReadBack = { columns, warnings: how.warnings, records: [], rejections: [], stops: [] };
  const pieces = inPieces(raw.subarray(how.start.offset), pieceBytes);
  for await (const batch of formatById(how.format).parse(pieces, how, how.start, columns)) collect(result, batch);
  return result;
}

/** Goes on in the middle of a file, as a resumed import does. */
export async function readFrom(bytes: Uint8Array, from: Position): Promise<ReadBack> {
  const { how, columns } = sniff(bytes.subarray(0, headBytes), bytes.length <= headBytes, "test file");
  const result: ReadBack = { columns, warnings: [], records: [], rejections: [], stops: [] };
  const pieces = inPieces(bytes.subarray(from.offset), 97);
  for await (const batch of formatById(how.format).parse(pieces, how, from, columns)) collect(result, batch);
  return result;
}

function collect(into: ReadBack, batch: Batch): void {
  into.records.push(...batch.records);
  into.rejections.push(...batch.rejections);
  into.stops.push(batch.next);
}
