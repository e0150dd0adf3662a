import type { Bin } from "#lib/datasets/rows-schema.ts";
import { formatCompact } from "#lib/format.ts";

export type LengthBar = Bin & {
  /** length of the bar, 0..1 of the longest */
  trainShare: number;
  holdoutShare: number;
  /** under the bar */
  tick: string;
  /** the filter that shows its rows, in characters of the input */
  min: number;
  max: number;
};

export type Lengths = { bars: LengthBar[]; finding: string };

export type LengthUnit = "characters" | "tokens";

/** What an estimate of tokens from characters was made with: characters per token, rounded up. */
const charsPerToken = 4;

/** Characters from and to (both included) that fall into a bin. */
export function charsOf({ from, to }: Pick<Bin, "from" | "to">, unit: LengthUnit): { min: number; max: number } {
  if (unit === "characters") return { min: from, max: to - 1 };
  return { min: from <= 1 ? 0 : (from - 1) * charsPerToken + 1, max: (to - 1) * charsPerToken };
}

/** Bars of a histogram of lengths, with what it finds in words. */
export function prepareLengths(bins: readonly Bin[], unit: LengthUnit): Lengths {
  const most = bins.reduce((rows, bin) => Math.max(rows, bin.rows), 0);
  const bars = bins.map((bin) => ({
    ...bin,
    ...charsOf(bin, unit),
    trainShare: most === 0 ? 0 : (bin.rows - bin.holdout) / most,
    holdoutShare: most === 0 ? 0 : bin.holdout / most,
    tick: formatCompact(bin.from),
  }));
  return { bars, finding: findingOf(bins, unit) };
}

function findingOf(bins: readonly Bin[], unit: LengthUnit): string {
  const total = bins.reduce((sum, { rows }) => sum + rows, 0);
  if (total === 0) return "No rows to measure";
  const at = (share: number) => {
    let seen = 0;
    for (const bin of bins) {
      seen += bin.rows;
      if (seen >= share * total) return bin;
    }
    return bins.at(-1);
  };
  const middle = at(0.5);
  const long = at(0.95);
  if (!middle || !long) return "No rows to measure";
  if (middle.to === long.to) return `95 % of the inputs are below ${formatCompact(long.to)} ${unit}`;
  return `half of the inputs are below ${formatCompact(middle.to)} ${unit}, 95 % below ${formatCompact(long.to)}`;
}
