import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { compressors } from "hyparquet-compressors";

type Unpack = (packed: Uint8Array, bytes: number) => Uint8Array;

/** Node's own codecs where it has them: native, and bounded by what a page claims. */
const bounded = (unpack: (packed: Uint8Array, options: { maxOutputLength: number }) => Uint8Array): Unpack => {
  return (packed, bytes) => unpack(packed, { maxOutputLength: Math.max(1, bytes) });
};

function fromLibrary(name: "SNAPPY" | "LZ4" | "LZ4_RAW"): Unpack {
  const unpack = compressors[name];
  if (!unpack) throw new Error(`hyparquet-compressors lacks ${name}`);
  return unpack;
}

/** Codecs of Parquet pages by their name in the footer. */
export const codecs: ReadonlyMap<string, Unpack> = new Map([
  ["UNCOMPRESSED", (packed) => packed],
  ["SNAPPY", fromLibrary("SNAPPY")],
  ["LZ4", fromLibrary("LZ4")],
  ["LZ4_RAW", fromLibrary("LZ4_RAW")],
  ["GZIP", bounded(gunzipSync)],
  ["BROTLI", bounded(brotliDecompressSync)],
  ["ZSTD", bounded(zstdDecompressSync)],
] satisfies [string, Unpack][]);
