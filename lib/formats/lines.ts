import { isUtf8 } from "node:buffer";
import { asUtf8, originalBytes } from "./encoding.ts";
import { keptTextChars, maxRowBytes, type Position, type Rejection, type Sniffed } from "./types.ts";

/** One physical line without its end. `fault` says why its text cannot be used; `text` is then only for a report. */
export type Line = { line: number; offset: number; text: string; fault: Pick<Rejection, "code" | "reason"> | null };

export type LineBatch = {
  lines: Line[];
  /** behind the last line */
  next: Position;
  /** the stream ended and its last line had no line end */
  unfinished: boolean;
};

const CR = 0x0d;

const tooLong = {
  code: "too_long",
  reason: `The row is longer than ${maxRowBytes / 1024 / 1024} MB.`,
} as const;

function faultOf(bytes: Buffer, text: string): Line["fault"] {
  if (!isUtf8(bytes)) {
    return { code: "invalid_text", reason: `Not valid UTF-8, at byte ${firstBadByte(bytes, text)} of the row.` };
  }
  return text.includes("\0") ? { code: "nul", reason: "The row holds a NUL character." } : null;
}

/** Index of the first byte that is not valid UTF-8: the first U+FFFD of the decoded text that the bytes do not really hold. */
function firstBadByte(bytes: Buffer, text: string): number {
  let at = 0;
  let from = 0;
  for (let found = text.indexOf("\ufffd"); found >= 0; found = text.indexOf("\ufffd", from)) {
    at += Buffer.byteLength(text.slice(from, found));
    if (bytes[at] !== 0xef || bytes[at + 1] !== 0xbf || bytes[at + 2] !== 0xbd) return at;
    at += 3;
    from = found + 1;
  }
  return at;
}

/**
 * Cuts a byte stream into physical lines, in batches of one chunk each. Memory stays below one chunk and `maxRowBytes` whatever
 * the file holds: a longer line is dropped while it streams by and told with its first characters.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  how: Pick<Sniffed, "encoding" | "newline">,
  from: Position,
): AsyncGenerator<LineBatch> {
  const newline = how.newline.charCodeAt(0);
  let { offset, line } = from;
  // The line that is not finished yet: kept pieces, their size, and the size of everything dropped of an over-long one.
  let pieces: Buffer[] = [];
  let kept = 0;
  let dropped = 0;

  const finish = (rest: Buffer, ended: boolean, chunkIsClean: boolean): Line => {
    const clean = chunkIsClean && pieces.length === 0;
    const whole = pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]);
    const size =
      originalBytes(whole, how.encoding) + dropped + (ended ? originalBytes(Buffer.of(newline), how.encoding) : 0);
    const told = { line, offset };
    offset += size;
    line += 1;
    const overlong = dropped > 0 || whole.length > maxRowBytes;
    pieces = [];
    kept = 0;
    dropped = 0;
    if (overlong)
      return {
        ...told,
        text: whole
          .subarray(0, 4 * keptTextChars)
          .toString()
          .slice(0, keptTextChars),
        fault: tooLong,
      };
    const end = whole.length > 0 && newline !== CR && whole[whole.length - 1] === CR ? whole.length - 1 : whole.length;
    const text = whole.toString("utf8", 0, end);
    return { ...told, text, fault: clean ? null : faultOf(whole, text) };
  };

  for await (const chunk of asUtf8(chunks, how.encoding)) {
    const lines: Line[] = [];
    // Validity of a whole chunk is one fast native call; only a chunk that fails it is looked at line by line. A character cut at
    // the chunk's edge fails it as well, so the first and last line decide for themselves.
    const firstBreak = chunk.indexOf(newline);
    const lastBreak = chunk.lastIndexOf(newline);
    const middle = firstBreak < 0 ? chunk.subarray(0, 0) : chunk.subarray(firstBreak + 1, lastBreak + 1);
    const middleIsClean = isUtf8(middle) && !middle.includes(0);
    let at = 0;
    for (let end = firstBreak; end >= 0; end = chunk.indexOf(newline, at)) {
      lines.push(finish(chunk.subarray(at, end), true, middleIsClean && at > 0));
      at = end + 1;
    }
    const rest = chunk.subarray(at);
    if (dropped > 0) {
      dropped += originalBytes(rest, how.encoding);
    } else if (kept + rest.length > maxRowBytes) {
      const all = Buffer.concat([...pieces, rest]);
      pieces = [Buffer.from(all.subarray(0, 4 * keptTextChars))];
      dropped = originalBytes(all.subarray(4 * keptTextChars), how.encoding);
    } else if (rest.length > 0) {
      pieces.push(rest);
      kept += rest.length;
    }
    if (lines.length > 0) yield { lines, next: { offset, line }, unfinished: false };
  }
  if (kept > 0 || dropped > 0)
    yield { lines: [finish(Buffer.alloc(0), false, false)], next: { offset, line }, unfinished: true };
}
