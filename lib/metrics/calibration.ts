import { type Proportion, wilson } from "./proportion.ts";

/** Rows whose confidence lies in [from, to), the last bin closed. */
export interface ReliabilityBin {
  from: number;
  to: number;
  n: number;
  /** mean confidence of its rows; null when empty */
  confidence: number | null;
  accuracy: Proportion | null;
}

/** How far the student's confidence can be taken at its word. */
export interface Calibration {
  /** expected calibration error, 0..1 */
  ece: number;
  bins: ReliabilityBin[];
  n: number;
}

const BINS = 10;

/**
 * Expected calibration error over ten equal-width bins: the mean over rows of |accuracy - confidence| of their bin.
 *
 * Naeini, Cooper & Hauskrecht (2015), AAAI; bins as in Guo et al. (2017), ICML. Confidences outside 0..1 or not
 * finite are counted in the nearest end bin resp. the first, so that no row disappears. Null without rows.
 */
export function calibration(rows: Iterable<{ confidence: number; correct: boolean }>): Calibration | null {
  const sums = Array.from({ length: BINS }, () => ({ n: 0, confidence: 0, correct: 0 }));
  let n = 0;
  for (const row of rows) {
    const confidence = Number.isFinite(row.confidence) ? Math.min(1, Math.max(0, row.confidence)) : 0;
    const bin = sums[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    if (!bin) continue;
    bin.n++;
    bin.confidence += confidence;
    if (row.correct) bin.correct++;
    n++;
  }
  if (n === 0) return null;
  const ece = sums.reduce((sum, b) => sum + Math.abs(b.correct - b.confidence), 0) / n;
  const bins = sums.map((b, i) => ({
    from: i / BINS,
    to: (i + 1) / BINS,
    n: b.n,
    confidence: b.n === 0 ? null : b.confidence / b.n,
    accuracy: wilson(b.correct, b.n),
  }));
  return { ece, bins, n };
}
