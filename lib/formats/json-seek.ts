const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Finds the array at a path of keys in a JSON document that streams by, such as ["rasa_nlu_data", "common_examples"]. Keeps nothing but
 * the names of the objects on the way.
 */
export class PathSeeker {
  readonly #path: readonly string[];
  /** objects and arrays that are open */
  #depth = 0;
  /** of them, objects on the path */
  #level = 0;
  #onPath = false;
  #inString = false;
  #escaped = false;
  /** the last text of an object on the path: a key when a colon follows */
  #text: number[] = [];

  constructor(path: readonly string[]) {
    this.#path = path;
  }

  /** Reads on from `at`. Returns the index behind the array's bracket, or -1 when it is not in this piece. */
  feed(piece: Uint8Array, at: number): number {
    for (let index = at; index < piece.length; index += 1) {
      const byte = piece[index] as number;
      if (this.#inString) this.#stringByte(byte);
      else if (this.#structure(byte)) return index + 1;
    }
    return -1;
  }

  #stringByte(byte: number): void {
    if (!this.#escaped && byte === QUOTE) {
      this.#inString = false;
      return;
    }
    this.#escaped = !this.#escaped && byte === BACKSLASH;
    if (this.#depth === this.#level + 1 && this.#text.length < 500) this.#text.push(byte);
  }

  /** @returns true at the bracket that opens the array */
  #structure(byte: number): boolean {
    const here = this.#depth === this.#level + 1;
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        if (here) this.#text = [];
        break;
      case 0x3a: // :
        if (here) this.#onPath = Buffer.from(this.#text).toString() === this.#path[this.#level];
        break;
      case 0x2c: // ,
        if (here) this.#onPath = false;
        break;
      case 0x7b: // {
        if (here && this.#onPath && this.#level < this.#path.length - 1) this.#level += 1;
        this.#depth += 1;
        this.#onPath = false;
        break;
      case 0x5b: // [
        if (here && this.#onPath && this.#level === this.#path.length - 1) return true;
        this.#depth += 1;
        this.#onPath = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        this.#depth -= 1;
        if (this.#depth <= this.#level) this.#level = Math.max(0, this.#level - 1);
        this.#onPath = false;
        break;
    }
    return false;
  }
}
