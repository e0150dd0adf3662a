import type { LabelCount } from "#lib/datasets/schema.ts";

export type BalanceBar = {
  label: string;
  rows: number;
  train: number;
  holdout: number;
  /** length of the bar parts, 0..1 of the longest bar */
  trainShare: number;
  holdoutShare: number;
  /** occurs in the hold-out, never in training */
  untrained: boolean;
};

export type Balance = {
  bars: BalanceBar[];
  /** rows of the most frequent label over rows of the rarest */
  ratio: number;
  /** what the chart finds, in words */
  finding: string;
};

/** Bars of a class balance, most frequent first. A pure test set (all rows held out) has no untrained labels. */
export function prepareBalance(labels: readonly LabelCount[], pureTestSet: boolean): Balance {
  const sorted = [...labels].sort((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1));
  const most = sorted[0]?.rows ?? 0;
  const least = sorted.at(-1)?.rows ?? 0;
  const bars = sorted.map(({ label, rows, holdout }) => ({
    label,
    rows,
    train: rows - holdout,
    holdout,
    trainShare: (rows - holdout) / most,
    holdoutShare: holdout / most,
    untrained: !pureTestSet && holdout > 0 && holdout === rows,
  }));
  const ratio = least > 0 ? most / least : 0;
  return { bars, ratio, finding: findingOf(bars, ratio) };
}

function findingOf(bars: readonly BalanceBar[], ratio: number): string {
  if (bars.length === 0) return "No gold answers to count";
  if (bars.length === 1) return "Only one label";
  if (ratio < 1.5) return `${bars.length} labels, evenly spread`;
  const times = ratio < 10 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString("en-US");
  return `${bars.length} labels; the most frequent has ${times} times the rows of the rarest`;
}
