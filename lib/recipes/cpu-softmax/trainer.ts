import { seeded } from "#lib/metrics/random.ts";
import type { SparseDataset } from "./dataset.ts";
import { argMax, scoreRow, softmaxInPlace } from "./softmax-model.ts";

export type FitSettings = {
  /** inverse strength of the L2 penalty, as scikit-learn's `C` */
  c: number;
  /** share of every target that is spread evenly over all labels */
  labelSmoothing: number;
  seed: number;
};

/** Corrections below this are not worth writing to a whole weight column. */
const NEGLIGIBLE = 1e-3;
/** Lowest curvature assumed for a label, so that a label at 0 or 1 cannot take an unbounded step. */
const MIN_CURVATURE = 0.02;

/**
 * L2-regularised softmax regression by stochastic dual coordinate ascent.
 *
 * Minimises  sum_i w_i CE(q_i, softmax(W x_i + b)) + ||(W, b)||^2 / (2 C).  At the optimum  W = C sum_i x_i (x) a_i  with
 * a_i = w_i (q_i - p_i), so one dual vector a_i per row is kept and each visit moves it towards w_i (q_i - p_i), changing W
 * alongside. There is no learning rate to tune, and the result is the optimum that L-BFGS finds, in a few passes.
 *
 * Shalev-Shwartz & Zhang (2013), "Stochastic dual coordinate ascent methods for regularized loss minimization", JMLR 14; the
 * step is damped per label by a diagonal estimate of the curvature, taken half-way between prediction and target, instead of
 * the uniform bound 1/2, which converges in about half the passes on text. Rows are visited in an order that depends on seed
 * and pass only, so a resumed fit equals an uninterrupted one.
 */
export class SoftmaxTrainer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  /** dual variables, [rows, labels] */
  readonly dual: Float32Array;
  private readonly data: SparseDataset;
  private readonly settings: FitSettings;
  private readonly labels: number;
  private readonly probabilities: Float64Array;
  private readonly target: Float64Array;
  private readonly changed: Int32Array;
  private readonly change: Float64Array;

  constructor(data: SparseDataset, features: number, labels: number, settings: FitSettings) {
    this.data = data;
    this.settings = settings;
    this.labels = labels;
    this.weight = new Float32Array(features * labels);
    this.bias = new Float32Array(labels);
    this.dual = new Float32Array(data.rows * labels);
    this.probabilities = new Float64Array(labels);
    this.target = new Float64Array(labels);
    this.changed = new Int32Array(labels);
    this.change = new Float64Array(labels);
  }

  /** The order in which pass number `pass` visits these rows. */
  order(rows: Int32Array, pass: number): Int32Array {
    const order = rows.slice();
    const random = seeded(Math.imul(this.settings.seed + 1, 0x9e3779b1) ^ pass);
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      const swapped = order[i] as number;
      order[i] = order[j] as number;
      order[j] = swapped;
    }
    return order;
  }

  /** Visits order[from..to). Returns the sum of the rows' cross-entropies before their own update. */
  visit(order: Int32Array, from: number, to: number): number {
    let loss = 0;
    for (let at = from; at < to; at++) loss += this.update(order[at] as number);
    return loss;
  }

  private update(row: number): number {
    const { data, labels, probabilities, target, dual, changed, change } = this;
    const { c } = this.settings;
    const start = data.rowStart[row] as number;
    const end = data.rowStart[row + 1] as number;
    scoreRow(this.weight, this.bias, data, start, end, probabilities);
    softmaxInPlace(probabilities);
    const loss = this.loadTarget(row);
    const rowWeight = data.weights[row] as number;
    // ||x||^2 is 1, plus 1 for the constant that the bias belongs to.
    const reach = 2 * c * rowWeight;
    const dualRow = row * labels;
    let n = 0;
    for (let k = 0; k < labels; k++) {
      const q = target[k] as number;
      const p = probabilities[k] as number;
      const a = dual[dualRow + k] as number;
      const gap = rowWeight * (q - p) - a;
      if (gap < NEGLIGIBLE && gap > -NEGLIGIBLE) continue;
      const implied = Math.min(1, Math.max(0, q - a / rowWeight));
      const middle = (p + implied) / 2;
      const step = gap / (1 + reach * Math.max(MIN_CURVATURE, middle * (1 - middle)));
      dual[dualRow + k] = a + step;
      changed[n] = k;
      change[n++] = step * c;
    }
    for (let i = start; i < end; i++) {
      const value = data.values[i] as number;
      const column = (data.columns[i] as number) * labels;
      for (let j = 0; j < n; j++) {
        const at = column + (changed[j] as number);
        this.weight[at] = (this.weight[at] as number) + value * (change[j] as number);
      }
    }
    for (let j = 0; j < n; j++) {
      const k = changed[j] as number;
      this.bias[k] = (this.bias[k] as number) + (change[j] as number);
    }
    return loss;
  }

  /** Fills `target` with the smoothed target of a row. Returns its cross-entropy with the current probabilities. */
  private loadTarget(row: number): number {
    const { data, labels, probabilities, target } = this;
    const { labelSmoothing } = this.settings;
    target.fill(labelSmoothing / labels);
    let loss = 0;
    for (let t = data.targetStart[row] as number; t < (data.targetStart[row + 1] as number); t++) {
      const k = data.targetLabels[t] as number;
      const share = data.targetShares[t] as number;
      target[k] = (target[k] as number) + share * (1 - labelSmoothing);
      loss -= share * Math.log(Math.max(1e-12, probabilities[k] as number));
    }
    return loss;
  }

  /** Scores of one row, written to `out`. */
  scores(row: number, out: Float64Array): void {
    const { data } = this;
    scoreRow(this.weight, this.bias, data, data.rowStart[row] as number, data.rowStart[row + 1] as number, out);
  }

  /** Mean cross-entropy (nats) and accuracy against each row's most likely target, over some rows. */
  evaluate(rows: Int32Array): { loss: number; accuracy: number } {
    let loss = 0;
    let correct = 0;
    for (const row of rows) {
      this.scores(row, this.probabilities);
      softmaxInPlace(this.probabilities);
      loss += this.loadTarget(row);
      if (argMax(this.probabilities) === argMax(this.target)) correct++;
    }
    return { loss: loss / rows.length, accuracy: correct / rows.length };
  }
}
