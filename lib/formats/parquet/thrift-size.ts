/** Real footers nest less than ten deep. */
const maxDepth = 24;

/**
 * Walks over a structure in Thrift's compact protocol without building it, and counts what building it would make. A hostile footer can ask
 * for billions of list elements in a few bytes.
 * @param most elements and fields
 * @returns the index behind the structure
 * @throws Error when it is cut off, too deep or too large
 */
export function walkThrift(bytes: Uint8Array, from: number, most: number): number {
  let at = from;
  let left = most;
  const byte = (): number => {
    const value = bytes[at];
    if (value === undefined) throw new Error("it ends in the middle of a structure");
    at += 1;
    return value;
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift += 1) {
      const next = byte();
      value += (next & 0x7f) * 2 ** (7 * shift);
      if (next < 0x80) return value;
    }
    throw new Error("a number in it has no end");
  };
  const skip = (bytesToSkip: number): void => {
    if (bytesToSkip > bytes.length - at) throw new Error("a text in it is longer than the rest of it");
    at += bytesToSkip;
  };
  const count = (elements: number): void => {
    left -= elements;
    if (left < 0) throw new Error("it lists too much");
  };
  const element = (type: number, depth: number, inList: boolean): void => {
    if (depth > maxDepth) throw new Error("it is nested too deeply");
    switch (type) {
      case 1:
      case 2:
        if (inList) skip(1);
        return;
      case 3:
        skip(1);
        return;
      case 4:
      case 5:
      case 6:
        varint();
        return;
      case 7:
        skip(8);
        return;
      case 8:
        skip(varint());
        return;
      case 9: {
        const head = byte();
        const size = head >> 4 === 15 ? varint() : head >> 4;
        count(size);
        for (let index = 0; index < size; index += 1) element(head & 0x0f, depth + 1, true);
        return;
      }
      case 12:
        struct(depth + 1);
        return;
      default:
        throw new Error("it holds something that is not of the format");
    }
  };
  const struct = (depth: number): void => {
    if (depth > maxDepth) throw new Error("it is nested too deeply");
    for (let head = byte(); (head & 0x0f) !== 0; head = byte()) {
      count(1);
      if (head >> 4 === 0) varint();
      element(head & 0x0f, depth, false);
    }
  };
  struct(0);
  return at;
}
