import { seeded } from "#lib/metrics/random.ts";

/** A signature of at most this many minima; bands are groups of `rows` of them. */
const mostMinima = 64;
/** Chance that a pair at the threshold shares a band. */
const leastRecall = 0.999;
/** Bands are bits of a 32-bit word elsewhere. */
const mostBands = 32;

export type Banding = { bands: number; rows: number };

/** Chance that two sets of Jaccard similarity `s` share at least one band. */
export function bandRecall({ bands, rows }: Banding, s: number): number {
  return 1 - (1 - s ** rows) ** bands;
}

/** The most selective banding that still finds pairs at the threshold: 16 bands of 4 rows at 0.8. */
export function bandingFor(threshold: number): Banding {
  let best: Banding = { bands: mostBands, rows: 1 };
  for (let rows = 1; rows <= 16; rows++) {
    const banding = { bands: Math.min(mostBands, Math.floor(mostMinima / rows)), rows };
    if (bandRecall(banding, threshold) >= leastRecall) best = banding;
  }
  return best;
}

/**
 * MinHash with banding: equal band keys make two texts candidates.
 *
 * Broder (1997), "On the resemblance and containment of documents"; the permutations are x -> a x + b modulo 2^32 with odd a
 * (Broder, Charikar, Frieze & Mitzenmacher 2000, "Min-wise independent permutations", on linear ones). The order is that of
 * signed numbers, which is as good as any and keeps the loop in machine integers.
 */
export class MinHasher {
  readonly banding: Banding;
  readonly #multiplier: Int32Array;
  readonly #offset: Int32Array;

  constructor(banding: Banding) {
    this.banding = banding;
    const random = seeded(0x51a7);
    const minima = banding.bands * banding.rows;
    this.#multiplier = Int32Array.from({ length: minima }, () => (random() * 4294967296) | 1);
    this.#offset = Int32Array.from({ length: minima }, () => (random() * 4294967296) | 0);
  }

  /** Writes the band keys of a set of hashes to out[at..at + bands). */
  bandKeys(hashes: Uint32Array, count: number, out: Uint32Array, at: number): void {
    const { bands, rows } = this.banding;
    for (let band = 0; band < bands; band++) {
      let key = Math.imul(band + 1, 0x9e3779b1);
      for (let row = 0; row < rows; row++) {
        const a = this.#multiplier[band * rows + row] as number;
        const b = this.#offset[band * rows + row] as number;
        let least = 0x7fffffff;
        for (let i = 0; i < count; i++) {
          const value = (Math.imul(a, hashes[i] as number) + b) | 0;
          if (value < least) least = value;
        }
        key = Math.imul(key ^ least, 0x85ebca6b);
        key = (key << 13) | (key >>> 19);
      }
      key = Math.imul(key ^ (key >>> 16), 0xc2b2ae35);
      out[at + band] = (key ^ (key >>> 13)) >>> 0;
    }
  }
}
