import { originalBytes } from "./encoding.ts";
import { PathSeeker } from "./json-seek.ts";
import { type Encoding, keptTextChars, maxRowBytes, type Position } from "./types.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/**
 * One value of a sequence, with its place. `whole`: to its end; `cut`: the file ends in it; `long`: as much as may be kept of a value that
 * goes on; `dropped`: the beginning of one that was too long.
 */
export type Item = Position & { bytes: Buffer; is: "whole" | "cut" | "long" | "dropped" };

const isSpace = (byte: number) => byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

/**
 * Cuts a stream of JSON into its values: the elements of an array (the top-level one, or one at a path of a document), or values that
 * follow each other. It only counts brackets and quotes, so that a broken value is found and told alone; whoever takes the values parses
 * them. Memory stays below one piece and `maxRowBytes`.
 */
export class JsonScanner {
  readonly #encoding: Encoding;
  readonly #path: readonly string[] | null;
  readonly #take: (item: Item) => number;
  readonly #seeker: PathSeeker;
  /** before the array | between two values | in a value | behind the array of a document */
  #mode: "seek" | "between" | "value" | "behind";
  #inArray: boolean;
  #depth = 0;
  /** a text or number that stands alone ends without a bracket */
  #scalar = false;
  #inString = false;
  #escaped = false;
  #kept: Buffer[] = [];
  #size = 0;
  #dropped = false;
  #began: Position = { offset: 0, line: 1 };
  /** the bracket that closed the array: who goes on there finds it closed */
  #closed: Position | null = null;
  /** pieces being read: the last one first; what is read again lies on top of the piece it came from */
  #work: { piece: Buffer; index: number }[] = [];
  /** the place of `#counted` in the piece on top */
  #at: Position;
  #counted = 0;

  /**
   * @param path of the array in the document; empty: the document is the array; null: values one after another
   * @param from where reading begins; `inside`: between two elements, as `place` has told
   * @param take gets each value; returns the index in its bytes where reading should begin anew because the value is broken there, or -1
   */
  constructor(
    path: readonly string[] | null,
    encoding: Encoding,
    from: Position,
    inside: boolean,
    take: (item: Item) => number,
  ) {
    this.#encoding = encoding;
    this.#path = path;
    this.#take = take;
    this.#at = { offset: from.offset, line: from.line };
    this.#seeker = new PathSeeker(path ?? []);
    this.#mode = path?.length && !inside ? "seek" : "between";
    this.#inArray = inside && path !== null;
  }

