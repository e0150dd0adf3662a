/** A place in the bytes of a page. */
export type Cursor = { bytes: Uint8Array; at: number };

export function byteAt(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw new Error("a page ends too early");
  cursor.at += 1;
  return byte;
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 5; shift += 1) {
    const next = byteAt(cursor);
    value += (next & 0x7f) * 2 ** (7 * shift);
    if (next < 0x80) return value;
  }
  throw new Error("a run in a page has no valid length");
}

/**
 * Reads numbers of a fixed width in runs (RLE and bit-packed). A run that claims more than is left gives what is left, so that the result is
 * never larger than `count`.
 */
export function readRuns(cursor: Cursor, bitWidth: number, count: number): Int32Array {
  if (bitWidth > 32) throw new Error("a page claims numbers of more than 32 bits");
  const values = new Int32Array(count);
  let filled = 0;
  while (filled < count) {
    const head = varint(cursor);
    if (head % 2 === 0) {
      const run = Math.min(Math.floor(head / 2), count - filled);
      let value = 0;
      for (let shift = 0; shift < bitWidth; shift += 8) value |= byteAt(cursor) << shift;
      if (run === 0) throw new Error("a run in a page is empty");
      values.fill(value, filled, filled + run);
      filled += run;
    } else {
      const groups = Math.floor(head / 2);
      if (groups === 0) throw new Error("a run in a page is empty");
      const end = cursor.at + groups * bitWidth;
      const run = Math.min(groups * 8, count - filled);
      unpack(cursor, bitWidth, values.subarray(filled, filled + run));
      filled += run;
      // Writers may leave out the padding of the last group.
      cursor.at = Math.min(end, cursor.bytes.length);
    }
  }
  return values;
}

function unpack(cursor: Cursor, bitWidth: number, into: Int32Array): void {
  let held = 0;
  let bits = 0;
  for (let index = 0; index < into.length; index += 1) {
    // Below 2^53 as long as a width is at most 32.
    while (bits < bitWidth) {
      held += byteAt(cursor) * 2 ** bits;
      bits += 8;
    }
    const size = 2 ** bitWidth;
    into[index] = held % size;
    held = Math.floor(held / size);
    bits -= bitWidth;
  }
}

export const widthOf = (most: number): number => 32 - Math.clz32(most);
