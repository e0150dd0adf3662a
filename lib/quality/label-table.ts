/** More different answers than this are no labels. */
const mostLabels = 1_000;

export type LabelCount = { label: string; rows: number; train: number; holdout: number };

/** The labels that occur, numbered from 1, with their rows by side. Gives up beyond 1,000 different ones. */
export class LabelTable {
  readonly #ids = new Map<string, number>();
  readonly counts: LabelCount[] = [];
  /** there are more different answers than labels can be */
  many = false;

  /** @returns the number of the label; 0 for no answer, or when there are too many */
  add(output: string | null, holdout: boolean): number {
    if (output === null || output === "" || this.many) return 0;
    let id = this.#ids.get(output);
    if (id === undefined) {
      if (this.counts.length === mostLabels) {
        this.many = true;
        return 0;
      }
      id = this.counts.push({ label: output, rows: 0, train: 0, holdout: 0 });
      this.#ids.set(output, id);
    }
    const count = this.counts[id - 1] as LabelCount;
    count.rows++;
    if (holdout) count.holdout++;
    else count.train++;
    return id;
  }

  /** The number of a label that occurs, or 0. */
  idOf(label: string): number {
    return this.#ids.get(label) ?? 0;
  }
}
