import { HashTable } from "#lib/recipes/cpu-softmax/hash-table.ts";

/** Band keys of all texts, `bands` each, and by text the bands whose key occurs elsewhere too. */
export type BandKeys = { keys: Uint32Array; bands: number; shared: Uint32Array };

/** Reused by the next call. */
export type Candidates = { entries: Int32Array; count: number; capped: boolean };

/** Texts that one text is compared with at most; more share a band only in sets made from few templates. */
export const mostCandidates = 64;

/** Texts by band key, to look up those that share one with another. */
export class PairIndex {
  readonly #bandKeys: BandKeys;
  readonly #heads = new HashTable();
  #nodeEntry = new Int32Array(1024);
  #nodeNext = new Int32Array(1024);
  #nodes = 0;
  readonly #seen: Int32Array;
  #stamp = 0;
  readonly #found: Candidates = { entries: new Int32Array(mostCandidates), count: 0, capped: false };

  constructor(bandKeys: BandKeys, count: number) {
    this.#bandKeys = bandKeys;
    this.#seen = new Int32Array(count);
  }

  insert(entry: number): void {
    const { keys, bands, shared } = this.#bandKeys;
    for (let band = 0; band < bands; band++) {
      if ((((shared[entry] as number) >>> band) & 1) === 0) continue;
      if (this.#nodes === this.#nodeEntry.length) this.#grow();
      const key = keyOf(keys[entry * bands + band] as number, band);
      this.#nodeEntry[this.#nodes] = entry;
      this.#nodeNext[this.#nodes] = this.#heads.get(key);
      this.#heads.set(key, this.#nodes++);
    }
  }

  #grow(): void {
    const entries = new Int32Array(this.#nodeEntry.length * 2);
    entries.set(this.#nodeEntry);
    this.#nodeEntry = entries;
    const next = new Int32Array(this.#nodeNext.length * 2);
    next.set(this.#nodeNext);
    this.#nodeNext = next;
  }

  /** Inserted texts that share a band with `entry`, each once, the last inserted of a band first. */
  candidates(entry: number): Candidates {
    const { keys, bands, shared } = this.#bandKeys;
    const found = this.#found;
    found.count = 0;
    found.capped = false;
    this.#stamp++;
    for (let band = 0; band < bands; band++) {
      if ((((shared[entry] as number) >>> band) & 1) === 0) continue;
      let node = this.#heads.get(keyOf(keys[entry * bands + band] as number, band));
      for (; node >= 0; node = this.#nodeNext[node] as number) {
        const other = this.#nodeEntry[node] as number;
        if (this.#seen[other] === this.#stamp) continue;
        if (found.count === mostCandidates) {
          found.capped = true;
          return found;
        }
        this.#seen[other] = this.#stamp;
        found.entries[found.count++] = other;
      }
    }
    return found;
  }
}

function keyOf(key: number, band: number): number {
  return Math.imul(key ^ Math.imul(band + 1, 0x9e3779b1), 0x85ebca6b) >>> 0;
}
