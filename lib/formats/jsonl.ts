import { splitLines } from "./lines.ts";
import {
  type Batch,
  type Cell,
  type Format,
  type Head,
  keptTextChars,
  maxColumns,
  type Position,
  type RejectCode,
  type Sniffed,
} from "./types.ts";

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON value as a cell. An unpaired surrogate, which no database takes, becomes U+FFFD. */
function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.isWellFormed() ? text : text.toWellFormed();
}

/**
 * The field a column name points at: an own key of that very name first (`"a.b"`), else a path through nested objects and arrays
 * (`messages.0.content`). Only own keys count, so that `__proto__` and `toString` are data like any other.
 */
export function fieldAt(row: JsonObject, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  let at: unknown = row;
  for (const key of column.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as JsonObject)[key];
  }
  return at;
}

function cellsOf(row: JsonObject, columns: string[]): Cell[] {
  return columns.map((column) => toCell(fieldAt(row, column)));
}

/** Column names of a row: leaves of nested objects as dotted paths; arrays are one column. */
function leaves(row: JsonObject, prefix: string, depth: number, into: Set<string>): void {
  for (const [key, value] of Object.entries(row)) {
    if (into.size > maxColumns) return;
    if (isObject(value) && depth < 4 && Object.keys(value).length > 0)
      leaves(value, `${prefix}${key}.`, depth + 1, into);
    else into.add(prefix + key);
  }
}

/** What is wrong with a line that is no JSON object, in words a person can act on. */
export function jsonFault(text: string, unfinished: boolean): { code: RejectCode; reason: string } {
  if (/^\s*\{.*\}\s*\{.*\}\s*$/s.test(text) && isJson(text.replace(/\}\s*\{/g, "},{"))) {
    return { code: "several_objects", reason: "Several JSON objects stand on one line; each needs its own line." };
  }
  if (/[:,[]\s*(NaN|-?Infinity)\b/.test(text))
    return { code: "json", reason: "NaN and Infinity are not JSON; write null." };
  if (/,\s*[}\]]/.test(text) || /\}\s*,\s*$/.test(text)) {
    return { code: "json", reason: "Not valid JSON: a comma too many before a bracket or at the end of the line." };
  }
  if (/^\s*\{\s*'/.test(text))
    return { code: "json", reason: "A Python dict, not JSON: names and texts need double quotes." };
  if (unfinished && !/\}\s*$/.test(text)) return { code: "json", reason: "The file ends in the middle of this row." };
  return { code: "json", reason: "Not valid JSON." };
}

function isJson(inner: string): boolean {
  try {
    JSON.parse(`[${inner}]`);
    return true;
  } catch {
    return false;
  }
}

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
    if (head.encoding !== "utf-8") warnings.push("The file is UTF-16; it is read as such. JSONL is normally UTF-8.");
    const start = { offset: head.bom, line: 1 };
    return { format: "jsonl", encoding: head.encoding, newline, delimiter: null, columns: [], start, warnings };
  },

  columnsOf(head, how) {
    const columns = new Set<string>();
    for (const line of headLines(head, how).slice(0, 500)) {
      const row = parseObject(line);
      if (row) leaves(row, "", 1, columns);
      if (columns.size > maxColumns) break;
    }
    return [...columns];
  },

  async *parse(
    chunks: AsyncIterable<Uint8Array>,
    how: Sniffed,
    from: Position,
    columns: string[],
  ): AsyncGenerator<Batch> {
    for await (const { lines, next, unfinished } of splitLines(chunks, how, from)) {
      const batch: Batch = { records: [], rejections: [], next };
      for (const { line, offset, text, fault } of lines) {
        const reject = (why: { code: RejectCode; reason: string }) => {
          batch.rejections.push({ line, offset, ...why, text: text.slice(0, keptTextChars) });
        };
        if (fault) {
          reject(fault);
          continue;
        }
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          if (text.trim() !== "") reject(jsonFault(text, unfinished));
          continue;
        }
        if (!isObject(value)) {
          reject({ code: "not_object", reason: "The line is JSON but no object; each row must be { … }." });
          continue;
        }
        try {
          batch.records.push({ line, offset, text, values: cellsOf(value, columns) });
        } catch (error) {
          // JSON.parse does not recurse, JSON.stringify of what it made does.
          if (!(error instanceof RangeError)) throw error;
          reject({ code: "json", reason: "The JSON is nested too deeply." });
        }
      }
      yield batch;
    }
  },
};
