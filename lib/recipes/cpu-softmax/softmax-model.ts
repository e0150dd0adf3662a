/** Sparse vectors as parallel arrays; a row is the half-open range [from, to). */
export type SparseRows = { columns: Int32Array; values: Float32Array };

/**
 * Linear scores of one row: out = bias + sum of value x weight row. `weight` is [features, labels] row by row, so that the
 * inner loop reads memory in order.
 */
export function scoreRow(
  weight: Float32Array,
  bias: Float32Array,
  { columns, values }: SparseRows,
  from: number,
  to: number,
  out: Float64Array,
): void {
  const labels = bias.length;
  for (let c = 0; c < labels; c++) out[c] = bias[c] as number;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    const row = (columns[i] as number) * labels;
    for (let c = 0; c < labels; c++) out[c] = (out[c] as number) + value * (weight[row + c] as number);
  }
}

/** Turns scores into probabilities in place, without overflow. @param temperature scores are divided by it first */
export function softmaxInPlace(scores: Float64Array, temperature = 1): void {
  let top = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > top) top = score;
  let sum = 0;
  for (let c = 0; c < scores.length; c++) {
    const e = Math.exp(((scores[c] as number) - top) / temperature);
    scores[c] = e;
    sum += e;
  }
  for (let c = 0; c < scores.length; c++) scores[c] = (scores[c] as number) / sum;
}

export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
