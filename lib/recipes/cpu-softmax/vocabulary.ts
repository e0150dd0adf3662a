import { Features } from "./features.ts";
import { HashTable } from "./hash-table.ts";

/** Distinct n-grams counted at a time; beyond it those seen once are forgotten (lossy counting), so memory is bounded. */
const MAX_COUNTED = 4_000_000;

/** Counts in how many texts each n-gram occurs. */
export class DocumentFrequencies {
  private readonly features = new Features();
  private counts = new HashTable(1 << 16);
  private lastRow = new HashTable(1 << 16);
  rows = 0;
  /** distinct n-grams over all rows, summed: the size of the matrix before rare ones are dropped */
  nonZeros = 0;

  add(input: string): void {
    const { features, counts, lastRow } = this;
    features.extract(input);
    for (let i = 0; i < features.count; i++) {
      const hash = features.hashes[i] ?? 0;
      if (lastRow.get(hash) === this.rows) continue;
      lastRow.set(hash, this.rows);
      counts.increment(hash);
      this.nonZeros++;
    }
    this.rows++;
    if (counts.size > MAX_COUNTED) this.forgetRare();
  }

  private forgetRare(): void {
    const kept = new HashTable(1 << 16);
    for (const [hash, count] of this.counts.entries()) if (count > 1) kept.set(hash, count);
    this.counts = kept;
    this.lastRow = new HashTable(1 << 16);
  }

  /** The most frequent n-grams that occur in at least `minRows` texts; ties by hash, so the outcome depends on the texts only. */
  vocabulary(minRows: number, maxFeatures: number): Vocabulary {
    const kept = [...this.counts.entries()].filter(([, count]) => count >= minRows);
    kept.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    kept.length = Math.min(kept.length, maxFeatures);
    // Ordered by hash in the file: frequent features next to each other would gain nothing, and this compresses better.
    kept.sort((a, b) => a[0] - b[0]);
    const hashes = Uint32Array.from(kept, ([hash]) => hash);
    // Smoothed as in scikit-learn: ln((1 + rows) / (1 + rows with the n-gram)) + 1
    const idf = Float32Array.from(kept, ([, count]) => Math.log((1 + this.rows) / (1 + count)) + 1);
    return new Vocabulary(hashes, idf);
  }
}

/** Turns texts into sparse unit vectors: sublinear tf x idf, Euclidean norm 1. */
export class Vocabulary {
  readonly hashes: Uint32Array;
  readonly idf: Float32Array;
  readonly features = new Features();
  /** columns and values of the last text, in order of first occurrence */
  count = 0;
  columns: Int32Array = new Int32Array(1024);
  values: Float32Array = new Float32Array(1024);
  private readonly columnOf: HashTable;
  private readonly frequency: Float32Array;

  constructor(hashes: Uint32Array, idf: Float32Array) {
    this.hashes = hashes;
    this.idf = idf;
    this.columnOf = new HashTable(hashes.length);
    for (let i = 0; i < hashes.length; i++) this.columnOf.set(hashes[i] ?? 0, i);
    this.frequency = new Float32Array(hashes.length);
  }

  get size(): number {
    return this.hashes.length;
  }

  /** Column of the i-th extracted feature, or -1 when it is not in the vocabulary. */
  columnAt(i: number): number {
    return this.columnOf.get(this.features.hashes[i] ?? 0);
  }

  /** Fills `columns` and `values` with the vector of a text; empty when it has no known n-gram. */
  vectorise(input: string): void {
    const { features, frequency } = this;
    features.extract(input);
    if (this.columns.length < features.count) {
      this.columns = new Int32Array(features.hashes.length);
      this.values = new Float32Array(features.hashes.length);
    }
    let n = 0;
    for (let i = 0; i < features.count; i++) {
      const column = this.columnAt(i);
      if (column < 0) continue;
      if (frequency[column] === 0) this.columns[n++] = column;
      frequency[column] = (frequency[column] ?? 0) + 1;
    }
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const column = this.columns[i] ?? 0;
      const value = (1 + Math.log(frequency[column] ?? 1)) * (this.idf[column] ?? 0);
      this.values[i] = value;
      squares += value * value;
      frequency[column] = 0;
    }
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < n; i++) this.values[i] = (this.values[i] ?? 0) * scale;
    this.count = n;
  }
}
