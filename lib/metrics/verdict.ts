import type { Interval } from "./distributions.ts";
import { type Mcnemar, mcnemar, type PairedCounts, pairedDifference, rowsToDecide } from "./paired.ts";

/** better: above the teacher. notWorse: within the margin. worse: below it by more. unclear: the rows cannot tell. */
export type VerdictKind = "better" | "notWorse" | "worse" | "unclear";

/** What the paired rows say about student and teacher. Differences are student minus teacher, in -1..1. */
export interface Verdict {
  kind: VerdictKind;
  /** a few words for a badge */
  title: string;
  /** the whole finding in one sentence, figures included */
  sentence: string;
  counts: PairedCounts;
  margin: number;
  difference: Interval & { value: number };
  mcnemar: Mcnemar;
  /** further rows to decide at the difference seen, only where unclear; null when more than a million */
  moreRows: number | null;
}

const titles: Record<VerdictKind, string> = {
  better: "Better than the teacher",
  notWorse: "Not worse than the teacher",
  worse: "Worse than the teacher",
  unclear: "Not enough rows to say",
};

const MOST_ROWS = 1_000_000;

/** A difference of rates as signed percentage points with one decimal: 0.012 -> "+1.2". */
export function signedPoints(rate: number): string {
  const text = Math.abs(rate * 100).toFixed(1);
  return text === "0.0" ? "0.0" : `${rate < 0 ? "-" : "+"}${text}`;
}

/**
 * Non-inferiority by interval: the whole 95 % interval of the paired difference is compared with -margin and 0
 * (CONSORT extension for non-inferiority, Piaggio et al. 2012, JAMA 308). Null without rows.
 */
export function verdict(counts: PairedCounts, margin: number): Verdict | null {
  const difference = pairedDifference(counts);
  if (!difference) return null;
  const kind = kindOf(difference, margin);
  const more = rowsToDecide(counts, margin) - counts.n;
  const moreRows = kind !== "unclear" || counts.n + more > MOST_ROWS ? null : Math.max(1, more);
  const figures = `difference ${signedPoints(difference.value)} points, 95 % interval ${signedPoints(difference.low)} to ${signedPoints(difference.high)}, margin ${(margin * 100).toFixed(1)}`;
  return {
    kind,
    title: titles[kind],
    sentence: `${lead(kind, difference, moreRows)} (${figures}).`,
    counts,
    margin,
    difference,
    mcnemar: mcnemar(counts),
    moreRows,
  };
}

function kindOf({ low, high }: Interval, margin: number): VerdictKind {
  if (low > 0) return "better";
  if (low > -margin) return "notWorse";
  if (high < -margin) return "worse";
  return "unclear";
}

function lead(kind: VerdictKind, { high }: Interval, moreRows: number | null): string {
  if (kind === "notWorse" && high < 0)
    return "Not worse than the teacher by more than the margin, though measurably below it";
  if (kind === "worse") return "Worse than the teacher by more than the margin";
  if (kind !== "unclear") return titles[kind];
  const start =
    high < 0 ? "Measurably below the teacher; not enough rows to say whether within the margin" : titles.unclear;
  const need =
    moreRows === null
      ? "the difference lies on the margin itself"
      : `about ${moreRows.toLocaleString("en-US")} more needed`;
  return `${start}: ${need}`;
}