  /** the place behind what is finished: here reading may go on */
  get place(): Position {
    if (this.#mode === "value") return this.#began;
    return { ...(this.#closed ?? this.#at) };
  }

  /** whether the array of a document has been found */
  get found(): boolean {
    return this.#mode !== "seek";
  }

  /** whether an array is open that the file should close */
  get unclosed(): boolean {
    return this.#inArray && this.#mode !== "behind";
  }

  feed(piece: Buffer): void {
    this.#work.push({ piece, index: 0 });
    this.#counted = 0;
    this.#run();
  }

  /** The stream has ended. */
  end(): void {
    while (this.#mode === "value") {
      const whole = this.#scalar && !this.#inString;
      this.#finish(Buffer.alloc(0), whole ? "whole" : "cut");
      this.#run();
    }
  }

  #run(): void {
    for (let top = this.#work.at(-1); top; top = this.#work.at(-1)) {
      if (top.index >= top.piece.length || this.#mode === "behind") {
        this.#count(top.piece, top.piece.length);
        this.#work.pop();
        // What was read again ends where the piece below goes on.
        this.#counted = this.#work.at(-1)?.index ?? 0;
      } else if (this.#mode === "seek") {
        const found = this.#seeker.feed(top.piece, top.index);
        top.index = found < 0 ? top.piece.length : found;
        if (found < 0) continue;
        this.#inArray = true;
        this.#mode = "between";
      } else if (this.#mode === "between") top.index = this.#between(top.piece, top.index);
      else this.#value(top);
    }
  }

  /** Moves the counters up to an index of the piece. */
  #count(piece: Buffer, to: number): void {
    if (to <= this.#counted) return;
    const part = piece.subarray(this.#counted, to);
    this.#at.offset += originalBytes(part, this.#encoding);
    for (let found = part.indexOf(NEWLINE); found >= 0; found = part.indexOf(NEWLINE, found + 1)) this.#at.line += 1;
    this.#counted = to;
  }

  #between(piece: Buffer, from: number): number {
    for (let index = from; index < piece.length; index += 1) {
      const byte = piece[index] as number;
      if (isSpace(byte) || byte === COMMA) continue;
      if (byte === CLOSE && this.#inArray) {
        this.#inArray = false;
        this.#count(piece, index);
        this.#closed = { ...this.#at };
        if (!this.#path?.length) continue;
        this.#mode = "behind";
        return index + 1;
      }
      if (byte === OPEN && !this.#inArray && this.#path?.length === 0) {
        this.#inArray = true;
        this.#closed = null;
        continue;
      }
      this.#count(piece, index);
      this.#began = { ...this.#at };
      this.#mode = "value";
      this.#scalar = byte !== 0x7b && byte !== OPEN;
      this.#depth = 0;
      return index;
    }
    return piece.length;
  }

  /** Reads on in a value, to its end or the end of the piece. */
  #value(top: { piece: Buffer; index: number }): void {
    const { piece, index: from } = top;
    let index = from;
    const finish = (to: number) => {
      top.index = to;
      this.#count(piece, to);
      this.#finish(piece.subarray(from, to), "whole");
    };
    while (index < piece.length) {
      if (this.#inString) {
        index = this.#string(piece, index);
        continue;
      }
      const byte = piece[index] as number;
      if (byte === QUOTE) {
        this.#inString = true;
      } else if (byte === 0x7b || byte === OPEN) {
        this.#depth += 1;
      } else if (this.#scalar && this.#depth <= 0) {
        if (byte === COMMA || isSpace(byte) || (byte === CLOSE && this.#inArray)) {
          finish(index);
          return;
        }
      } else if (byte === 0x7d || byte === CLOSE) {
        this.#depth -= 1;
        if (this.#depth === 0 && !this.#scalar) {
          finish(index + 1);
          return;
        }
      }
      index += 1;
    }
    top.index = index;
    this.#count(piece, index);
    this.#keep(piece.subarray(from));
  }

  /** Reads on in a text; returns the index behind its quote, or the end of the piece. */
  #string(piece: Buffer, from: number): number {
    let index = from;
    if (this.#escaped) {
      this.#escaped = false;
      index += 1;
    }
    while (index < piece.length) {
      const quote = piece.indexOf(QUOTE, index);
      const end = quote < 0 ? piece.length : quote;
      const slash = piece.subarray(index, end).indexOf(BACKSLASH);
      if (slash < 0) {
        this.#inString = quote < 0;
        return quote < 0 ? piece.length : quote + 1;
      }
      index += slash + 2;
      if (index > piece.length) this.#escaped = true;
    }
    return piece.length;
  }

  /** @returns whether it was kept; else the value is read anew from a later place */
  #keep(part: Buffer): boolean {
    this.#size += part.length;
    if (this.#dropped) return true;
    this.#kept.push(part);
    if (this.#size <= maxRowBytes) return true;
    const bytes = Buffer.concat(this.#kept);
    const again = this.#take({ ...this.#began, bytes, is: "long" });
    if (again >= 0) {
      this.#again(bytes, again);
      return false;
    }
    this.#dropped = true;
    this.#kept = [Buffer.from(bytes.subarray(0, 4 * keptTextChars))];
    return true;
  }

  #finish(last: Buffer, is: "whole" | "cut"): void {
    if (!this.#keep(last)) return;
    const bytes = this.#kept.length === 1 ? (this.#kept[0] as Buffer) : Buffer.concat(this.#kept);
    const again = this.#take({ ...this.#began, bytes, is: this.#dropped ? "dropped" : is });
    if (again >= 0) this.#again(bytes, again);
    else this.#forget();
  }

  #forget(): void {
    this.#kept = [];
    this.#size = 0;
    this.#dropped = false;
    this.#inString = false;
    this.#escaped = false;
    this.#mode = "between";
  }

  /** Puts the value's bytes from an index on back, to be read as values of their own. */
  #again(bytes: Buffer, from: number): void {
    this.#forget();
    this.#at = { ...this.#began };
    this.#counted = 0;
    this.#count(bytes, from);
    this.#work.push({ piece: bytes, index: from });
  }
}
