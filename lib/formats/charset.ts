import type { Encoding } from "./types.ts";

/** What a byte order mark says, or the bytes themselves where there is none. */
type Charset = { encoding: Encoding; bom: number; warning: string | null };

/** How many bytes are looked at for what no mark tells. */
const sampleBytes = 256 * 1024;

/**
 * Encoding of a file from its first bytes: a byte order mark; UTF-16 by its regular zero bytes; Windows-1252 where nothing beyond ASCII is
 * UTF-8 but all of it is text in Windows-1252; else UTF-8. A single bad row does not make another encoding.
 */
export function charsetOf(bytes: Uint8Array): Charset {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: "utf-8", bom: 3, warning: null };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: "utf-16le", bom: 2, warning: null };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: "utf-16be", bom: 2, warning: null };
  const sample = bytes.subarray(0, sampleBytes);
  const wide = wideOf(sample);
  if (wide) {
    const name = wide === "utf-16le" ? "UTF-16 (little endian)" : "UTF-16 (big endian)";
    return { encoding: wide, bom: 0, warning: `The file has no byte order mark; it is read as ${name}.` };
  }
  if (isWindows1252(bytes)) {
    const warning =
      "The file is not UTF-8; it is read as Windows-1252 (Western European). Check that accents and quotes look right below.";
    return { encoding: "windows-1252", bom: 0, warning };
  }
  return { encoding: "utf-8", bom: 0, warning: null };
}

/** Text in UTF-16 without a mark: nearly every other byte is zero as long as it is mostly ASCII. */
function wideOf(sample: Uint8Array): "utf-16le" | "utf-16be" | null {
  const length = sample.length - (sample.length % 2);
  if (length < 8) return null;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (sample[at] === 0) even += 1;
    if (sample[at + 1] === 0) odd += 1;
  }
  const pairs = length / 2;
  if (odd > pairs * 0.6 && even <= pairs * 0.02) return "utf-16le";
  if (even > pairs * 0.6 && odd <= pairs * 0.02) return "utf-16be";
  return null;
}

const isLetter = (byte: number | undefined) =>
  byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));
/** À to ÿ without × and ÷, and Š Œ Ž š œ ž Ÿ ƒ */
const isHighLetter = (byte: number | undefined) =>
  byte !== undefined &&
  ((byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7) || [0x83, 0x8a, 0x8c, 0x8e, 0x9a, 0x9c, 0x9e, 0x9f].includes(byte));
/** No character of Windows-1252. */
const undefined1252 = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** Length of the UTF-8 sequence that begins here, 0 when there is none. Bytes behind the end count as right. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  for (let next = 1; next < length; next += 1) {
    const byte = bytes[at + next];
    if (byte !== undefined && (byte & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/** Whether a byte beyond ASCII stands where text in Windows-1252 would have it. */
function isPlausible(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at] ?? 0;
  if (undefined1252.has(byte)) return false;
  const [before, behind] = [bytes[at - 1], bytes[at + 1]];
  if (!isHighLetter(byte)) return true;
  // Accented letters stand in words; a run of them alone is more likely broken UTF-8 or binary.
  return isLetter(before) || isLetter(behind);
}

/** At least two lines, or the first one, hold bytes that are no UTF-8; hardly any are; and nearly all are plausible. */
function isWindows1252(bytes: Uint8Array): boolean {
  let utf8 = 0;
  let other = 0;
  let plausible = 0;
  let lines = 0;
  let line = 1;
  let told = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x0a) line += 1;
    if (byte < 0x80) continue;
    const length = sequenceAt(bytes, at);
    if (length > 0) {
      utf8 += 1;
      at += length - 1;
      continue;
    }
    other += 1;
    if (isPlausible(bytes, at)) plausible += 1;
    if (told !== line) lines += line === 1 ? 2 : 1;
    told = line;
  }
  return lines >= 2 && other > utf8 * 20 && plausible >= other * 0.9;
}
