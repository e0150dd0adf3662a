import type { Pulse } from "#lib/quality/pulse.ts";
import { jaccard, type ShingleKind, Shingler } from "#lib/quality/shingles.ts";

/** Shingles that so many new texts share say nothing about a pair; they do not make candidates. */
const mostPostings = 256;

/** The most similar text that was met. `similarity` is the Jaccard similarity of shingles, 0..1. */
export type Nearest = { similarity: number; text: string };

/**
 * How new texts compare with existing ones: every existing text is looked at once against an index of the new ones, so that memory does
 * not grow with the data. Candidates share rare shingles; similarities of candidates are exact.
 */
export class Novelty {
  readonly #texts: readonly string[];
  readonly #sets: Uint32Array[];
  readonly #shingler: Shingler;
  readonly #postings = new Map<number, number[]>();
  readonly #shared: Uint16Array;
  readonly #best: Nearest[];

  constructor(texts: readonly string[], kind: ShingleKind) {
    this.#shingler = new Shingler(kind);
    this.#texts = texts;
    this.#sets = texts.map((text) => this.#shingler.set(text));
    this.#best = texts.map(() => ({ similarity: 0, text: "" }));
    this.#shared = new Uint16Array(texts.length);
    for (const [index, set] of this.#sets.entries()) {
      for (const shingle of set) {
        const list = this.#postings.get(shingle);
        if (list) list.push(index);
        else this.#postings.set(shingle, [index]);
      }
    }
  }

  #candidates(set: Uint32Array): number[] {
    const touched: number[] = [];
    for (const shingle of set) {
      const list = this.#postings.get(shingle);
      if (!list || list.length > mostPostings) continue;
      for (const index of list) {
        const count = this.#shared[index] ?? 0;
        if (count === 0) touched.push(index);
        this.#shared[index] = count + 1;
      }
    }
    return touched;
  }

  #meet(index: number, set: Uint32Array, text: string): void {
    const own = this.#sets[index];
    const best = this.#best[index];
    if (!own || !best) return;
    const most = Math.min(own.length, set.length) / Math.max(own.length, set.length, 1);
    if (most <= best.similarity) return;
    const similarity = jaccard(own, set);
    if (similarity > best.similarity) this.#best[index] = { similarity, text };
  }

  /** Looks at a text that is there already. */
  existing(text: string): void {
    const set = this.#shingler.set(text);
    for (const index of this.#candidates(set)) {
      // One shared rare shingle of many is chance.
      if ((this.#shared[index] ?? 0) >= 2 || set.length < 4) this.#meet(index, set, text);
      this.#shared[index] = 0;
    }
  }

  /**
   * The nearest text of each new one, those before it among the new ones included, and whether it is new enough.
   * @param threshold similarity from which a text is a near duplicate; such ones are no neighbours of later texts
   */
  async settle(threshold: number, pulse: Pulse): Promise<(Nearest & { near: boolean })[]> {
    const near = new Uint8Array(this.#texts.length);
    for (const [index, text] of this.#texts.entries()) {
      const wait = pulse();
      if (wait) await wait;
      near[index] = (this.#best[index]?.similarity ?? 0) >= threshold ? 1 : 0;
      if (near[index] === 1) continue;
      const set = this.#sets[index] as Uint32Array;
      for (const other of this.#candidates(set)) {
        if (other > index) this.#meet(other, set, text);
        this.#shared[other] = 0;
      }
    }
    return this.#best.map((best, index) => ({ ...best, near: near[index] === 1 }));
  }
}
