import { FirstSeen } from "./first-seen.ts";
import { type Banding, bandingFor, MinHasher } from "./minhash.ts";
import { type Candidates, mostCandidates, PairIndex } from "./pair-index.ts";
import type { Pulse } from "./pulse.ts";
import { jaccard, type ShingleKind, Shingler } from "./shingles.ts";
import { UnionFind } from "./union-find.ts";

/** Where an entry comes from: bit 0 held out, bit 1 another version, which is only looked at for leakage. */
export const sides = { train: 0, holdout: 1, otherTrain: 2, otherHoldout: 3 } as const;
export type SideCode = (typeof sides)[keyof typeof sides];

export type NearEntry = {
  input: string;
  side: SideCode;
  /** any bits of the hash of the normalised input: equal texts have equal ones */
  hash: number;
  /** an earlier row of the same version and side has the same normalised input */
  repeat: boolean;
};

/** Two entries whose real similarity reaches the threshold; never two texts that are equal after normalisation. */
export type NearPair = {
  /**
   * duplicate: `entry` repeats the earlier `other` on its side, which repeats none itself. leak: one of them is a training row, the
   * other held out, and `entry` is of the version looked at (the training row where both are).
   */
  kind: "duplicate" | "leak";
  entry: number;
  other: number;
  /** Jaccard similarity */
  score: number;
};

export type PairWork = {
  /** texts of entries, in their order */
  fetch: (entries: readonly number[]) => Promise<string[]>;
  pulse: Pulse;
  onPair: (pair: NearPair) => void;
  onProgress?: (done: number, total: number) => void;
};

type Indexes = { heldOut: PairIndex; heldOutLeaders: PairIndex; trainLeaders: PairIndex };

/** A text that has a partner is compared with so many at the most; one without, with all its candidates. */
const comparedOnceFound = 16;
/** Texts fetched at a time. */
const pageEntries = 1_000;
/** Shingles kept of texts that others are compared with (4 bytes each). */
const cachedShingles = 6_000_000;

/**
 * Finds nearly equal texts among many, in memory that grows by some 80 bytes a text: a first pass keeps band keys only, a second reads
 * the texts that share one with another again and compares the sets of shingles themselves.
 */
export class NearFinder {
  readonly threshold: number;
  readonly kind: ShingleKind;
  readonly banding: Banding;
  readonly #shingler: Shingler;
  readonly #hasher: MinHasher;
  #keys: Uint32Array;
  #side: Uint8Array;
  #hash: Int32Array;
  /** by entry: in which bands its key occurs elsewhere too */
  #shared = new Uint32Array(0);
  #cache = new Map<number, Uint32Array>();
  #cached = 0;
  count = 0;
  /** texts whose candidates were too many to compare with all of them */
  capped = 0;
  groups = new UnionFind(0);

  constructor(threshold: number, kind: ShingleKind, expected: number) {
    this.threshold = threshold;
    this.kind = kind;
    this.banding = bandingFor(threshold);
    this.#shingler = new Shingler(kind);
    this.#hasher = new MinHasher(this.banding);
    this.#keys = new Uint32Array(Math.max(16, expected) * this.banding.bands);
    this.#side = new Uint8Array(Math.max(16, expected));
    this.#hash = new Int32Array(Math.max(16, expected));
  }

  /** Adds a text of the version itself before those of others. @returns its number, from 0 */
  add({ input, side, hash, repeat }: NearEntry): number {
    const { bands } = this.banding;
    if (this.count === this.#side.length) this.#grow();
    this.#shingler.extract(input);
    this.#hasher.bandKeys(this.#shingler.hashes, this.#shingler.count, this.#keys, this.count * bands);
    this.#side[this.count] = side | (repeat ? 4 : 0);
    this.#hash[this.count] = hash;
    return this.count++;
  }

  #grow(): void {
    const larger = <T extends Uint32Array | Uint8Array | Int32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    this.#keys = larger(this.#keys, new Uint32Array(this.#keys.length * 2));
    this.#side = larger(this.#side, new Uint8Array(this.#side.length * 2));
    this.#hash = larger(this.#hash, new Int32Array(this.#hash.length * 2));
  }

