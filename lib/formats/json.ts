import { isUtf8 } from "node:buffer";
import { AppError } from "#lib/core/errors.ts";
import { asUtf8 } from "./encoding.ts";
import { findArrays } from "./json-arrays.ts";
import { jsonFault, nextObject } from "./json-fault.ts";
import { type Item, JsonScanner } from "./json-scan.ts";
import { isObject, leavesOf, objectReader } from "./objects.ts";
import {
  type Batch,
  type Cell,
  type Fault,
  type Format,
  type Head,
  type JsonObject,
  keptTextChars,
  maxRowBytes,
  type Position,
  type Sniffed,
} from "./types.ts";

/** Broken values are read again from where the next one seems to begin; more bytes than this are not. */
const maxReadAgain = 16 * maxRowBytes;

const kept = (bytes: Buffer) =>
  bytes
    .subarray(0, 4 * keptTextChars)
    .toString()
    .slice(0, keptTextChars);

/** Parses the values that a scanner finds, and tells it where a broken one lets go. */
class ValueReader {
  readonly #read: ReturnType<typeof objectReader>;
  #readAgain = 0;
  // One pair of callbacks for all values, with what it is about: a pair for each is what would cost most.
  #item: Item = { offset: 0, line: 1, bytes: Buffer.alloc(0), is: "whole" };
  #text = "";
  readonly #row = (values: Cell[]) => {
    const { line, offset } = this.#item;
    this.batch.records.push({ line, offset, values, text: this.#text });
  };
  readonly #fault = (fault: Fault) => this.#reject(this.#item, fault);
  batch: Batch = { records: [], rejections: [], next: { offset: 0, line: 1 } };

  constructor(how: Sniffed, columns: string[]) {
    this.#read = objectReader(how, columns);
  }

  take(item: Item): number {
    const { bytes, is } = item;
    if (is === "dropped") {
      this.#reject(item, { code: "too_long", reason: `The row is longer than ${maxRowBytes / 1024 / 1024} MB.` });
      return -1;
    }
    const text = is === "whole" ? bytes.toString() : "";
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#broken(item);
    }
    if (!isUtf8(bytes)) this.#reject(item, { code: "invalid_text", reason: "Not valid UTF-8." });
    else if (!isObject(value)) {
      this.#reject(item, { code: "not_object", reason: "This element is no object; each row must be { … }." });
    } else {
      this.#item = item;
      this.#text = text;
      this.#read(value, this.#row, this.#fault);
    }
    return -1;
  }

  #broken(item: Item): number {
    const { bytes, is } = item;
    const again = nextObject(bytes.toString("latin1"));
    if (again < 0) {
      if (is !== "long") this.#reject(item, jsonFault(kept(bytes), is === "cut"));
      return -1;
    }
    this.#readAgain += bytes.length - again;
    if (this.#readAgain > maxReadAgain) {
      throw new AppError("INVALID", "Too many JSON objects are broken: their quotes and brackets do not match.", {
        where: `line ${item.line}`,
        todo: 'Write quotes inside a text as \\", for instance by exporting the file with a JSON library.',
      });
    }
    const broken = bytes.subarray(0, again);
    this.#reject({ ...item, bytes: broken }, jsonFault(kept(broken), false));
    return again;
  }

  #reject({ line, offset, bytes }: Item, fault: Fault): void {
    this.batch.rejections.push({ line, offset, ...fault, text: kept(bytes) });
  }
}

/** Objects in the head, at most `most`. */
function headObjects(
  head: Head,
  path: readonly string[] | null,
  most: number,
): { objects: JsonObject[]; values: number } {
  const objects: JsonObject[] = [];
  let values = 0;
  const scanner = new JsonScanner(path, "utf-8", { offset: 0, line: 1 }, false, (item) => {
    if (item.is !== "whole") return -1;
    values += 1;
    try {
      const value: unknown = JSON.parse(item.bytes.toString());
      if (isObject(value) && objects.length < most) objects.push(value);
    } catch {
      return nextObject(item.bytes.toString("latin1"));
    }
    return -1;
  });
  const bytes = Buffer.from(head.text);
  for (let at = 0; at < bytes.length && values < most; at += 65_536) scanner.feed(bytes.subarray(at, at + 65_536));
  if (head.complete) scanner.end();
  return { objects, values };
}

