import { inspect } from "./inspect.ts";
import { bytesSource } from "./open-source.ts";
import { readRows } from "./read-rows.ts";
import { ReadOptions } from "./sniffed.ts";
import type { Batch, Position, Rejection, Sniffed, SourceRecord } from "./types.ts";

export type ReadBack = {
  columns: string[];
  warnings: string[];
  records: SourceRecord[];
  rejections: Rejection[];
  stops: Position[];
  how: Sniffed;
};

type Options = Partial<ReadOptions> & {
  /** what to read of each row; absent: every column */
  columns?: string[];
  pieceBytes?: number;
};

const bytesOf = (file: Uint8Array | string) => (typeof file === "string" ? Buffer.from(file) : file);

/** Inspects and reads a whole file in memory, for tests. */
export async function readAll(file: Uint8Array | string, options: Options | number = {}): Promise<ReadBack> {
  const { columns: wanted, pieceBytes, ...choices } = typeof options === "number" ? { pieceBytes: options } : options;
  const source = bytesSource(bytesOf(file), pieceBytes);
  const { how, columns } = await inspect(source, "test file", ReadOptions.parse(choices));
  const result: ReadBack = { columns, warnings: how.warnings, records: [], rejections: [], stops: [], how };
  for await (const batch of readRows(source, how, null, wanted ?? columns)) collect(result, batch);
  return result;
}

/** Goes on in the middle of a file, as a resumed import does. */
export async function readFrom(
  file: Uint8Array,
  from: Position,
  options: Partial<ReadOptions> = {},
): Promise<ReadBack> {
  const source = bytesSource(file, file.length > 20_000 ? 4_096 : 97);
  const { how, columns } = await inspect(source, "test file", ReadOptions.parse(options));
  const result: ReadBack = { columns, warnings: [], records: [], rejections: [], stops: [], how };
  for await (const batch of readRows(source, how, from, columns)) collect(result, batch);
  return result;
}

function collect(into: ReadBack, batch: Batch): void {
  into.records.push(...batch.records);
  into.rejections.push(...batch.rejections);
  into.stops.push(batch.next);
}
