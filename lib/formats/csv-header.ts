import { AppError } from "#lib/core/errors.ts";
import { CsvRecord } from "./csv-record.ts";
import { bytesIn } from "./encoding.ts";
import { storable } from "./storable.ts";
import { type Head, headBytes, maxColumns, type Position, type Syntax } from "./types.ts";

const delimiters = [",", ";", "\t", "|"] as const;
export const delimiterNames: Readonly<Record<string, string>> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "pipe",
};

type HeadRecord = { cells: string[]; next: Position };

/** The first records of a head. Faulty ones are left out: this is for looking, not for importing. */
export function headRecords(head: Head, newline: string, delimiter: string, most: number): HeadRecord[] {
  const record = new CsvRecord(delimiter);
  const found: HeadRecord[] = [];
  const bytesOf = (text: string) => bytesIn(text, head.encoding);
  let offset = head.bom;
  let line = 1;
  let at = 0;
  while (at < head.text.length && found.length < most) {
    const end = head.text.indexOf(newline, at);
    const raw = end < 0 ? head.text.slice(at) : head.text.slice(at, end + 1);
    at += raw.length;
    offset += bytesOf(raw);
    line += 1;
    const text = raw.replace(/\r?\n?$/, "");
    if (!record.isOpen && text.trim() === "") continue;
    const step = record.add(text);
    if (step === "done") found.push({ cells: record.cells, next: { offset, line } });
    else if (step !== "open") record.reset();
  }
  return found;
}

/** How far the records of a head agree on one number of cells: 0 (no table) to 1, more cells winning ties. */
function agreement(records: HeadRecord[]): number {
  const width = records[0]?.cells.length ?? 0;
  if (width < 2) return 0;
  const agreeing = records.filter((record) => record.cells.length === width).length;
  return agreeing / records.length + Math.min(width, 100) / 10_000;
}

/** The separator under which the head looks most like a table; a comma when it is a single column. */
function sniffDelimiter(head: Head, newline: string): string {
  let best = { delimiter: ",", score: 0 };
  for (const delimiter of delimiters) {
    const score = agreement(headRecords(head, newline, delimiter, 100));
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/**
 * Column names from header cells: trimmed; an empty one becomes `column_3`; a repeated one gets `_2`, `_3` … Each change is told in
 * `warnings`. @throws AppError INVALID for more than `maxColumns`
 */
export function nameColumns(cells: readonly string[]): { columns: string[]; warnings: string[] } {
  if (cells.length > maxColumns) {
    throw new AppError("INVALID", `The header names ${cells.length} columns; at most ${maxColumns} are read.`, {
      where: "line 1",
      todo: "Keep the columns with the input and the answer, and upload that.",
    });
  }
  const warnings: string[] = [];
  const taken = new Set<string>();
  const columns = cells.map((cell, index) => {
    const wanted = storable(cell.trim()) || `column_${index + 1}`;
    let name = wanted;
    for (let copy = 2; taken.has(name); copy += 1) name = `${wanted}_${copy}`;
    taken.add(name);
    if (cell.trim() === "") warnings.push(`Column ${index + 1} has no name; it is called "${name}" here.`);
    else if (name !== wanted)
      warnings.push(`The column name "${wanted}" occurs twice; column ${index + 1} is called "${name}" here.`);
    return name;
  });
  return { columns, warnings };
}

/** Encoding, separator and header of delimited text. @throws AppError INVALID when there is no usable header */
export function sniffCsv(head: Head): Syntax {
  const newline = head.text.includes("\n") || !head.text.includes("\r") ? "\n" : "\r";
  if (!head.complete && !head.text.includes(newline)) {
    throw new AppError("INVALID", `The first line is longer than ${headBytes / 1024 / 1024} MB.`, {
      where: "line 1",
      todo: "Put the column names on the first line.",
    });
  }
  // Excel's own hint, which is no row of the table.
  const hint = /^sep=(.)\r?\n/.exec(head.text);
  const delimiter = hint?.[1] ?? sniffDelimiter(head, newline);
  const records = headRecords(head, newline, delimiter, 2 + (hint ? 1 : 0));
  const header = records[hint ? 1 : 0];
  if (!header) {
    throw new AppError("INVALID", "No header line could be read: it is too long, or a quote in it is never closed.", {
      where: "line 1",
      todo: "Put the column names on the first line.",
    });
  }
  if (header.cells.some((cell) => cell.includes("\ufffd"))) {
    throw new AppError("INVALID", "The header is not valid UTF-8.", {
      where: "line 1",
      todo: 'Save the file as UTF-8 (in Excel: "CSV UTF-8").',
    });
  }
  const { columns, warnings } = nameColumns(header.cells);
  if (columns.length === 1) warnings.push("The file has a single column: no separator was found.");
  if (header.cells.some((cell) => cell.length > 100) || header.cells.every((cell) => /^-?[\d.]+$/.test(cell.trim()))) {
    warnings.push(
      "The first line looks like data, but is taken as the header. Add a line with column names if it is none.",
    );
  }
  return {
    format: "csv",
    encoding: head.encoding,
    newline,
    delimiter,
    columns,
    start: header.next,
    warnings,
    path: null,
  };
}
