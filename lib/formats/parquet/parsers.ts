import type { ParquetParsers } from "hyparquet";

const decoder = new TextDecoder();
const text = (bytes: Uint8Array) => bytes && decoder.decode(bytes);
/** Dates outside of what a Date can hold come out as absent. */
const iso = (ms: number) => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null);

/** How values are shown: texts as they are, also JSON; times in ISO 8601; shapes of maps are no text. */
export const parsers = {
  timestampFromMilliseconds: (value: bigint) => iso(Number(value)),
  timestampFromMicroseconds: (value: bigint) => iso(Number(value / 1000n)),
  timestampFromNanoseconds: (value: bigint) => iso(Number(value / 1000000n)),
  dateFromDays: (days: number) => iso(days * 86_400_000)?.slice(0, 10) ?? null,
  stringFromBytes: text,
  jsonFromBytes: text,
  geometryFromBytes: () => null,
  geographyFromBytes: () => null,
  uuidFromBytes: (bytes: Uint8Array) =>
    bytes &&
    Buffer.from(bytes)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
} as unknown as ParquetParsers;
