import { headRecords, sniffCsv } from "./csv-header.ts";
import { splitLines } from "./lines.ts";
import { objectReader } from "./objects.ts";
import {
  type Batch,
  type Format,
  type Head,
  type JsonObject,
  keptTextChars,
  type Position,
  type Sniffed,
} from "./types.ts";

/** What would be a column's name, not a sentence of the text. */
const isName = (line: string) =>
  line.length <= 40 && /^"?[\p{L}_][\p{L}\p{N}_. -]*"?$/u.test(line) && line.split(" ").length <= 3;

function headLines(head: Head, most: number): string[] {
  return head.text
    .split(head.text.includes("\n") || !head.text.includes("\r") ? /\r?\n/ : "\r", most)
    .filter((line) => line.trim() !== "");
}

/** Plain lines of text, one input each. A single column below its name is CSV. */
export const text: Format = {
  id: "text",
  name: "Plain text",

  detect(head) {
    const lines = headLines(head, 200);
    const [first] = lines;
    if (first === undefined || isName(first) || /^\s*[[{]/.test(first)) return null;
    const how = sniffCsv(head);
    if (how.columns.length > 1 && !isProse(head, first, how)) return null;
    const start = { offset: head.bom, line: 1 };
    return { ...how, format: "text", delimiter: null, columns: [], start, warnings: [] };
  },

  columnsOf() {
    return ["text"];
  },

  objects(head, _how, most): JsonObject[] {
    return headLines(head, most).map((line) => ({ text: line }));
  },

  async *parse(
    chunks: AsyncIterable<Uint8Array>,
    how: Sniffed,
    from: Position,
    columns: string[],
  ): AsyncGenerator<Batch> {
    const read = objectReader(how, columns);
    for await (const { lines, next } of splitLines(chunks, how, from)) {
      const batch: Batch = { records: [], rejections: [], next };
      for (const { line, offset, text, fault } of lines) {
        const reject = (why: { code: (typeof batch.rejections)[number]["code"]; reason: string }) =>
          batch.rejections.push({ line, offset, ...why, text: text.slice(0, keptTextChars) });
        if (fault) reject(fault);
        else if (text.trim() !== "") {
          read({ text }, (values) => batch.records.push({ line, offset, text, values }), reject);
        }
      }
      yield batch;
    }
  },
};

/** A sentence where the header would be, and lines that do not agree on a number of cells. */
function isProse(head: Head, first: string, how: Pick<Sniffed, "newline" | "delimiter">): boolean {
  if (first.includes('"') || !(/[.!?:]\s*$/.test(first) || first.length > 80)) return false;
  const widths = headRecords(head, how.newline, how.delimiter ?? ",", 100).map((record) => record.cells.length);
  return widths.filter((width) => width === widths[0]).length * 2 <= widths.length;
}
