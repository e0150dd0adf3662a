/** One non-empty cell: rows of gold label `gold` that got the answer `predicted` (indices into the columns). */
export interface ConfusionCell {
  gold: number;
  predicted: number;
  count: number;
}

/**
 * Counts of (gold, answer). Rows are `labels`; columns are `labels` and two more: `labels.length` is an answer outside
 * the label set, `labels.length + 1` no answer at all. Sparse, because 150 classes have 22,800 cells and few errors.
 */
export interface Confusion {
  labels: string[];
  cells: ConfusionCell[];
  n: number;
}

/** Column of an answer that is not one of `k` labels. */
export const outsideColumn = (k: number): number => k;
/** Column of a missing answer when there are `k` labels. */
export const noAnswerColumn = (k: number): number => k + 1;

/**
 * Counts pairs of gold label and answer. `pairs` yields [gold, answer or null]; every gold label must be in `labels`
 * (build them with `labelSet`), else it throws: a row that is silently left out would raise every figure.
 */
export function confusion(labels: string[], pairs: Iterable<readonly [string, string | null]>): Confusion {
  const k = labels.length;
  const index = new Map(labels.map((label, i) => [label, i]));
  const counts = new Map<number, number>();
  let n = 0;
  for (const [gold, answer] of pairs) {
    const row = index.get(gold);
    if (row === undefined) throw new RangeError(`Gold label ${JSON.stringify(gold)} is not among the labels.`);
    const column = answer === null ? noAnswerColumn(k) : (index.get(answer) ?? outsideColumn(k));
    const key = row * (k + 2) + column;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    n++;
  }
  const cells = [...counts].map(([key, count]) => ({
    gold: Math.floor(key / (k + 2)),
    predicted: key % (k + 2),
    count,
  }));
  cells.sort((x, y) => x.gold - y.gold || x.predicted - y.predicted);
  return { labels, cells, n };
}

/** The task's labels in their order, then whatever else occurs as gold, sorted. */
export function labelSet(taskLabels: readonly string[], golds: Iterable<string>): string[] {
  const known = new Set(taskLabels);
  const extra = new Set<string>();
  for (const gold of golds) if (!known.has(gold)) extra.add(gold);
  return [...known, ...[...extra].sort()];
}

/** Rows whose answer equals the gold label. */
export function hits(matrix: Confusion): number {
  return matrix.cells.reduce((sum, cell) => (cell.gold === cell.predicted ? sum + cell.count : sum), 0);
}

/** True positives, rows predicted as and rows of each label; indexed like `labels`. */
export interface Marginals {
  truePositive: Float64Array;
  predicted: Float64Array;
  support: Float64Array;
}

/** The cells as columns of numbers: what loops over thousands of resamples read. */
export interface CellColumns {
  gold: Int32Array;
  predicted: Int32Array;
  counts: Float64Array;
}

export function cellColumns({ cells }: Confusion): CellColumns {
  return {
    gold: Int32Array.from(cells, (cell) => cell.gold),
    predicted: Int32Array.from(cells, (cell) => cell.predicted),
    counts: Float64Array.from(cells, (cell) => cell.count),
  };
}

/** Room for the marginals of `k` labels. */
export function emptyMarginals(k: number): Marginals {
  return { truePositive: new Float64Array(k), predicted: new Float64Array(k), support: new Float64Array(k) };
}

/** Fills `out` with the marginals of the cells at the given counts. */
export function fillMarginals({ gold, predicted }: CellColumns, counts: ArrayLike<number>, out: Marginals): Marginals {
  const k = out.support.length;
  out.truePositive.fill(0);
  out.predicted.fill(0);
  out.support.fill(0);
  for (let i = 0; i < gold.length; i++) {
    const g = gold[i] as number;
    const p = predicted[i] as number;
    const count = counts[i] as number;
    out.support[g] = (out.support[g] as number) + count;
    if (p < k) out.predicted[p] = (out.predicted[p] as number) + count;
    if (p === g) out.truePositive[g] = (out.truePositive[g] as number) + count;
  }
  return out;
}

export function marginals(matrix: Confusion): Marginals {
  const columns = cellColumns(matrix);
  return fillMarginals(columns, columns.counts, emptyMarginals(matrix.labels.length));
}
