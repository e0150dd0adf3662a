/** Other labels than the given one whose probabilities are kept per row: a fifth one is never the confident one in practice. */
const keptLabels = 4;

export type NoiseSuspect = {
  position: number;
  /** indexes of labels */
  given: number;
  suggested: number;
  /** out-of-fold probability of the suggested label minus that of the given one: the larger, the more doubtful */
  margin: number;
};

export type NoiseResult = {
  /** worst first */
  suspects: NoiseSuspect[];
  scored: number;
  /** rows that the model is confident of at all: the sum of the confident joint */
  confident: number;
};

/**
 * Confident learning (Northcutt, Jiang & Chuang 2021, "Confident learning: estimating uncertainty in dataset labels", JAIR 70): with
 * out-of-fold probabilities p, the threshold of class j is the mean p(j) over the rows labelled j; a row counts as confidently of class
 * j when p(j) reaches it (the largest, where several do). Rows off the diagonal of this joint are suspects. Unlike a plain
 * disagreement with the model it forgives classes that are hard for it.
 */
export class OutOfFold {
  readonly #sum: Float64Array;
  readonly #rows: Float64Array;
  #size = 0;
  #position = new Int32Array(1024);
  #given = new Uint16Array(1024);
  #own = new Float32Array(1024);
  #labels = new Uint16Array(1024 * keptLabels);
  #shares = new Float32Array(1024 * keptLabels);

  /** @param labels how many, at most 65,535 */
  constructor(labels: number) {
    this.#sum = new Float64Array(labels);
    this.#rows = new Float64Array(labels);
  }

  /** @param probabilities of all labels, from a model that has not seen the row or an equal one */
  add(position: number, given: number, probabilities: Float64Array): void {
    if (this.#size === this.#position.length) this.#grow();
    const at = this.#size++;
    const own = probabilities[given] as number;
    this.#position[at] = position;
    this.#given[at] = given;
    this.#own[at] = own;
    this.#sum[given] = (this.#sum[given] as number) + own;
    this.#rows[given] = (this.#rows[given] as number) + 1;
    const from = at * keptLabels;
    for (let label = 0; label < probabilities.length; label++) {
      if (label === given) continue;
      const share = probabilities[label] as number;
      let slot = from + keptLabels - 1;
      if (share <= (this.#shares[slot] as number)) continue;
      for (; slot > from && share > (this.#shares[slot - 1] as number); slot--) {
        this.#shares[slot] = this.#shares[slot - 1] as number;
        this.#labels[slot] = this.#labels[slot - 1] as number;
      }
      this.#shares[slot] = share;
      this.#labels[slot] = label;
    }
  }

  #grow(): void {
    const size = this.#position.length * 2;
    const larger = <T extends Int32Array | Uint16Array | Float32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    this.#position = larger(this.#position, new Int32Array(size));
    this.#given = larger(this.#given, new Uint16Array(size));
    this.#own = larger(this.#own, new Float32Array(size));
    this.#labels = larger(this.#labels, new Uint16Array(size * keptLabels));
    this.#shares = larger(this.#shares, new Float32Array(size * keptLabels));
  }

  result(): NoiseResult {
    const threshold = this.#sum.map((sum, label) => sum / Math.max(1, this.#rows[label] as number));
    const suspects: NoiseSuspect[] = [];
    let confident = 0;
    for (let at = 0; at < this.#size; at++) {
      const given = this.#given[at] as number;
      const own = this.#own[at] as number;
      let best = own >= (threshold[given] as number) ? given : -1;
      let share = best < 0 ? 0 : own;
      for (let slot = at * keptLabels; slot < (at + 1) * keptLabels; slot++) {
        const label = this.#labels[slot] as number;
        const other = this.#shares[slot] as number;
        // A label that no row has would have the threshold 0.
        if (other <= share || (this.#rows[label] as number) === 0 || other < (threshold[label] as number)) continue;
        best = label;
        share = other;
      }
      if (best < 0) continue;
      confident++;
      if (best !== given)
        suspects.push({ position: this.#position[at] as number, given, suggested: best, margin: share - own });
    }
    suspects.sort((a, b) => b.margin - a.margin || a.position - b.position);
    return { suspects, scored: this.#size, confident };
  }
}
