import { normaliseInput } from "#lib/datasets/split.ts";

/**
 * How a text becomes a set: every run of five characters (short texts, where five words are most of them), or of five words
 * (documents, where characters would cost ten times as much and say the same).
 */
export type ShingleKind = "characters" | "words";

const width = 5;
/** Longer texts are compared by their beginning; it bounds the time of one row. */
export const maxComparedChars = 20_000;
/** Mean characters of an input from which words are taken. */
const documentChars = 1_000;

export function shingleKindFor(meanChars: number): ShingleKind {
  return meanChars >= documentChars ? "words" : "characters";
}

/**
 * What counts as the same words: as the hash of an input has it (Unicode form, case, blanks), and without punctuation, which people
 * change without changing what they ask. A text of punctuation only is itself.
 */
function foldWords(input: string): string {
  const text = normaliseInput(input);
  const words = text
    .replace(/\p{P}+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  return words === "" ? text : words;
}

/** Murmur3's finaliser over FNV-1a, as in the features of the CPU student. */
function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Hashes of a text's shingles, 32 bits each. The buffer is reused: copy what is to be kept. */
export class Shingler {
  count = 0;
  hashes: Uint32Array = new Uint32Array(1024);
  readonly #kind: ShingleKind;

  constructor(kind: ShingleKind) {
    this.#kind = kind;
  }

  /** Fills `hashes[0..count)`, with repetitions. */
  extract(input: string): void {
    const text = foldWords(input.slice(0, maxComparedChars));
    this.count = 0;
    if (this.#kind === "characters") this.#characters(` ${text} `);
    else this.#words(text);
  }

  /** The set of shingles of a text: sorted and without repetitions. */
  set(input: string): Uint32Array {
    this.extract(input);
    const sorted = this.hashes.subarray(0, this.count).sort();
    let kept = 0;
    for (let i = 0; i < sorted.length; i++)
      if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i] as number;
    return sorted.slice(0, kept);
  }

  #characters(text: string): void {
    const last = Math.max(0, text.length - width);
    for (let start = 0; start <= last; start++) {
      const end = Math.min(text.length, start + width);
      let hash = 0x811c9dc5;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
      this.#push(finish(hash));
    }
  }

  #words(text: string): void {
    const words: number[] = [];
    let hash = 0x811c9dc5;
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : 32;
      if (code !== 32) hash = Math.imul(hash ^ code, 0x01000193);
      else {
        words.push(finish(hash));
        hash = 0x811c9dc5;
      }
    }
    const last = Math.max(0, words.length - width);
    for (let start = 0; start <= last; start++) {
      let joined = 0x5bd1e995;
      for (let i = start; i < Math.min(words.length, start + width); i++)
        joined = Math.imul((joined << 5) ^ (joined >>> 27) ^ (words[i] as number), 0x01000193);
      this.#push(finish(joined));
    }
  }

  #push(hash: number): void {
    if (this.count === this.hashes.length) {
      const larger = new Uint32Array(this.hashes.length * 2);
      larger.set(this.hashes);
      this.hashes = larger;
    }
    this.hashes[this.count++] = hash;
  }
}

/**
 * |A and B| / |A or B| of two sorted sets; 1 for two empty ones.
 * @param least gives up, and answers 0, as soon as this cannot be reached any more
 */
export function jaccard(a: Uint32Array, b: Uint32Array, least = 0): number {
  const sizes = a.length + b.length;
  if (sizes === 0) return 1;
  // J >= least needs so many in common, and so leaves only so many of each that the other does not have.
  const needed = Math.ceil((least / (1 + least)) * sizes - 1e-9);
  let spareA = a.length - needed;
  let spareB = b.length - needed;
  if (spareA < 0 || spareB < 0) return 0;
  let both = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a[i] as number;
    const y = b[j] as number;
    if (x === y) {
      both++;
      i++;
      j++;
    } else if (x < y) {
      if (spareA-- === 0) return 0;
      i++;
    } else {
      if (spareB-- === 0) return 0;
      j++;
    }
  }
  return both / (sizes - both);
}
