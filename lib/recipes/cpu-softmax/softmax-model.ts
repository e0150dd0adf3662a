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
  let i = from;
  // Four features at a time: the scores are then read and written a quarter as often, which is most of the cost.
  for (; i + 3 < to; i += 4) {
    const v0 = values[i] as number;
    const v1 = values[i + 1] as number;
    const v2 = values[i + 2] as number;
    const v3 = values[i + 3] as number;
    const r0 = (columns[i] as number) * labels;
    const r1 = (columns[i + 1] as number) * labels;
    const r2 = (columns[i + 2] as number) * labels;
    const r3 = (columns[i + 3] as number) * labels;
    for (let c = 0; c < labels; c++) {
      out[c] =
        (out[c] as number) +
        (v0 * (weight[r0 + c] as number) + v1 * (weight[r1 + c] as number)) +
        (v2 * (weight[r2 + c] as number) + v3 * (weight[r3 + c] as number));
    }
  }
  for (; i < to; i++) {
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
