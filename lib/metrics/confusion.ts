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

/** Marginals of `matrix` with other counts for its cells (a bootstrap replicate), written into `into` if given. */
export function marginals(matrix: Confusion, counts?: ArrayLike<number>, into?: Marginals): Marginals {
  const k = matrix.labels.length;
  const out = into ?? {
    truePositive: new Float64Array(k),
    predicted: new Float64Array(k),
    support: new Float64Array(k),
  };
  out.truePositive.fill(0);
  out.predicted.fill(0);
  out.support.fill(0);
  for (let i = 0; i < matrix.cells.length; i++) {
    const cell = matrix.cells[i];
    if (!cell) continue;
    const count = counts ? (counts[i] ?? 0) : cell.count;
    out.support[cell.gold] = (out.support[cell.gold] ?? 0) + count;
    if (cell.predicted < k) out.predicted[cell.predicted] = (out.predicted[cell.predicted] ?? 0) + count;
    if (cell.predicted === cell.gold) out.truePositive[cell.gold] = (out.truePositive[cell.gold] ?? 0) + count;
  }
  return out;
}
