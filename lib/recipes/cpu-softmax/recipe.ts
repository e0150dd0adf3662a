import { z } from "zod";
import { defineRecipe, numberParam, wholeParam } from "../recipe.ts";

export const CpuSoftmaxParams = z.object({
  epochs: wholeParam(1, 50, 6, {
    title: "Passes",
    description: "Times that every training row is visited. Fewer are made when validation stops improving.",
    source: "Banking77, on a split of its training rows: within 0.3 points of its end after 5 or 6",
  }),
  c: numberParam(0.01, 1000, 6, {
    title: "C (inverse regularisation)",
    description: "Larger follows the labels more closely; smaller resists wrong labels.",
    source:
      "Banking77, on a split of its training rows: 6 and 10 equal on clean labels; with 9 % wrong ones 3 beat 1 and 10 (6 was not tried there)",
    step: 0.5,
  }),
  validationShare: numberParam(0, 0.5, 0.1, {
    title: "Validation share",
    description: "Share of the training rows (never the hold-out) set aside for curves, early stop and calibration.",
    source: "convention",
    advanced: true,
    step: 0.05,
  }),
  refitEpochs: wholeParam(0, 10, 2, {
    title: "Final passes over all rows",
    description: "After calibration the validation rows are learnt from too.",
    source: "Banking77, three splits of its training rows: +0.3 points over leaving them out, equal to starting anew",
    advanced: true,
  }),
  patience: wholeParam(1, 50, 2, {
    title: "Patience",
    description: "Passes without a better validation loss before training stops early.",
    source: "convention",
    advanced: true,
  }),
  labelSmoothing: numberParam(0, 0.5, 0, {
    title: "Label smoothing",
    description: "Share of every target spread evenly over all labels.",
    source: "Banking77, on a split of its training rows: 0.1 made no difference beyond noise (0.3 points)",
    advanced: true,
    step: 0.01,
  }),
  minRows: wholeParam(1, 100, 2, {
    title: "Rarest n-gram",
    description: "An n-gram that occurs in fewer rows is left out.",
    source: "Banking77, on a split of its training rows: 1 and 2 equal within noise; 2 keeps 21,239 of 37,290",
    advanced: true,
  }),
  maxFeatures: wholeParam(1000, 1_000_000, 100_000, {
    title: "Most features",
    description: "The most frequent n-grams are kept; bounds the size of the model.",
    source: "Banking77 has 21,239, CLINC150 32,207, XSTest 60,899",
    advanced: true,
    step: 1000,
  }),
  seed: wholeParam(0, 2_147_483_647, 1, {
    title: "Seed",
    description: "Decides the validation rows and the order of visits. The same seed gives the same model.",
    source: "convention",
    advanced: true,
  }),
});
export type CpuSoftmaxParams = z.output<typeof CpuSoftmaxParams>;

/** Weights are held to this many numbers (256 MB), whatever `maxFeatures` says. */
export const MAX_WEIGHTS = 64_000_000;

/** Different known n-grams per character of text: 2.9 on Banking77, 3.0 on CLINC150, 1.6 on the long texts of XSTest, where the estimate is therefore high. */
const NGRAMS_PER_CHAR = 3;
/** Weights visited a second on one core of the reference machine (2 shared EPYC cores), averaged over a whole training. */
const WEIGHTS_PER_SECOND = 3.5e8;

/** Softmax regression over hashed n-grams: a student in seconds, and the number that a larger one has to beat. */
export const cpuSoftmax = defineRecipe({
  name: "cpu-softmax",
  title: "CPU student",
  summary:
    "A linear classifier over words and word parts, trained on this machine in seconds. It answers in well under a millisecond and is the number that any larger student has to beat.",
  taskKinds: ["classification"],
  device: "cpu",
  params: CpuSoftmaxParams,
  program: "workers/cpu-trainer.ts",
  estimate({ rows, inputChars, labels }, { epochs, refitEpochs, maxFeatures }) {
    const nonZeros = inputChars * NGRAMS_PER_CHAR;
    const features = Math.min(maxFeatures, 2_000 + nonZeros / 60, MAX_WEIGHTS / Math.max(1, labels));
    const read = inputChars / 2e6;
    const visits = (nonZeros * labels * (epochs + refitEpochs)) / WEIGHTS_PER_SECOND;
    return {
      ms: Math.round(1000 * (0.6 + read + visits)),
      memoryBytes: Math.round(90e6 + nonZeros * 12 + features * labels * 12 + rows * labels * 8),
    };
  },
});