/** Whether the objects of a head are spread over lines: few lines look like a whole object, right or wrong. */
function isSpread(head: Head): boolean {
  const lines = head.text
    .slice(0, 500_000)
    .split("\n", 200)
    .filter((line) => line.trim() !== "");
  return (
    lines.filter((line) => /^\s*\{\s*["'}]/.test(line) && /\}[\s,]*$/.test(line.slice(-100))).length * 2 < lines.length
  );
}

/**
 * JSON that is not one object per line: an array (also one inside a document), or objects over several lines each. Elements are read
 * one by one; a broken one is told alone.
 */
export const json: Format = {
  id: "json",
  name: "JSON",

  detect(head) {
    const first = head.text.trimStart()[0];
    if (first !== "[" && first !== "{") return null;
    const found = first === "[" ? { path: [], ...headObjects(head, [], 200) } : documentOf(head);
    if (!found || (found.objects.length === 0 && !/^\s*\[\s*(\{|\]\s*$)/.test(head.text.slice(0, 10_000)))) return null;
    return {
      format: "json",
      encoding: head.encoding,
      newline: "\n",
      delimiter: null,
      columns: [],
      start: { offset: head.bom, line: 1 },
      warnings: [],
      path: found.path,
    };
  },

  columnsOf(head, how) {
    return leavesOf(headObjects(head, how.path, 500).objects);
  },

  objects(head, how, most) {
    return headObjects(head, how.path, most).objects;
  },

  async *parse(
    chunks: AsyncIterable<Uint8Array>,
    how: Sniffed,
    from: Position,
    columns: string[],
  ): AsyncGenerator<Batch> {
    const reader = new ValueReader(how, columns);
    const inside = from.offset > how.start.offset;
    const scanner = new JsonScanner(how.path, how.encoding, from, inside, (item) => reader.take(item));
    const flush = (): Batch => {
      const batch = { ...reader.batch, next: scanner.place };
      reader.batch = { records: [], rejections: [], next: batch.next };
      return batch;
    };
    let read = false;
    for await (const piece of asUtf8(chunks, how.encoding)) {
      read = true;
      scanner.feed(piece);
      if (reader.batch.records.length + reader.batch.rejections.length > 0) yield flush();
    }
    scanner.end();
    if (!scanner.found) {
      throw new AppError("INVALID", `The file has no array at ${(how.path ?? []).join(" → ")}.`, {
        todo: "Upload the whole file again.",
      });
    }
    // Behind the last byte there is nothing to tell: who has read it has told.
    if (read && scanner.unclosed) {
      const { rejections, records } = reader.batch;
      // A row that is cut off has said so itself.
      if (!rejections.some((rejection) => rejection.reason.includes("file ends"))) {
        const { offset, line } = scanner.place;
        const reason = "The file ends before its array is closed: rows behind this one may be missing.";
        rejections.push({
          line,
          offset: Math.max(offset, records.at(-1)?.offset ?? 0),
          code: "json",
          reason,
          text: "",
        });
      }
    }
    yield flush();
  },
};

type Found = { path: string[] | null; objects: JsonObject[]; values: number };

/** A file that begins with an object: objects over several lines, or one document that holds an array of rows, or is one row. */
function documentOf(head: Head): Found | null {
  const several = headObjects(head, null, 200);
  if (several.values > 1) return isSpread(head) ? { path: null, ...several } : null;
  const [only] = several.objects;
  // One line with one object is JSON Lines with one row, unless its rows lie deeper.
  const path = findArrays(head.text, only ?? null);
  if (path) return { path, ...headObjects(head, path, 200) };
  return only && isSpread(head) ? { path: null, ...several } : null;
}
