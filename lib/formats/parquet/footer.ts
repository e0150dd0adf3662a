import { type FileMetaData, parquetMetadata, parquetSchema, type SchemaTree } from "hyparquet";
import { AppError } from "#lib/core/errors.ts";
import { damaged, type RandomAccess } from "../containers/container.ts";
import { headOf } from "../containers/head.ts";
import { maxColumns } from "../types.ts";
import { codecs } from "./codecs.ts";
import { walkThrift } from "./thrift-size.ts";

/** A footer describes columns and row groups; of a terabyte it is a few MB. */
const maxFooterBytes = 16 * 1024 * 1024;
const maxFooterElements = 1_000_000;
/** Rows of one row group. Writers make them of 100,000 to 1,000,000. */
const maxGroupRows = 50_000_000;
const maxNesting = 8;

export type Footer = { meta: FileMetaData; schema: SchemaTree; rows: number };

export function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;
}

/**
 * Reads what a Parquet file says of itself, and believes nothing that does not fit the file's size.
 * @throws AppError INVALID for a damaged, hostile or unsupported file, before anything large is allocated
 */
export async function readFooter(source: RandomAccess): Promise<Footer> {
  const tail = (await headOf(source.read(Math.max(0, source.bytes - 8)), 8)).bytes;
  if (source.bytes < 12 || tail.toString("latin1", 4, 8) !== "PAR1") {
    throw damaged("Parquet file", "it has no footer; perhaps the upload or the writing was cut off");
  }
  const size = tail.readUInt32LE(0);
  if (size > source.bytes - 12) throw damaged("Parquet file", "its footer is larger than the file");
  if (size > maxFooterBytes) throw damaged("Parquet file", "its footer is larger than 16 MB");
  const { bytes } = await headOf(source.read(source.bytes - 8 - size), size + 8);
  let meta: FileMetaData;
  let schema: SchemaTree;
  try {
    walkThrift(bytes.subarray(0, size), 0, maxFooterElements);
    meta = parquetMetadata(new Uint8Array(bytes), { geoparquet: false });
    checkSchema(meta);
    schema = parquetSchema(meta);
  } catch (error) {
    throw error instanceof AppError ? error : damaged("Parquet file", error);
  }
  return { meta, schema, rows: checkGroups(meta, source.bytes) };
}

/** @throws Error for a tree that is larger than its list, too deep or too wide */
function checkSchema({ schema }: FileMetaData): void {
  if (!Array.isArray(schema) || schema.length < 2) throw new Error("it names no columns");
  if (schema.length > 4 * maxColumns) throw new Error(`it has more than ${maxColumns} columns`);
  // Children still to come, from the root down.
  const open: number[] = [];
  for (const [index, { num_children: children = 0, name }] of schema.entries()) {
    if (typeof name !== "string") throw new Error("a column has no name");
    if (index > 0) {
      if (open.length === 0) throw new Error("its columns do not form a tree");
      open[open.length - 1] = (open.at(-1) ?? 0) - 1;
    }
    if (!Number.isInteger(children) || children < 0 || children > schema.length)
      throw new Error("its columns do not form a tree");
    if (children > 0) open.push(children);
    while (open.at(-1) === 0) open.pop();
    if (open.length > maxNesting) throw new Error("its columns are nested too deeply");
  }
  if (open.length > 0) throw new Error("its columns do not form a tree");
}

/** @returns rows of the file. @throws AppError INVALID */
function checkGroups({ row_groups: groups, num_rows: claimed }: FileMetaData, bytes: number): number {
  let rows = 0;
  for (const { num_rows, columns } of groups) {
    const count = Number(num_rows);
    if (!(count >= 0 && count <= maxGroupRows)) {
      throw damaged("Parquet file", `a row group claims ${count} rows; at most ${maxGroupRows} are read at once`);
    }
    rows += count;
    for (const column of columns) {
      const meta = column.meta_data;
      if (column.crypto_metadata || column.encrypted_column_metadata || !meta) {
        throw new AppError("INVALID", "The Parquet file is encrypted or in parts.", {
          todo: "Write it as one plain file.",
        });
      }
      if (!codecs.has(meta.codec)) {
        throw new AppError(
          "INVALID",
          `The Parquet file is packed with ${meta.codec ?? "an unknown codec"}, which is not supported.`,
          {
            todo: "Write it with Snappy, Zstandard, gzip or without packing.",
          },
        );
      }
      const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
      const size = Number(meta.total_compressed_size);
      if (!(start >= 4 && size >= 0 && start + size <= bytes)) {
        throw damaged("Parquet file", "a column lies outside of the file");
      }
    }
  }
  if (rows !== Number(claimed))
    throw damaged("Parquet file", `it claims ${claimed} rows, but its row groups hold ${rows}`);
  return rows;
}
