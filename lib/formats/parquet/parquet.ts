import type { DecodedArray, SchemaTree } from "hyparquet";
import { assembleNested } from "hyparquet/src/assemble.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath } from "hyparquet/src/schema.js";
import { AppError } from "#lib/core/errors.ts";
import { Budget, damaged, type RandomAccess } from "../containers/container.ts";
import { objectReader } from "../objects.ts";
import {
  type Batch,
  type Cell,
  type Fault,
  type JsonObject,
  keptTextChars,
  maxRowBytes,
  type Position,
  type Sniffed,
  type SourceRecord,
} from "../types.ts";
import { type Footer, readFooter } from "./footer.ts";
import { LeafReader } from "./leaf-reader.ts";
import { parsers } from "./parsers.ts";
import { plainObject } from "./values.ts";

/** Rows that are put together at once. */
const batchRows = 1_000;

/** The top-level columns that the wanted ones lie in; null: all of them. */
function columnsNeeded(schema: SchemaTree, how: Sniffed, columns: readonly string[]): string[] {
  const all = schema.children.map((child) => child.element.name);
  // A shape looks at whole objects.
  if (how.shape !== null) return all;
  return all.filter((name) => columns.some((column) => column === name || column.startsWith(`${name}.`)));
}

/**
 * Objects of a Parquet file from a row on, in batches.
 * @param names top-level columns to read
 * @throws AppError INVALID for what is damaged, hostile or not supported
 */
export async function* parquetObjects(
  source: RandomAccess,
  { meta, schema }: Footer,
  from: number,
  names: readonly string[],
): AsyncGenerator<JsonObject[]> {
  let began = 0;
  for (const group of meta.row_groups) {
    const rows = Number(group.num_rows);
    const skip = Math.max(0, from - began);
    began += rows;
    if (skip >= rows) continue;
    const tops = schema.children.filter((child) => names.includes(child.element.name));
    if (tops.length === 0) return;
    try {
      const readers = group.columns.flatMap(({ meta_data: leafMeta }) => {
        if (!leafMeta || !names.includes(leafMeta.path_in_schema[0] ?? "")) return [];
        const path = getTreePath(schema, leafMeta.path_in_schema);
        const maxDefinition = getMaxDefinitionLevel(path);
        const maxRepetition = getMaxRepetitionLevel(path);
        return [new LeafReader(source, { meta: leafMeta, path, maxDefinition, maxRepetition })];
      });
      yield* groupObjects(readers, tops, rows, skip);
    } catch (error) {
      throw error instanceof AppError ? error : damaged("Parquet file", error);
    }
  }
}

async function* groupObjects(
  readers: LeafReader[],
  tops: SchemaTree[],
  rows: number,
  skip: number,
): AsyncGenerator<JsonObject[]> {
  for (let row = 0; row < rows; ) {
    for (const reader of readers) await reader.fill();
    const count = Math.min(
      batchRows,
      rows - row,
      row < skip ? skip - row : rows,
      ...readers.map((reader) => reader.whole),
    );
    const leaves = new Map(readers.map((reader) => [reader.leaf.meta.path_in_schema.join("."), reader.take(count)]));
    row += count;
    if (row <= skip) continue;
    const columns = tops.map((top): [string, ArrayLike<unknown>] => [top.element.name, assembled(top, leaves)]);
    yield Array.from({ length: count }, (_, index) => plainObject(columns, index));
  }
}

/** The values of a top-level column, put together from its leaves. */
function assembled(top: SchemaTree, leaves: Map<string, DecodedArray>): ArrayLike<unknown> {
  const { name } = top.element;
  if (top.children.length === 0) return leaves.get(name) ?? [];
  const prefix = `${name}.`;
  const own = new Map([...leaves].filter(([path]) => path.startsWith(prefix)));
  assembleNested(own, top, parsers);
  const values = own.get(name);
  if (!values) throw new Error(`the column "${name}" cannot be put together`);
  return values;
}

/** A row, which is written out only where it is shown. */
class ParquetRecord implements SourceRecord {
  readonly line: number;
  readonly offset: number;
  readonly values: Cell[];
  readonly #object: JsonObject;

  constructor(row: number, values: Cell[], object: JsonObject) {
    this.line = row + 1;
    this.offset = row;
    this.values = values;
    this.#object = object;
  }

  get text(): string {
    return JSON.stringify(this.#object).slice(0, keptTextChars);
  }
}

/** Rows of a Parquet file as an import takes them. Places are row numbers. */
export async function* parquetRows(
  source: RandomAccess,
  how: Sniffed,
  from: Position,
  columns: string[],
): AsyncGenerator<Batch> {
  const footer = await readFooter(source);
  const budget = new Budget(source.bytes);
  const read = objectReader(how, columns);
  let row = from.offset;
  let object: JsonObject = {};
  let batch: Batch = { records: [], rejections: [], next: { offset: row, line: row + 1 } };
  const reject = (fault: Fault) => {
    const text = JSON.stringify(object).slice(0, keptTextChars);
    batch.rejections.push({ line: row + 1, offset: row, ...fault, text });
  };
  const take = (values: Cell[]) => {
    let size = 0;
    for (const value of values) size += value?.length ?? 0;
    budget.take(size);
    if (size <= maxRowBytes) batch.records.push(new ParquetRecord(row, values, object));
    else reject({ code: "too_long", reason: `The row is longer than ${maxRowBytes / 1024 / 1024} MB.` });
  };
  for await (const objects of parquetObjects(source, footer, from.offset, columnsNeeded(footer.schema, how, columns))) {
    batch = { records: [], rejections: [], next: { offset: row, line: row + 1 } };
    for (object of objects) {
      read(object, take, reject);
      row += 1;
    }
    batch.next = { offset: row, line: row + 1 };
    yield batch;
  }
}
