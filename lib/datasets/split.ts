import { hash } from "node:crypto";

/** A character that is not printable ASCII, or a blank that is followed by something else than such a character. */
const unevenOrNotAscii = / [^!-~]|[^ -~]/;

/**
 * Two inputs count as the same when they differ only in Unicode form, case or white space: NFKC, lower case, runs of white space as
 * one blank, no blanks at the ends.
 */
export function normaliseInput(input: string): string {
  // Printable ASCII with single blanks inside, which most texts are, is its own NFKC: one pass instead of four.
  if (!unevenOrNotAscii.test(input) && !input.startsWith(" ") && !input.endsWith(" ")) return input.toLowerCase();
  const folded = input.normalize("NFKC").toLowerCase();
  return /^\s|\s$|\s\s|[^\S ]/.test(folded) ? folded.replace(/\s+/g, " ").trim() : folded;
}

/** sha256 of the normalised input, hex: the only thing that decides the side of a row. */
export function inputDigest(input: string): string {
  return hash("sha256", normaliseInput(input), "hex");
}

/** First 8 bytes of the digest as PostgreSQL's signed bigint, in decimal. */
export function inputHash(digest: string): string {
  return BigInt.asIntN(64, BigInt(`0x${digest.slice(0, 16)}`)).toString();
}

/** Where a digest stands between 0 (included) and 1 (excluded), evenly spread: its first 52 bits. */
export function unitOf(digest: string): number {
  return Number.parseInt(digest.slice(0, 13), 16) / 2 ** 52;
}

/**
 * Whether a row is put aside for evaluation. There is no seed and no state: the same text is on the same side in every file, every
 * version and every project with that fraction, identical inputs are never on both, and a larger hold-out contains a smaller one.
 * @param fraction share of distinct inputs, 0 (none) to 1 (all)
 */
export function isHoldout(digest: string, fraction: number): boolean {
  return unitOf(digest) < fraction;
}

const words = new Uint32Array(2);
const signed = new BigInt64Array(words.buffer);
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function word(digest: string, at: number): number {
  return (
    ((digest.charCodeAt(at) << 24) |
      (digest.charCodeAt(at + 1) << 16) |
      (digest.charCodeAt(at + 2) << 8) |
      digest.charCodeAt(at + 3)) >>>
    0
  );
}

/**
 * `inputHash` (also as its two halves) and `isHoldout` of a text in one step, for loops over millions of rows: the digest never becomes hex.
 * @param fraction as in `isHoldout`
 */
export function placeInput(
  input: string,
  fraction: number,
): { inputHash: string; holdout: boolean; high: number; low: number } {
  const digest = hash("sha256", normaliseInput(input), "binary");
  const high = word(digest, 0);
  const low = word(digest, 4);
  words[littleEndian ? 1 : 0] = high;
  words[littleEndian ? 0 : 1] = low;
  const unit = (high * 2 ** 20 + (low >>> 12)) / 2 ** 52;
  return { inputHash: String(signed[0]), holdout: unit < fraction, high, low };
}
