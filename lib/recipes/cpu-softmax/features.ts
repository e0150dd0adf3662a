/**
 * Text -> hashed n-grams. One definition for the trainer, the predictor and the explanations, so they cannot drift apart.
 *
 * The text is normalised (NFKC, lower case, words separated by single spaces, a space at both ends). Every feature is a
 * slice of that string: word 1-2-grams, and character n-grams inside one word including the space on either side of it
 * (what scikit-learn calls `char_wb`). A feature's id is the 32-bit hash of its slice; with a few hundred thousand
 * features two of them share an id about once in ten thousand, so no strings need to be stored with a model.
 */

/** Raise when the same text would give other features: a model states the version that it was trained with. */
export const FEATURES_VERSION = "hashed-ngrams-1";

/** Longer inputs are cut here (UTF-16 units), which bounds the time of one prediction. */
export const MAX_INPUT_CHARS = 20_000;

const MIN_CHARS = 2;
const MAX_CHARS = 5;
const WORD_SEED = 0x811c9dc5;
const PAIR_SEED = 0x3c6ef372;
const CHAR_SEED = 0x5bd1e995;
const FNV_PRIME = 0x01000193;

/** Letters, marks and digits form words; any other visible sign (`?`, `€`, an emoji) is a word of its own. */
const WORD = /[\p{L}\p{M}\p{N}]+|[^\s\p{C}]/gu;

/** Murmur3's finaliser: FNV alone leaves the low bits of short strings poorly mixed. */
function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Reusable extractor: `extract` fills `hashes[0..count)` (with repetitions) and, for explanations, where each feature
 * starts and ends in `text`. Buffers grow and are reused, so that a prediction allocates next to nothing.
 */
export class Features {
  /** the normalised text that `starts` and `ends` refer to */
  text = "";
  count = 0;
  hashes: Uint32Array = new Uint32Array(1024);
  starts: Int32Array = new Int32Array(1024);
  ends: Int32Array = new Int32Array(1024);

  extract(input: string): void {
    const words = input.slice(0, MAX_INPUT_CHARS).normalize("NFKC").toLowerCase().match(WORD) ?? [];
    this.text = ` ${words.join(" ")} `;
    this.count = 0;
    let start = 1;
    let previous = 0;
    for (const word of words) {
      const end = start + word.length;
      this.slice(WORD_SEED, start, end);
      if (previous > 0) this.slice(PAIR_SEED, previous, end);
      this.characters(start - 1, end + 1);
      previous = start;
      start = end + 1;
    }
  }

  private slice(seed: number, start: number, end: number): void {
    let hash = seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ this.text.charCodeAt(i), FNV_PRIME);
    this.push(hash, start, end);
  }

  /** All n-grams of text[from, to): the hash of a longer one continues that of its prefix. */
  private characters(from: number, to: number): void {
    for (let start = from; start <= to - MIN_CHARS; start++) {
      let hash = CHAR_SEED;
      const last = Math.min(to, start + MAX_CHARS);
      for (let i = start; i < last; i++) {
        hash = Math.imul(hash ^ this.text.charCodeAt(i), FNV_PRIME);
        if (i - start + 1 >= MIN_CHARS) this.push(hash, start, i + 1);
      }
    }
  }

  private push(hash: number, start: number, end: number): void {
    if (this.count === this.hashes.length) this.grow();
    this.hashes[this.count] = finish(hash);
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }

  private grow(): void {
    const size = this.hashes.length * 2;
    const hashes = new Uint32Array(size);
    hashes.set(this.hashes);
    this.hashes = hashes;
    const starts = new Int32Array(size);
    starts.set(this.starts);
    this.starts = starts;
    const ends = new Int32Array(size);
    ends.set(this.ends);
    this.ends = ends;
  }
}
