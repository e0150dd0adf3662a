/**
 * Map from a 32-bit feature hash to a small integer, by open addressing on typed arrays: a JavaScript `Map` of a
 * million numbers takes ten times the memory and four times as long.
 */
export class HashTable {
  size = 0;
  private mask: number;
  private keys: Uint32Array;
  /** value + 1; 0 marks an empty slot */
  private slots: Int32Array;

  constructor(expected = 1024) {
    const capacity = 2 ** Math.max(4, Math.ceil(Math.log2(expected * 2)));
    this.mask = capacity - 1;
    this.keys = new Uint32Array(capacity);
    this.slots = new Int32Array(capacity);
  }

  /** The value of `key`, or -1. */
  get(key: number): number {
    let i = key & this.mask;
    for (;;) {
      const slot = this.slots[i] ?? 0;
      if (slot === 0) return -1;
      if (this.keys[i] === key) return slot - 1;
      i = (i + 1) & this.mask;
    }
  }

  /** Values must be >= 0. */
  set(key: number, value: number): void {
    if (this.size * 2 > this.mask) this.grow();
    let i = key & this.mask;
    while (this.slots[i] !== 0 && this.keys[i] !== key) i = (i + 1) & this.mask;
    if (this.slots[i] === 0) this.size++;
    this.keys[i] = key;
    this.slots[i] = value + 1;
  }

  /** Adds one to the value of `key` (absent counts as 0) and returns it. */
  increment(key: number): number {
    const value = this.get(key);
    const next = Math.max(0, value) + 1;
    this.set(key, next);
    return next;
  }

  *entries(): Generator<[key: number, value: number]> {
    for (let i = 0; i <= this.mask; i++) {
      const slot = this.slots[i] ?? 0;
      if (slot > 0) yield [this.keys[i] ?? 0, slot - 1];
    }
  }

  private grow(): void {
    const { keys, slots } = this;
    const capacity = keys.length * 2;
    this.mask = capacity - 1;
    this.keys = new Uint32Array(capacity);
    this.slots = new Int32Array(capacity);
    this.size = 0;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? 0;
      if (slot > 0) this.set(keys[i] ?? 0, slot - 1);
    }
  }
}