  /** Marks the band keys that occur in more than one text. Two texts of other versions do not concern this one. */
  async #markShared(pulse: Pulse): Promise<void> {
    const { bands } = this.banding;
    this.#shared = new Uint32Array(this.count);
    const first = new FirstSeen(this.count);
    for (let band = 0; band < bands; band++) {
      first.clear();
      for (let entry = 0; entry < this.count; entry++) {
        if ((entry & 1023) === 0) await pulse();
        const key = this.#keys[entry * bands + band] as number;
        const other = first.see(key, entry);
        if (other >= 0 && ((this.#side[other] as number) & 2) === 0) {
          this.#shared[entry] = (this.#shared[entry] as number) | (1 << band);
          this.#shared[other] = (this.#shared[other] as number) | (1 << band);
        }
      }
    }
  }

  /** Compares what may be equal. Held-out texts first: each training text is then compared with all of them. */
  async pairs({ fetch, pulse, onPair, onProgress }: PairWork): Promise<void> {
    await this.#markShared(pulse);
    this.groups = new UnionFind(this.count);
    const order = await this.#order(pulse);
    const bandKeys = { keys: this.#keys, bands: this.banding.bands, shared: this.#shared };
    // Leaders repeat no earlier text of their side; only they are looked up for duplicates, so that a template costs little.
    const indexes: Indexes = {
      heldOut: new PairIndex(bandKeys, this.count),
      heldOutLeaders: new PairIndex(bandKeys, this.count),
      trainLeaders: new PairIndex(bandKeys, this.count),
    };
    for (let from = 0; from < order.length; from += pageEntries) {
      const page = order.subarray(from, from + pageEntries);
      await this.#load(page, Object.values(indexes), fetch);
      const passing: number[] = [];
      for (const entry of page) {
        const wait = pulse();
        if (wait) await wait;
        // What no other text will be compared with need not be kept.
        if (!this.#compare(entry, indexes, onPair)) passing.push(entry);
      }
      this.#evict(passing);
      onProgress?.(Math.min(order.length, from + pageEntries), order.length);
    }
    this.#cache.clear();
  }

  async #order(pulse: Pulse): Promise<Int32Array> {
    let size = 0;
    const order = new Int32Array(this.count);
    for (const side of [sides.holdout, sides.otherHoldout, sides.train, sides.otherTrain]) {
      for (let entry = 0; entry < this.count; entry++) {
        if ((entry & 65535) === 0) await pulse();
        const code = this.#side[entry] as number;
        // A repeated held-out text is stood for by its first row; a repeated training text may leak itself.
        if ((code & 3) === side && this.#shared[entry] !== 0 && code !== (sides.holdout | 4)) order[size++] = entry;
      }
    }
    return order.subarray(0, size);
  }

  /** @returns whether others are compared with this text later on */
  #compare(entry: number, indexes: Indexes, onPair: PairWork["onPair"]): boolean {
    const code = this.#side[entry] as number;
    const own = (code & 2) === 0;
    if (code & 1) {
      indexes.heldOut.insert(entry);
      if (own && !this.#repeats(entry, indexes.heldOutLeaders, onPair)) indexes.heldOutLeaders.insert(entry);
      return true;
    }
    const onLeak = (other: number, score: number) => {
      const otherOwn = ((this.#side[other] as number) & 2) === 0;
      if (own) onPair({ kind: "leak", entry, other, score });
      else if (otherOwn) onPair({ kind: "leak", entry: other, other: entry, score });
    };
    // The findings of a test set are on its own rows: every one of them that another version trains on.
    this.#verified(entry, indexes.heldOut.candidates(entry), onLeak, own ? comparedOnceFound : mostCandidates);
    if (!own || code & 4 || this.#repeats(entry, indexes.trainLeaders, onPair)) return false;
    indexes.trainLeaders.insert(entry);
    return true;
  }

  /** Whether an earlier text of the side that repeats none itself is nearly equal; tells the most similar. */
  #repeats(entry: number, leaders: PairIndex, onPair: PairWork["onPair"]): boolean {
    const best = { other: -1, score: 0 };
    this.#verified(entry, leaders.candidates(entry), (other, score) => {
      this.groups.join(entry, other);
      if (score > best.score) Object.assign(best, { other, score });
    });
    if (best.other >= 0) onPair({ kind: "duplicate", entry, ...best });
    return best.other >= 0;
  }

  #verified(
    entry: number,
    found: Candidates,
    onMatch: (other: number, score: number) => void,
    most = comparedOnceFound,
  ): void {
    if (found.capped) this.capped++;
    const set = this.#cache.get(entry);
    if (!set) throw new Error("a text to compare was not loaded");
    let matched = false;
    for (let i = 0; i < found.count && !(matched && i >= most); i++) {
      const other = found.entries[i] as number;
      const otherSet = this.#cache.get(other);
      if (!otherSet) throw new Error("a text to compare with was not loaded");
      const score = jaccard(set, otherSet, this.threshold);
      const equal = score === 1 && this.#hash[entry] === this.#hash[other];
      if (score < this.threshold || equal) continue;
      matched = true;
      onMatch(other, score);
    }
  }

  /** Sets of the page's texts and of all that they may be compared with. */
  async #load(page: Int32Array, indexes: readonly PairIndex[], fetch: PairWork["fetch"]): Promise<void> {
    const missing = new Set<number>();
    for (const entry of page) {
      if (!this.#cache.has(entry)) missing.add(entry);
      for (const index of indexes) {
        const { entries, count } = index.candidates(entry);
        for (let i = 0; i < count; i++) if (!this.#cache.has(entries[i] as number)) missing.add(entries[i] as number);
      }
    }
    const wanted = [...missing];
    for (let from = 0; from < wanted.length; from += pageEntries) {
      const part = wanted.slice(from, from + pageEntries);
      const texts = await fetch(part);
      part.forEach((entry, index) => {
        const set = this.#shingler.set(texts[index] ?? "");
        this.#cache.set(entry, set);
        this.#cached += set.length;
      });
    }
  }

  /** Between pages: besides `passing`, the oldest go first, and are read again when needed. */
  #evict(passing: readonly number[]): void {
    for (const entry of passing) this.#forget(entry);
    for (const entry of this.#cache.keys()) {
      if (this.#cached <= cachedShingles) return;
      this.#forget(entry);
    }
  }

  #forget(entry: number): void {
    this.#cached -= this.#cache.get(entry)?.length ?? 0;
    this.#cache.delete(entry);
  }
}
