import { AppError } from "#lib/core/errors.ts";
import { chooserOf } from "./choose.ts";
import type { Entry } from "./containers/container.ts";
import { named } from "./named.ts";
import { openContainer, type RandomAccess } from "./open-source.ts";
import { isParquet } from "./parquet/footer.ts";
import { parquetHead } from "./parquet/head.ts";
import { parquetRows } from "./parquet/parquet.ts";
import { formatById, sniff } from "./registry.ts";
import { shapeById } from "./shapes/registry.ts";
import { spool } from "./spool.ts";
import { type Batch, headBytes, type Position, type Sniffed } from "./types.ts";

const beginning: Position = { offset: 0, line: 1 };

/**
 * Rows of a stored file, in order and with flat memory, from its beginning or from where a batch before has ended.
 * @param from null: the beginning
 * @throws AppError INVALID for a damaged file, LIMIT for a bomb
 */
export function readRows(
  source: RandomAccess,
  how: Sniffed,
  from: Position | null,
  columns: string[],
): AsyncGenerator<Batch> {
  const rows =
    how.container === "none" ? plainRows(source, how, from, columns) : packedRows(source, how, from, columns);
  return named(rows, how, columns);
}

function plainRows(
  source: RandomAccess,
  how: Sniffed,
  from: Position | null,
  columns: string[],
): AsyncGenerator<Batch> {
  const start = from ?? how.start;
  if (how.format === "parquet") return parquetRows(source, how, start, columns);
  return formatById(how.format).parse(source.read(start.offset), how, start, columns);
}

/** Unpacks from the beginning, whatever was read before: packed bytes cannot be entered in the middle. */
async function* packedRows(
  source: RandomAccess,
  how: Sniffed,
  from: Position | null,
  columns: string[],
): AsyncGenerator<Batch> {
  if (how.container === "none") return;
  const container = openContainer(source, how.container);
  const choose = chooserOf(how);
  const first = from?.member ?? 0;
  let index = -1;
  for await (const entry of container.entries()) {
    index += 1;
    const chosen = index < first ? null : choose(entry);
    if (!chosen) continue;
    const member = index;
    const at = from && index === first ? from : beginning;
    const rows = how.container === "gzip" ? wholeRows(entry, how, at, columns) : memberRows(entry, how, at, columns);
    let last: Position = at;
    for await (const batch of rows) {
      last = batch.next;
      for (const rejection of batch.rejections) {
        if (entry.name) rejection.reason = `${entry.name}: ${rejection.reason}`;
      }
      yield { ...batch, holdout: chosen.holdout, next: { ...batch.next, member, read: container.read } };
    }
    if (container.cut) {
      yield cutOff(last, index, container.read);
      return;
    }
    yield { records: [], rejections: [], next: { ...beginning, member: index + 1, read: container.read } };
  }
  // The end may also be missing behind the last file that is read.
  if (container.cut && first <= index + 1) yield cutOff(beginning, index, container.read);
}

/** What is missing can only be told once, so going on behind it finds nothing more. */
function cutOff({ line, offset }: Position, member: number, read: number): Batch {
  const reason =
    "The archive is cut off, or something else stands behind its end: rows behind this one may be missing.";
  return {
    records: [],
    rejections: [{ line, offset, code: "member", reason, text: "" }],
    next: { ...beginning, member: member + 2, read },
  };
}

/** Rows of a text whose syntax is known. */
function wholeRows(entry: Entry, how: Sniffed, from: Position, columns: string[]): AsyncGenerator<Batch> {
  const start = from.offset > how.start.offset ? from : how.start;
  return formatById(how.format).parse(without(entry.open(), start.offset), how, start, columns);
}

async function* without(stream: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of stream) {
    if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
    left = Math.max(0, left - chunk.length);
  }
}

/** Looks at the head of a file of an archive, then reads it. What cannot be read is one rejection. */
async function* memberRows(entry: Entry, how: Sniffed, from: Position, columns: string[]): AsyncGenerator<Batch> {
  const stream = entry.open()[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  while (size <= headBytes && !ended) {
    const { done, value } = await stream.next();
    if (done) ended = true;
    else {
      chunks.push(value);
      size += value.length;
    }
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) yield chunk;
    for (let next = await stream.next(); !next.done; next = await stream.next()) yield next.value;
  }
  try {
    const head = Buffer.concat(chunks);
    if (isParquet(head)) {
      yield* spooledRows(whole(), how, from, columns);
      return;
    }
    const own = syntaxOf(head, ended, entry.name, how, columns);
    if (typeof own !== "string") yield* wholeRows({ ...entry, open: whole }, own, from, columns);
    else if (from.offset === 0) {
      const rejection = { line: 1, offset: 0, code: "member" as const, reason: own, text: "" };
      yield { records: [], rejections: [rejection], next: { offset: size, line: 1 } };
    }
  } finally {
    await stream.return?.();
  }
}

/** Parquet is read from its end: a packed file is unpacked to the disk first. */
async function* spooledRows(
  stream: AsyncIterable<Uint8Array>,
  how: Sniffed,
  from: Position,
  columns: string[],
): AsyncGenerator<Batch> {
  const spooled = await spool(stream);
  try {
    const { shape, columns: known } = await parquetHead(spooled, "");
    if ((shape?.id ?? null) !== how.shape) throw new AppError("INVALID", otherShape);
    const missing = columns.find((column) => !known.some((name) => column === name || column.startsWith(`${name}.`)));
    if (missing !== undefined) throw new AppError("INVALID", `The file has no column "${missing}".`);
    yield* parquetRows(spooled, how, from, columns);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "INVALID") throw error;
    if (from.offset > 0) throw error;
    const rejection = { line: 1, offset: 0, code: "member" as const, reason: error.message, text: "" };
    yield { records: [], rejections: [rejection], next: { offset: 1, line: 2 } };
  } finally {
    await spooled.close();
  }
}

const otherShape = "The rows are of another shape than those of the other files.";

/** How a file of an archive is read, or why it is not. */
function syntaxOf(bytes: Buffer, complete: boolean, name: string, how: Sniffed, columns: string[]): Sniffed | string {
  try {
    const seen = sniff(bytes.subarray(0, headBytes), complete && bytes.length <= headBytes, name, how.options.encoding);
    if ((seen.shape?.id ?? null) !== how.shape) return otherShape;
    const known = new Set([...seen.columns, ...(how.shape === null ? [] : shapeById(how.shape).columns)]);
    const missing = seen.how.delimiter === null ? undefined : columns.find((column) => !known.has(column));
    if (missing !== undefined) return `The file has no column "${missing}".`;
    return { ...how, ...seen.how };
  } catch (error) {
    if (error instanceof AppError && error.code === "INVALID") return error.message;
    throw error;
  }
}
