import { jsonFault } from "./json-fault.ts";
import { type Line, splitLines } from "./lines.ts";
import { isObject, leavesOf, objectReader } from "./objects.ts";
import {
  type Batch,
  type Cell,
  type Fault,
  type Format,
  type Head,
  type JsonObject,
  keptTextChars,
  type Position,
  type Sniffed,
} from "./types.ts";

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function headLines(head: Head, how: Pick<Sniffed, "newline">): string[] {
  return head.text.split(how.newline).filter((line) => line.trim() !== "");
}

function headObjects(head: Head, how: Pick<Sniffed, "newline">, most: number): JsonObject[] {
  return headLines(head, how)
    .slice(0, most)
    .flatMap((line): JsonObject[] => {
      const object = parseObject(line);
      return object ? [object] : [];
    });
}

/** JSON Lines: one object per line. Blank lines are skipped. */
export const jsonl: Format = {
  id: "jsonl",
  name: "JSONL",

  detect(head) {
    const newline = head.text.includes("\n") || !head.text.includes("\r") ? "\n" : "\r";
    const lines = headLines(head, { newline }).slice(0, 50);
    const objects = lines.filter((line) => parseObject(line)).length;
    const alike = lines.filter((line) => /^\s*\{\s*["'}]/.test(line)).length;
    if (objects === 0 && alike * 2 < lines.length) return null;
    if (objects * 2 < lines.length && lines[0]?.trim().startsWith("{") === false) return null;
    const warnings: string[] = [];
    if (head.encoding.startsWith("utf-16")) {
      warnings.push("The file is UTF-16; it is read as such. JSONL is normally UTF-8.");
    }
    const start = { offset: head.bom, line: 1 };
    return {
      format: "jsonl",
      encoding: head.encoding,
      newline,
      delimiter: null,
      columns: [],
      start,
      warnings,
      path: null,
    };
  },

  columnsOf(head, how) {
    return leavesOf(headObjects(head, how, 500));
  },

  objects: headObjects,

  async *parse(
    chunks: AsyncIterable<Uint8Array>,
    how: Sniffed,
    from: Position,
    columns: string[],
  ): AsyncGenerator<Batch> {
    const read = objectReader(how, columns);
    // One pair of callbacks for all rows: a pair for each is what would cost most.
    let at: Line = { line: 1, offset: 0, text: "", fault: null };
    let batch: Batch = { records: [], rejections: [], next: from };
    const take = (values: Cell[]) => {
      batch.records.push({ line: at.line, offset: at.offset, text: at.text, values });
    };
    const reject = (why: Fault) => {
      batch.rejections.push({ line: at.line, offset: at.offset, ...why, text: at.text.slice(0, keptTextChars) });
    };
    for await (const { lines, next, unfinished } of splitLines(chunks, how, from)) {
      batch = { records: [], rejections: [], next };
      for (at of lines) {
        if (at.fault) {
          reject(at.fault);
          continue;
        }
        let value: unknown;
        try {
          value = JSON.parse(at.text);
        } catch {
          if (at.text.trim() !== "") reject(jsonFault(at.text, unfinished));
          continue;
        }
        if (isObject(value)) read(value, take, reject);
        else reject({ code: "not_object", reason: "The line is JSON but no object; each row must be { … }." });
      }
      yield batch;
    }
  },
};
