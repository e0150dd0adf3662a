import { createHash } from "node:crypto";
import type { Vocabulary } from "./vocabulary.ts";

/** One example as it is learnt from: a hard label, or the teacher's probabilities, and how much it counts. */
export type Example = {
  input: string;
  label: string;
  /** teacher's probabilities as pairs, so that no label can be mistaken for a property; they need not sum to 1 */
  soft?: [label: string, probability: number][];
  /** default 1 */
  weight?: number;
};

/** A growing typed array. */
class Growing<T extends Int32Array | Float32Array> {
  data: T;
  length = 0;
  private readonly make: (size: number) => T;

  constructor(make: (size: number) => T) {
    this.make = make;
    this.data = make(4096);
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = this.make(this.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  extend(values: T, count: number): void {
    for (let i = 0; i < count; i++) this.push(values[i] ?? 0);
  }
}
const ints = () => new Growing<Int32Array>((size) => new Int32Array(size));
const floats = () => new Growing<Float32Array>((size) => new Float32Array(size));

/**
 * The training matrix in compressed sparse rows, with sparse targets: row i has columns[rowStart[i]..rowStart[i+1]) and the
 * target distribution targetLabels/targetShares[targetStart[i]..targetStart[i+1]), which sums to 1.
 */
export class SparseDataset {
  private readonly rowStarts = ints();
  private readonly columnList = ints();
  private readonly valueList = floats();
  private readonly targetStarts = ints();
  private readonly labelList = ints();
  private readonly shareList = floats();
  private readonly weightList = floats();
  private readonly validationList = ints();
  private readonly labelIndex: Map<string, number>;
  private readonly vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary, labels: readonly string[]) {
    this.vocabulary = vocabulary;
    this.labelIndex = new Map(labels.map((label, i) => [label, i]));
    this.rowStarts.push(0);
    this.targetStarts.push(0);
  }

  /** @param validation whether the row is set aside for validation */
  add(example: Example, validation: boolean): void {
    const { vocabulary } = this;
    vocabulary.vectorise(example.input);
    this.columnList.extend(vocabulary.columns, vocabulary.count);
    this.valueList.extend(vocabulary.values, vocabulary.count);
    this.rowStarts.push(this.columnList.length);
    const pairs = (example.soft ?? []).filter(([label, share]) => this.labelIndex.has(label) && share > 0);
    const sum = pairs.reduce((total, [, share]) => total + share, 0);
    if (sum > 0) {
      for (const [label, share] of pairs) {
        this.labelList.push(this.labelIndex.get(label) ?? 0);
        this.shareList.push(share / sum);
      }
    } else {
      this.labelList.push(this.labelIndex.get(example.label) ?? 0);
      this.shareList.push(1);
    }
    this.targetStarts.push(this.labelList.length);
    this.weightList.push(example.weight ?? 1);
    this.validationList.push(validation ? 1 : 0);
  }

  get rows(): number {
    return this.weightList.length;
  }
  get nonZeros(): number {
    return this.columnList.length;
  }
  get rowStart(): Int32Array {
    return this.rowStarts.data;
  }
  get columns(): Int32Array {
    return this.columnList.data;
  }
  get values(): Float32Array {
    return this.valueList.data;
  }
  get targetStart(): Int32Array {
    return this.targetStarts.data;
  }
  get targetLabels(): Int32Array {
    return this.labelList.data;
  }
  get targetShares(): Float32Array {
    return this.shareList.data;
  }
  get weights(): Float32Array {
    return this.weightList.data;
  }

  /** Row numbers on one side of the internal split, in file order. */
  side(validation: boolean): Int32Array {
    const wanted = validation ? 1 : 0;
    const rows: number[] = [];
    for (let i = 0; i < this.rows; i++) if (this.validationList.data[i] === wanted) rows.push(i);
    return Int32Array.from(rows);
  }
}

/** A number in [0, 1) that depends on the text and the seed only: identical inputs fall on one side of every split. */
export function splitPoint(input: string, seed: number): number {
  const normal = input.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  return createHash("sha256").update(`${seed}\n${normal}`).digest().readUInt32BE(0) / 2 ** 32;
}
