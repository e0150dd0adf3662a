/**
 * Which characters of a text each piece stands for. The library gives pieces without places, so they are laid against the text one after
 * the other: byte by byte for byte-level tokenizers, letter by letter (case and accents aside) for the others. A piece that cannot be
 * laid (a special token, an unknown one) has no place.
 */

export type Place = { start: number; end: number } | null;

/** GPT-2's letters for bytes: printable ones stand for themselves, the others for 256 and up. */
const byteOf: ReadonlyMap<string, number> = (() => {
  const map = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    map.set(String.fromCharCode(printable ? byte : next++), byte);
  }
  return map;
})();

/** How far on a piece is looked for where the one before had no place. */
const reach = 200;

/** Places of byte-level pieces. Several pieces of one character share its place. */
export function placeBytes(text: string, pieces: readonly string[]): Place[] {
  const bytes = new TextEncoder().encode(text);
  const charAt = charOfByte(text, bytes.length);
  let at = 0;
  return pieces.map((piece) => {
    const own = [...piece].map((letter) => byteOf.get(letter) ?? -1);
    if (own.length === 0 || own.includes(-1)) return placePlain(piece);
    const fits = (from: number, skip: number) =>
      own.length > skip && own.slice(skip).every((byte, i) => bytes[from + i] === byte);
    // a space that the tokenizer put before the first word
    const skip = own[0] === 32 && bytes[at] !== 32 ? 1 : 0;
    if (own.length === skip) return null;
    for (let from = at; from < Math.min(bytes.length, at + reach); from++) {
      if (!fits(from, skip)) continue;
      at = from + own.length - skip;
      return { start: charAt[from] ?? 0, end: charEnd(charAt, at, text.length) };
    }
    return null;
  });

  /** An added token stands in the text as it is. */
  function placePlain(piece: string): Place {
    const start = text.indexOf(piece, charAt[at] ?? text.length);
    if (start < 0 || start - (charAt[at] ?? 0) > reach) return null;
    at += new TextEncoder().encode(text.slice(charAt[at] ?? 0, start + piece.length)).length;
    return { start, end: start + piece.length };
  }
}

/** For each byte of UTF-8 the UTF-16 index of the character that it belongs to. */
function charOfByte(text: string, size: number): Uint32Array {
  const of = new Uint32Array(size + 1);
  let byte = 0;
  let index = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let i = 0; i < length; i++) of[byte++] = index;
    index += char.length;
  }
  of[size] = text.length;
  return of;
}

/** End of the character of the byte before `byte`. */
function charEnd(charAt: Uint32Array, byte: number, length: number): number {
  const last = charAt[byte - 1] ?? 0;
  let next = byte;
  while (next < charAt.length && charAt[next] === last) next++;
  return charAt[next] ?? length;
}

/** Places of pieces that are letters, with `▁`, `##` or `</w>` for where words begin or end. */
export function placeLetters(text: string, pieces: readonly string[]): Place[] {
  const { letters, starts, ends } = folded(text);
  let at = 0;
  return pieces.map((piece) => {
    const own = folded(piece.replace(/^##|<\/w>$|^▁+|^Ġ+/gu, "")).letters;
    if (own.length === 0) return null;
    for (let from = at; from < Math.min(letters.length, at + reach); from++) {
      if (!own.every((letter, i) => letters[from + i] === letter)) continue;
      at = from + own.length;
      return { start: starts[from] ?? 0, end: ends[at - 1] ?? text.length };
    }
    return null;
  });
}

/** Letters without case, accents and white space, and where each stands. */
function folded(text: string): { letters: string[]; starts: number[]; ends: number[] } {
  const letters: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let index = 0;
  for (const char of text) {
    for (const letter of char.normalize("NFKD").toLowerCase()) {
      if (/[\s\p{M}▁]/u.test(letter)) continue;
      letters.push(letter);
      starts.push(index);
      ends.push(index + char.length);
    }
    index += char.length;
  }
  return { letters, starts, ends };
}
