/** Where each key was first seen, on typed arrays that are used again for the next set of keys. */
export class FirstSeen {
  readonly #mask: number;
  readonly #keys: Uint32Array;
  /** index + 1; 0 marks an empty slot */
  readonly #first: Int32Array;

  /** @param most different keys at a time */
  constructor(most: number) {
    const capacity = 2 ** Math.max(4, Math.ceil(Math.log2(most * 1.5 + 1)));
    this.#mask = capacity - 1;
    this.#keys = new Uint32Array(capacity);
    this.#first = new Int32Array(capacity);
  }

  clear(): void {
    this.#first.fill(0);
  }

  /** @returns the index that was given with the key first; -1 when this is it */
  see(key: number, index: number): number {
    let slot = key & this.#mask;
    for (;;) {
      const first = this.#first[slot] as number;
      if (first === 0) break;
      if (this.#keys[slot] === key) return first - 1;
      slot = (slot + 1) & this.#mask;
    }
    this.#keys[slot] = key;
    this.#first[slot] = index + 1;
    return -1;
  }
}
