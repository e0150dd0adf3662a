const words = 3;
const bits = 21;
const slots = 1 << bits;
/** Different inputs that are counted; more would need more memory than an import may take, and the database counts them. */
const most = Math.floor(slots * 0.72);
/** In the third word: two answers of this input differ. */
const conflicting = 0x8000_0000;

/** 31 bits of a text, never 0 (FNV-1a, finished as in Murmur3). */
function answerHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) & 0x7fff_ffff) | 1;
}

/**
 * Counts repeated inputs, and inputs with different answers, while rows go by, so that nobody needs to read them again. Inputs are told by
 * their 64-bit hash, as in the database; answers by 30 bits, so that one conflict in a thousand million may be missed. 24 MB.
 */
export class RepeatCount {
  #table: Uint32Array | null = new Uint32Array(slots * words);
  #inputs = 0;
  #duplicates = 0;
  #conflicts = 0;

  /** @param high,low halves of the input's hash */
  add(high: number, low: number, output: string | null): void {
    const table = this.#table;
    if (!table) return;
    const answer = output === null ? 0 : answerHash(output);
    // An all-zero key would look like an empty slot.
    const key = high === 0 && low === 0 ? 1 : low;
    for (let slot = (high ^ (low >>> 7)) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const at = slot * words;
      if (table[at] === 0 && table[at + 1] === 0) {
        this.#inputs += 1;
        if (this.#inputs > most) this.#table = null;
        table[at] = high;
        table[at + 1] = key;
        table[at + 2] = answer;
        return;
      }
      if (table[at] === high && table[at + 1] === key) {
        this.#duplicates += 1;
        const known = table[at + 2] ?? 0;
        if (known === 0) table[at + 2] = answer;
        else if (answer !== 0 && known < conflicting && known !== answer) {
          table[at + 2] = known + conflicting;
          this.#conflicts += 1;
        }
        return;
      }
    }
  }

  /** Rows behind the first of their kind, and inputs with different answers; null when there were too many different inputs. */
  get counts(): { duplicates: number; conflicts: number } | null {
    return this.#table && { duplicates: this.#duplicates, conflicts: this.#conflicts };
  }
}
