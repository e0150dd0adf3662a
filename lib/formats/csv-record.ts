import { maxRecordLines, maxRowBytes } from "./types.ts";

/** What a line did to the record it belongs to. */
export type Step = "open" | "done" | "stray" | "too_long";

/**
 * Reads delimited text line by line after RFC 4180: a quote opens a cell only at its start, is doubled inside, and may span lines.
 * A line break inside a cell is kept as LF. Text after a closing quote is a fault ("stray"), because it nearly always means that an earlier quote was never closed.
 *
 * Own machine rather than csv-parse: a row must be rejected alone (bad bytes, size, quotes) with its line and byte offset in the
 * original encoding, reading must go on behind it, and an import must be able to restart in the middle of a file.
 */
export class CsvRecord {
  readonly #delimiter: string;
  cells: string[] = [];
  /** inside quotes: the parts of the cell so far */
  #open: string[] = [];
  #quoted = false;
  #size = 0;
  #lines = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** whether a quote is open across lines */
  get isOpen(): boolean {
    return this.#quoted;
  }

  reset(): void {
    this.cells = [];
    this.#open = [];
    this.#quoted = false;
    this.#size = 0;
    this.#lines = 0;
  }

  /** Adds a physical line. "done": `cells` holds the record. "open": the next line belongs to it. */
  add(line: string): Step {
    if (!this.#quoted) {
      this.reset();
      if (!line.includes('"')) {
        this.cells = line.split(this.#delimiter);
        return "done";
      }
    }
    this.#size += line.length + 1;
    this.#lines += 1;
    if (this.#size > maxRowBytes || this.#lines > maxRecordLines) return "too_long";
    let at = 0;
    if (this.#quoted) {
      this.#open.push("\n");
      const end = this.#quotedPart(line, 0);
      if (end === null) return "open";
      if (end < 0) return "stray";
      if (end >= line.length) return "done";
      at = end + 1;
    }
    while (at <= line.length) {
      if (line[at] === '"') {
        this.#quoted = true;
        const end = this.#quotedPart(line, at + 1);
        if (end === null) return "open";
        if (end < 0) return "stray";
        if (end >= line.length) return "done";
        at = end + 1;
      } else {
        const end = line.indexOf(this.#delimiter, at);
        if (end < 0) {
          this.cells.push(line.slice(at));
          return "done";
        }
        this.cells.push(line.slice(at, end));
        at = end + 1;
      }
    }
    return "done";
  }

  /** Reads on inside quotes. Returns where the delimiter behind the cell is (or the end of the line), null when still open, -1 when stray. */
  #quotedPart(line: string, from: number): number | null {
    let at = from;
    for (;;) {
      const quote = line.indexOf('"', at);
      if (quote < 0) {
        this.#open.push(line.slice(at));
        return null;
      }
      this.#open.push(line.slice(at, quote));
      if (line[quote + 1] === '"') {
        this.#open.push('"');
        at = quote + 2;
        continue;
      }
      const after = quote + 1;
      if (after < line.length && line[after] !== this.#delimiter) return -1;
      this.cells.push(this.#open.join(""));
      this.#open = [];
      this.#quoted = false;
      return after;
    }
  }
}
