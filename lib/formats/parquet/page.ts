import type { ColumnMetaData, DecodedArray, SchemaTree } from "hyparquet";
import { convert } from "hyparquet/src/convert.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import { byteAt, type Cursor, readRuns, widthOf } from "./levels.ts";
import { parsers } from "./parsers.ts";

/** What decoding a page of one column needs to know of the column. */
export type Leaf = { meta: ColumnMetaData; path: SchemaTree[]; maxDefinition: number; maxRepetition: number };

/** Bytes that the values of one page may take, whatever its encoding claims. */
const maxDecodedBytes = 256 * 1024 * 1024;

const widths: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 };

const elementOf = (leaf: Leaf) => (leaf.path.at(-1) as SchemaTree).element;

/** Fewest bytes of a plain value: more values than fit are a lie. */
function leastBytes(leaf: Leaf, count: number): number {
  const { type } = leaf.meta;
  if (type === "BOOLEAN") return count / 8;
  if (type === "BYTE_ARRAY") return 4 * count;
  return (widths[type] ?? elementOf(leaf).type_length ?? 1) * count;
}

/** Bytes in a buffer of their own, so that no view can reach beyond the page. */
export function alone(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** Plain values, also those of a dictionary. @throws Error when they cannot be there */
function plainValues(leaf: Leaf, page: Uint8Array, at: number, count: number): DecodedArray {
  if (leastBytes(leaf, count) > page.length - at) throw new Error("a page claims more values than it has room for");
  const bytes = alone(page.subarray(at));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readPlain({ view, offset: 0 }, leaf.meta.type, count, elementOf(leaf).type_length);
}

function deltas(cursor: Cursor, count: number): Int32Array {
  const numbers = new Int32Array(count);
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset, cursor.bytes.byteLength);
  const reader = { view, offset: cursor.at };
  if (count > 0) deltaBinaryUnpack(reader, count, numbers);
  cursor.at = reader.offset;
  return numbers;
}

/** Texts stored as lengths, or as what each has in common with the one before. */
function deltaTexts(page: Uint8Array, at: number, count: number, withPrefix: boolean): Uint8Array[] {
  const cursor = { bytes: alone(page), at };
  const prefixes = withPrefix ? deltas(cursor, count) : null;
  const lengths = deltas(cursor, count);
  const texts: Uint8Array[] = [];
  let total = 0;
  let last: Uint8Array = new Uint8Array(0);
  for (let index = 0; index < count; index += 1) {
    const length = lengths[index] ?? 0;
    const prefix = prefixes?.[index] ?? 0;
    if (length < 0 || length > cursor.bytes.length - cursor.at || prefix < 0 || prefix > last.length) {
      throw new Error("a text in a page has no valid length");
    }
    total += prefix + length;
    if (total > maxDecodedBytes) throw new Error("a page unpacks to too much");
    const suffix = cursor.bytes.subarray(cursor.at, cursor.at + length);
    let text: Uint8Array = suffix;
    if (prefix > 0) {
      text = new Uint8Array(prefix + length);
      text.set(last.subarray(0, prefix));
      text.set(suffix, prefix);
    }
    cursor.at += length;
    texts.push(text);
    last = text;
  }
  return texts;
}

function converted(leaf: Leaf, data: DecodedArray): DecodedArray {
  const { type, codec, path_in_schema: pathInSchema } = leaf.meta;
  return convert(data, { pathInSchema, type, codec, element: elementOf(leaf), schemaPath: leaf.path, parsers });
}

/** The values of a dictionary page, as they are to be shown. */
export function dictionaryOf(leaf: Leaf, page: Uint8Array, count: number): DecodedArray {
  return converted(leaf, plainValues(leaf, page, 0, count));
}

/** Values of a page, a part at a time: of a dictionary only numbers are kept until then. */
export type Values = (from: number, to: number) => DecodedArray;

/** `count` values of a data page from `at` on. @throws Error for what is damaged or not supported */
export function valuesOf(
  leaf: Leaf,
  page: Uint8Array,
  at: number,
  count: number,
  encoding: string,
  dictionary: DecodedArray | null,
): Values {
  if (count > 0 && (encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY")) {
    if (!dictionary) throw new Error("a page refers to a dictionary that is not there");
    const cursor = { bytes: page, at };
    const indexes = readRuns(cursor, byteAt(cursor), count);
    return (from, to) => Array.from(indexes.subarray(from, to), (index) => entryOf(dictionary, index));
  }
  const values = decoded(leaf, page, at, count, encoding);
  return (from, to) => values.slice(from, to) as DecodedArray;
}

function entryOf(dictionary: DecodedArray, index: number): unknown {
  if (index < 0 || index >= dictionary.length) throw new Error("a page refers to a value that its dictionary lacks");
  return dictionary[index];
}

function decoded(leaf: Leaf, page: Uint8Array, at: number, count: number, encoding: string): DecodedArray {
  if (count === 0) return [];
  const { type } = leaf.meta;
  switch (encoding) {
    case "PLAIN":
      return converted(leaf, plainValues(leaf, page, at, count));
    case "RLE": {
      if (type !== "BOOLEAN") break;
      return Array.from(readRuns({ bytes: page, at: at + 4 }, 1, count), (bit) => bit === 1);
    }
    case "DELTA_BINARY_PACKED": {
      const bytes = alone(page);
      const numbers = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      deltaBinaryUnpack(
        { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at },
        count,
        numbers,
      );
      return converted(leaf, numbers);
    }
    case "DELTA_LENGTH_BYTE_ARRAY":
      return converted(leaf, deltaTexts(page, at, count, false));
    case "DELTA_BYTE_ARRAY":
      return converted(leaf, deltaTexts(page, at, count, true));
    case "BYTE_STREAM_SPLIT": {
      if (leastBytes(leaf, count) > page.length - at) throw new Error("a page claims more values than it has room for");
      const bytes = alone(page);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return converted(leaf, byteStreamSplit({ view, offset: at }, count, type, elementOf(leaf).type_length));
    }
  }
  throw new Error(`the encoding ${encoding} is not supported`);
}

export type Levels = { definition: Int32Array | null; repetition: Int32Array | null; at: number };

/** Levels of a page of the first kind: each behind its length. */
export function levelsV1(leaf: Leaf, page: Uint8Array, count: number): Levels {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let at = 0;
  const read = (most: number): Int32Array | null => {
    if (most === 0) return null;
    if (at + 4 > page.length) throw new Error("a page ends too early");
    const length = view.getUint32(at, true);
    if (length > page.length - at - 4) throw new Error("a page ends too early");
    const values = readRuns({ bytes: page.subarray(at + 4, at + 4 + length), at: 0 }, widthOf(most), count);
    at += 4 + length;
    return values;
  };
  const repetition = read(leaf.maxRepetition);
  const definition = read(leaf.maxDefinition);
  return { repetition, definition, at };
}
