/** A growing list of whole numbers in 4 bytes each. */
export class Numbers {
  data = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Int32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  at(index: number): number {
    return this.data[index] as number;
  }

  /** What is there so far; shares its memory. */
  values(): Int32Array {
    return this.data.subarray(0, this.length);
  }
}

/** A set of small whole numbers in a bit each. */
export class Bits {
  #words = new Uint32Array(64);
  size = 0;

  has(value: number): boolean {
    return (((this.#words[value >>> 5] ?? 0) >>> (value & 31)) & 1) === 1;
  }

  add(value: number): void {
    const word = value >>> 5;
    if (word >= this.#words.length) {
      const larger = new Uint32Array(Math.max(word + 1, this.#words.length * 2));
      larger.set(this.#words);
      this.#words = larger;
    }
    if (this.has(value)) return;
    this.#words[word] = (this.#words[word] as number) | (1 << (value & 31));
    this.size++;
  }
}
