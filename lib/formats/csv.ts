import { AppError } from "#lib/core/errors.ts";
import { headRecords, sniffCsv } from "./csv-header.ts";
import { CsvRecord } from "./csv-record.ts";
import { type Line, splitLines } from "./lines.ts";
import { type ObjectReader, objectReader } from "./objects.ts";
import {
  type Batch,
  type Format,
  type JsonObject,
  keptTextChars,
  maxRowBytes,
  type Position,
  type RejectCode,
  type Sniffed,
} from "./types.ts";

/** Each unclosed quote makes up to `maxRowBytes` be read twice; a file with more of them is not RFC 4180 at all. */
const maxRecoveries = 100;

const unclosed = `A quote that opens here is not closed properly. Write quotes inside a cell twice ("").`;

/** A cell that holds an array or object, as exports write conversations, as what it is; any other as its text. */
function fromCell(cell: string): unknown {
  if (!/^\s*[[{]/.test(cell)) return cell === "" ? null : cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

function rowObject(columns: readonly string[], cells: readonly string[]): JsonObject {
  return Object.fromEntries(columns.map((column, index) => [column, fromCell(cells[index] ?? "")]));
}

/** Puts lines together to records, and finds its way back behind a quote that was never closed. */
class CsvReader {
  readonly #record: CsvRecord;
  readonly #width: number;
  readonly #wanted: number[];
  readonly #columns: string[];
  /** reads rows that are conversations; null: cells are taken as they are */
  readonly #shaped: ObjectReader | null;
  /** lines of the record that is still open */
  #held: Line[] = [];
  #fault: Line["fault"] = null;
  #recoveries = 0;

  constructor(how: Sniffed, columns: string[]) {
    this.#record = new CsvRecord(how.delimiter ?? ",");
    this.#width = how.columns.length;
    this.#wanted = columns.map((column) => how.columns.indexOf(column));
    this.#columns = how.columns;
    this.#shaped = how.shape === null ? null : objectReader(how, columns);
  }

  /** where the open record begins, if one is open */
  get openAt(): Position | null {
    const first = this.#held[0];
    return first ? { offset: first.offset, line: first.line } : null;
  }

  take(lines: Line[], batch: Batch): void {
    let queue = lines;
    for (let index = 0; index < queue.length; index += 1) {
      const line = queue[index] as Line;
      if (line.fault?.code === "too_long") {
        this.#reject(batch, this.#held[0] ?? line, line.fault);
        this.#clear();
        continue;
      }
      if (this.#held.length === 0 && line.text.trim() === "" && line.fault === null) continue;
      // A line with bad bytes still shows where its record ends, so the record is read on and rejected as a whole.
      this.#fault ??= line.fault;
      const step = this.#record.add(line.text);
      if (step === "open") {
        this.#held.push(line);
      } else if (step === "done") {
        this.#finish(batch, line);
      } else {
        const again = this.#recover(batch, line);
        if (again.length > 0) {
          queue = [...again, ...queue.slice(index + 1)];
          index = -1;
        }
      }
    }
  }

  /** The stream has ended: a record that is still open has an unclosed quote. */
  end(batch: Batch): void {
    while (this.#held.length > 0) this.take(this.#recover(batch, null), batch);
  }

  #clear(): void {
    this.#record.reset();
    this.#held = [];
    this.#fault = null;
  }

  #reject(batch: Batch, at: Line, why: { code: RejectCode; reason: string }): void {
    const text =
      this.#held.length > 0
        ? this.#held
            .slice(0, 20)
            .map((line) => line.text)
            .join("\n")
        : at.text;
    batch.rejections.push({
      line: at.line,
      offset: at.offset,
      code: why.code,
      reason: why.reason,
      text: text.slice(0, keptTextChars),
    });
  }

  #finish(batch: Batch, last: Line): void {
    const { cells } = this.#record;
    const first = this.#held[0] ?? last;
    // Spreadsheets leave separators behind the last cell; nothing is lost by dropping empty ones.
    while (cells.length > this.#width && cells[cells.length - 1] === "") cells.pop();
    if (this.#fault) {
      this.#reject(batch, first, this.#fault);
    } else if (cells.length !== this.#width && cells.some((cell) => cell.trim() !== "")) {
      this.#reject(batch, first, {
        code: "ragged",
        reason: `${cells.length} ${cells.length === 1 ? "cell" : "cells"} where the header has ${this.#width}.`,
      });
    } else if (cells.some((cell) => cell !== "")) {
      const text =
        this.#held.length > 0 ? [...this.#held.slice(0, 20), last].map((line) => line.text).join("\n") : last.text;
      const { line, offset } = first;
      if (this.#shaped) {
        this.#shaped(
          rowObject(this.#columns, cells),
          (values) => batch.records.push({ line, offset, values, text }),
          (fault) => this.#reject(batch, first, fault),
        );
      } else {
        const values = this.#wanted.map((index) => cells[index] || null);
        batch.records.push({ line, offset, values, text });
      }
    }
    this.#clear();
  }

  /** Rejects the line where the quote opened and gives back the swallowed lines, to be read again as rows of their own. */
  #recover(batch: Batch, at: Line | null): Line[] {
    const swallowed = at ? [...this.#held, at] : this.#held;
    const [first, ...rest] = swallowed;
    this.#held = [];
    if (first) this.#reject(batch, first, { code: "quote", reason: unclosed });
    this.#clear();
    if (rest.length > 0) this.#recoveries += 1;
    if (this.#recoveries > maxRecoveries) {
      throw new AppError("INVALID", `More than ${maxRecoveries} quotes are opened and not closed within their row.`, {
        where: first ? `line ${first.line}` : undefined,
        todo: `Write quotes inside a cell twice (""), and keep rows below ${maxRowBytes / 1024 / 1024} MB.`,
      });
    }
    return rest;
  }
}

/**
 * Delimited text after RFC 4180: comma, semicolon, tab or pipe, sniffed; the first line names the columns. An empty cell is an
 * absent value. Rows whose cells are all empty are skipped like blank lines.
 */
export const csv: Format = {
  id: "csv",
  name: "CSV",

  detect: sniffCsv,

  columnsOf(_head, how) {
    return how.columns;
  },

  objects(head, how, most) {
    const records = headRecords(head, how.newline, how.delimiter ?? ",", most + 2);
    return records
      .filter(({ next }) => next.offset > how.start.offset)
      .slice(0, most)
      .map(({ cells }) => rowObject(how.columns, cells));
  },

  async *parse(
    chunks: AsyncIterable<Uint8Array>,
    how: Sniffed,
    from: Position,
    columns: string[],
  ): AsyncGenerator<Batch> {
    const reader = new CsvReader(how, columns);
    let next = from;
    for await (const batchOfLines of splitLines(chunks, how, from)) {
      next = batchOfLines.next;
      const batch: Batch = { records: [], rejections: [], next };
      reader.take(batchOfLines.lines, batch);
      batch.next = reader.openAt ?? next;
      yield batch;
    }
    const last: Batch = { records: [], rejections: [], next };
    reader.end(last);
    yield last;
  },
};
