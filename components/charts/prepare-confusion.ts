export type ConfusionCell = { gold: string; predicted: string; count: number };

export type MatrixCell = {
  row: number;
  col: number;
  count: number;
  /** of the rows with this gold label, 0..1 */
  share: number;
};

export type PreparedConfusion = {
  labels: string[];
  /** only cells with rows; with 77 classes most have none */
  cells: MatrixCell[];
  at: (row: number, col: number) => MatrixCell;
};

export type ConfusedPair = ConfusionCell & { share: number };

function totalsOf(cells: readonly ConfusionCell[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { gold, count } of cells) totals.set(gold, (totals.get(gold) ?? 0) + count);
  return totals;
}

/** A square matrix over `labels` in their order (rows gold, columns predicted); cells of other labels are left out. */
export function prepareConfusion(cells: readonly ConfusionCell[], labels: readonly string[]): PreparedConfusion {
  const totals = totalsOf(cells);
  const places = new Map(labels.map((label, index) => [label, index]));
  const shown: MatrixCell[] = [];
  const byPlace = new Map<number, MatrixCell>();
  for (const { gold, predicted, count } of cells) {
    const row = places.get(gold);
    const col = places.get(predicted);
    if (row === undefined || col === undefined || count === 0) continue;
    const cell = { row, col, count, share: count / (totals.get(gold) || 1) };
    shown.push(cell);
    byPlace.set(row * labels.length + col, cell);
  }
  const at = (row: number, col: number) => byPlace.get(row * labels.length + col) ?? { row, col, count: 0, share: 0 };
  return { labels: [...labels], cells: shown, at };
}

/** What is taken for what, most rows first. */
export function confusedPairs(cells: readonly ConfusionCell[]): ConfusedPair[] {
  const totals = totalsOf(cells);
  return cells
    .filter((cell) => cell.gold !== cell.predicted && cell.count > 0)
    .map((cell) => ({ ...cell, share: cell.count / (totals.get(cell.gold) || 1) }))
    .sort((a, b) => b.count - a.count || b.share - a.share || a.gold.localeCompare(b.gold));
}

/** The labels with the most confusions, at most `most`, in the order of `labels`. */
export function mostConfused(cells: readonly ConfusionCell[], labels: readonly string[], most: number): string[] {
  const worst = new Set<string>();
  for (const { gold, predicted } of confusedPairs(cells)) {
    for (const label of [gold, predicted]) if (worst.size < most) worst.add(label);
  }
  return labels.filter((label) => worst.has(label));
}
