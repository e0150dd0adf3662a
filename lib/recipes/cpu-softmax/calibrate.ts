import { calibration } from "#lib/metrics/calibration.ts";
import { argMax, softmaxInPlace } from "./softmax-model.ts";

/** Scores of one validation row and the index of its right label. */
export type ScoredRow = { scores: Float64Array; target: number };

const LOWEST = 0.05;
const HIGHEST = 20;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

function probabilities(row: ScoredRow, temperature: number, out: Float64Array): Float64Array {
  out.set(row.scores);
  softmaxInPlace(out, temperature);
  return out;
}

function meanLoss(rows: readonly ScoredRow[], temperature: number): number {
  const buffer = new Float64Array(rows[0]?.scores.length ?? 0);
  let loss = 0;
  for (const row of rows)
    loss -= Math.log(Math.max(1e-12, probabilities(row, temperature, buffer)[row.target] as number));
  return loss / rows.length;
}

/**
 * The temperature that minimises the cross-entropy on held-back rows, by golden-section search on its logarithm (the loss is
 * convex in 1 / T). It changes no answer, only how far a confidence can be believed.
 *
 * Guo et al. (2017), "On calibration of modern neural networks", ICML.
 */
export function fitTemperature(rows: readonly ScoredRow[]): number {
  if (rows.length === 0) return 1;
  let low = Math.log(LOWEST);
  let high = Math.log(HIGHEST);
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let lossLeft = meanLoss(rows, Math.exp(left));
  let lossRight = meanLoss(rows, Math.exp(right));
  while (high - low > 1e-3) {
    if (lossLeft < lossRight) {
      high = right;
      right = left;
      lossRight = lossLeft;
      left = high - GOLDEN * (high - low);
      lossLeft = meanLoss(rows, Math.exp(left));
    } else {
      low = left;
      left = right;
      lossLeft = lossRight;
      right = low + GOLDEN * (high - low);
      lossRight = meanLoss(rows, Math.exp(right));
    }
  }
  return Math.exp((low + high) / 2);
}

/** Expected calibration error of the most likely label, 0..1. */
export function calibrationError(rows: readonly ScoredRow[], temperature: number): number {
  const buffer = new Float64Array(rows[0]?.scores.length ?? 0);
  const judged = rows.map((row) => {
    const p = probabilities(row, temperature, buffer);
    const best = argMax(p);
    return { confidence: p[best] as number, correct: best === row.target };
  });
  return calibration(judged)?.ece ?? 0;
}
