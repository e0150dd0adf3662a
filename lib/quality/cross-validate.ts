import { SparseDataset } from "#lib/recipes/cpu-softmax/dataset.ts";
import { scoreRow, softmaxInPlace } from "#lib/recipes/cpu-softmax/softmax-model.ts";
import { SoftmaxTrainer } from "#lib/recipes/cpu-softmax/trainer.ts";
import { DocumentFrequencies, type Vocabulary } from "#lib/recipes/cpu-softmax/vocabulary.ts";
import { OutOfFold } from "./label-noise.ts";
import type { Pulse } from "./pulse.ts";

export const folds = 5;
const epochs = 4;
/** Rows visited between two looks at the clock. */
const blockRows = 32;

/** Bounds on memory: non-zeros of the matrix (8 bytes), weights and duals (4 bytes each). */
const mostNonZeros = 6_000_000;
const mostWeights = 16_000_000;
const mostDuals = 16_000_000;
/** Weights that may be visited in training and in scoring: some ten seconds and five on one core. */
const trainingVisits = 3e9;
const scoringVisits = 2e9;
/** Different n-grams per character: 2.9 on Banking77, 1.6 on long texts. */
const ngramsPerChar = 2.5;
/** Fewer rows a class to learn from say nothing. */
const leastRowsPerLabel = 4;

export type NoisePlan = {
  /** rows that the models learn from, at most; drawn by the hash of the input */
  trainRows: number;
  /** rows that are judged, at most */
  scoreRows: number;
  maxFeatures: number;
};

/** How much of a version fits into time and memory; null where what fits would say nothing. */
export function planNoise(size: { rows: number; meanChars: number; labels: number }): NoisePlan | null {
  const { rows, labels } = size;
  const nonZeros = Math.max(10, size.meanChars * ngramsPerChar);
  const perTraining = (folds - 1) * epochs * nonZeros * labels;
  const trainRows = Math.floor(
    Math.min(rows, trainingVisits / perTraining, mostNonZeros / nonZeros, mostDuals / labels),
  );
  const scoreRows = Math.floor(Math.min(rows, scoringVisits / (nonZeros * labels)));
  if (trainRows < Math.min(rows, labels * leastRowsPerLabel) || scoreRows < 1) return null;
  return { trainRows, scoreRows, maxFeatures: Math.min(50_000, Math.floor(mostWeights / labels)) };
}

export type LabelledRow = { position: number; input: string; label: number; fold: number };

export type CrossValidation = {
  labels: readonly string[];
  plan: NoisePlan;
  /** what the models learn from: each only the rows of other folds */
  sample: readonly LabelledRow[];
  /** rows to judge, a page at a time */
  rowsOfFold: (fold: number) => AsyncIterable<readonly LabelledRow[]>;
  pulse: Pulse;
  onProgress?: (fold: number) => void;
};

/** Out-of-fold probabilities by the CPU student's own model, one fold at a time, so that one set of weights is in memory. */
export async function crossValidate(work: CrossValidation): Promise<OutOfFold> {
  const { labels, sample, plan, pulse } = work;
  const frequencies = new DocumentFrequencies();
  for (const { input } of sample) {
    const wait = pulse();
    if (wait) await wait;
    frequencies.add(input);
  }
  const vocabulary = frequencies.vocabulary(sample.length < 500 ? 1 : 2, plan.maxFeatures);
  const data = new SparseDataset(vocabulary, labels);
  for (const { input, label } of sample) {
    const wait = pulse();
    if (wait) await wait;
    data.add({ input, label: labels[label] ?? "" }, false);
  }
  const judged = new OutOfFold(labels.length);
  for (let fold = 0; fold < folds; fold++) {
    work.onProgress?.(fold);
    const model = await train(work, data, vocabulary, fold);
    const scores = new Float64Array(labels.length);
    for await (const page of work.rowsOfFold(fold)) {
      for (const { position, input, label } of page) {
        const wait = pulse();
        if (wait) await wait;
        vocabulary.vectorise(input);
        scoreRow(model.weight, model.bias, vocabulary, 0, vocabulary.count, scores);
        softmaxInPlace(scores);
        judged.add(position, label, scores);
      }
    }
  }
  return judged;
}

async function train(
  { sample, labels, pulse }: CrossValidation,
  data: SparseDataset,
  vocabulary: Vocabulary,
  fold: number,
): Promise<SoftmaxTrainer> {
  const rows = Int32Array.from(sample.flatMap((row, index) => (row.fold === fold ? [] : [index])));
  // C as in the recipe's default; lower resists wrong labels a little better (see its measurements).
  const model = new SoftmaxTrainer(data, vocabulary.size, labels.length, { c: 3, labelSmoothing: 0, seed: 1 });
  for (let pass = 0; pass < epochs; pass++) {
    const order = model.order(rows, pass);
    for (let from = 0; from < order.length; from += blockRows) {
      model.visit(order, from, Math.min(order.length, from + blockRows));
      const wait = pulse();
      if (wait) await wait;
    }
  }
  return model;
}
