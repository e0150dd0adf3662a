import { hash } from "node:crypto";

/**
 * Two inputs count as the same when they differ only in Unicode form, case or white space: NFKC, lower case, runs of white space as
 * one blank, no blanks at the ends.
 */
export function normaliseInput(input: string): string {
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
