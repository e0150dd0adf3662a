import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, take, tensor } from "./safetensors.ts";

const encode = (...args: Parameters<typeof encodeSafetensors>) => Buffer.concat(encodeSafetensors(...args));
/** A file with this header text and this many data bytes. */
function file(header: string, dataBytes: number, claimed = BigInt(Buffer.byteLength(header))): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed);
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]);
}
const entry = (shape: number[], offsets: number[], dtype = "F32") => ({ dtype, shape, data_offsets: offsets });

describe("safetensors", () => {
  test("round trip, also out of a pooled buffer and with names that JavaScript reserves", () => {
    const bytes = encode(
      {
        ["__proto__"]: tensor(Float32Array.of(1.5, -2), [2]),
        b: tensor(Uint32Array.of(4_294_967_295), [1]),
        c: tensor(Int32Array.of(), [0, 7]),
      },
      { labels: '["é\\n"]' },
    );
    // Buffer.from copies small contents into a shared pool, at any offset
    const read = decodeSafetensors(Buffer.from(bytes));
    expect(take(read, "b", "U32").data).toEqual(Uint32Array.of(4_294_967_295));
    expect(take(read, "c", "I32").shape).toEqual([0, 7]);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });

  test("the layout is the format's: length, JSON padded to 8, little-endian data", () => {
    const bytes = encode({ w: tensor(Float32Array.of(1), [1]) });
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({ __metadata__: {}, w: entry([1], [0, 4]) });
    expect(bytes.subarray(8 + length)).toEqual(Buffer.from([0, 0, 0x80, 0x3f]));
  });

  test("a tensor whose shape does not fit its values is not written", () => {
    expect(() => tensor(Float32Array.of(1, 2), [3])).toThrow(RangeError);
  });

  test.each([
    ["empty file", Buffer.alloc(3)],
    ["header longer than the file", file("{}", 0, 2n ** 62n)],
    ["header that is no JSON", file("{,}", 0)],
    ["header that is a list", file("[]", 0)],
    ["unknown type", file(JSON.stringify({ w: entry([1], [0, 4], "PICKLE") }), 4)],
    ["inherited name as type", file(JSON.stringify({ w: entry([1], [0, 4], "constructor") }), 4)],
    ["offsets beyond the end", file(JSON.stringify({ w: entry([2], [0, 8]) }), 4)],
    ["offsets backwards", file(JSON.stringify({ w: entry([0], [4, 0]) }), 4)],
    ["shape of 2^60 values", file(JSON.stringify({ w: entry([2 ** 30, 2 ** 30], [0, 4]) }), 4)],
    ["negative shape", file(JSON.stringify({ w: entry([-1], [0, 4]) }), 4)],
    ["overlap", file(JSON.stringify({ a: entry([1], [0, 4]), b: entry([1], [0, 4]) }), 4)],
    ["hole", file(JSON.stringify({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }), 12)],
    ["bytes after the end", file(JSON.stringify({ a: entry([1], [0, 4]) }), 9)],
    ["null entry", file(JSON.stringify({ a: null }), 0)],
  ])("refuses: %s", (_what, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow("damaged");
  });

  test("a missing tensor and one of another type are refused", () => {
    const read = decodeSafetensors(encode({ w: tensor(Float32Array.of(1), [1]) }));
    expect(() => take(read, "v", "F32")).toThrow("missing");
    expect(() => take(read, "w", "U32")).toThrow("missing");
  });
});
