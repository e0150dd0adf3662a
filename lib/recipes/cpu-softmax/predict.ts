import { AppError } from "#lib/core/errors.ts";
import type { Manifest } from "../manifest.ts";
import { decodeSafetensors, take } from "../safetensors.ts";
import { FEATURES_VERSION } from "./features.ts";
import { scoreRow, softmaxInPlace } from "./softmax-model.ts";
import { Vocabulary } from "./vocabulary.ts";

export const MODEL_FILE = "model.safetensors";

export type Answer = { label: string; probability: number };

/** How much a piece of the input moved the score of one label above the mean of all labels. */
export type Contribution = { text: string; kind: "word" | "pair" | "part"; score: number };

export type Explanation = {
  label: string;
  /** the input's words as the model sees them, each with the sum of what its n-grams said */
  words: { text: string; score: number }[];
  /** strongest n-grams, for and against, by absolute score */
  features: Contribution[];
};

/** A loaded `cpu-softmax` student. Not shared between threads: it reuses its buffers. */
export class CpuSoftmaxPredictor {
  readonly labels: readonly string[];
  /** memory it holds */
  readonly bytes: number;
  private readonly weight: Float32Array;
  private readonly bias: Float32Array;
  private readonly temperature: number;
  private readonly vocabulary: Vocabulary;
  private readonly scores: Float64Array;

  /** @throws AppError INVALID when file and manifest do not belong together */
  constructor(manifest: Manifest, model: Uint8Array) {
    if (manifest.featuresVersion !== FEATURES_VERSION) {
      throw new AppError(
        "INVALID",
        `This student reads text as ${manifest.featuresVersion}; this version of Stillhouse as ${FEATURES_VERSION}.`,
        {
          where: manifest.name,
          todo: "Train it again; its training data and settings are kept.",
        },
      );
    }
    const tensors = decodeSafetensors(model, MODEL_FILE);
    const hashes = take(tensors, "hashes", "U32");
    const idf = take(tensors, "idf", "F32");
    const weight = take(tensors, "weight", "F32");
    const bias = take(tensors, "bias", "F32");
    const features = hashes.data.length;
    const labels = manifest.labels.length;
    if (
      idf.data.length !== features ||
      bias.data.length !== labels ||
      weight.shape[0] !== features ||
      weight.shape[1] !== labels
    ) {
      throw new AppError("INVALID", "The model's tensors do not fit its labels.", {
        where: MODEL_FILE,
        todo: "Train the student again.",
      });
    }
    this.labels = manifest.labels;
    this.weight = weight.data;
    this.bias = bias.data;
    this.temperature = manifest.training.temperature;
    this.vocabulary = new Vocabulary(hashes.data, idf.data);
    this.scores = new Float64Array(labels);
    // weights and bias, and per feature: hash, idf, scratch and about four slots of eight bytes in the hash table
    this.bytes = 4 * (this.weight.length + labels) + features * (12 + 32);
  }

  /** Calibrated probabilities over all labels; the array is reused by the next call. */
  private probabilities(input: string): Float64Array {
    const { vocabulary, scores } = this;
    vocabulary.vectorise(input);
    scoreRow(this.weight, this.bias, vocabulary, 0, vocabulary.count, scores);
    softmaxInPlace(scores, this.temperature);
    return scores;
  }

  /** The most likely labels, best first; ties in the order of the labels. */
  top(input: string, count: number): Answer[] {
    const p = this.probabilities(input);
    const ranked = Array.from(p, (probability, index) => ({ label: this.labels[index] ?? "", probability }));
    ranked.sort((a, b) => b.probability - a.probability);
    return ranked.slice(0, count);
  }

  predict(input: string): { label: string; confidence: number } {
    const p = this.probabilities(input);
    let best = 0;
    for (let c = 1; c < p.length; c++) if ((p[c] as number) > (p[best] as number)) best = c;
    return { label: this.labels[best] ?? "", confidence: p[best] as number };
  }

  /** Why this label: exact for a linear model, since its score is the sum of these contributions and a constant. */
  explain(input: string, label: string, most = 10): Explanation {
    const { vocabulary, weight } = this;
    const k = this.labels.indexOf(label);
    vocabulary.vectorise(input);
    const { features } = vocabulary;
    const labels = this.labels.length;
    const scoreOf = new Map<number, number>();
    for (let i = 0; i < vocabulary.count; i++) {
      const column = vocabulary.columns[i] as number;
      let mean = 0;
      for (let c = 0; c < labels; c++) mean += (weight[column * labels + c] as number) / labels;
      scoreOf.set(
        column,
        ((vocabulary.values[i] as number) * ((weight[column * labels + k] as number) - mean)) / this.temperature,
      );
    }
    const occurrences = new Map<number, number[]>();
    for (let i = 0; i < features.count; i++) {
      const column = vocabulary.columnAt(i);
      if (column >= 0) occurrences.set(column, [...(occurrences.get(column) ?? []), i]);
    }
    const words = wordsOf(features.text);
    // A short word is both a word and a run of characters: to a person it is one thing, so their scores are added.
    const byText = new Map<string, Contribution>();
    for (const [column, at] of occurrences) {
      const score = scoreOf.get(column) ?? 0;
      const first = at[0] ?? 0;
      const text = features.text.slice(features.starts[first], features.ends[first]);
      byText.set(text, { text, kind: kindOf(text, words), score: score + (byText.get(text)?.score ?? 0) });
      for (const i of at) share(words, features.starts[i] as number, features.ends[i] as number, score / at.length);
    }
    const contributions = [...byText.values()];
    contributions.sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
    return { label, words: words.map(({ text, score }) => ({ text, score })), features: contributions.slice(0, most) };
  }
}

type Word = { text: string; start: number; end: number; score: number };

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map((m) => ({ text: m[0], start: m.index, end: m.index + m[0].length, score: 0 }));
}

function kindOf(text: string, words: readonly Word[]): Contribution["kind"] {
  if (text.trim().includes(" ")) return "pair";
  return words.some((word) => word.text === text) ? "word" : "part";
}

/** Splits a feature's score evenly over the words it touches (one, or two for a pair). */
function share(words: readonly Word[], start: number, end: number, score: number): void {
  const touched = words.filter((word) => word.start < end && word.end > start);
  for (const word of touched) word.score += score / touched.length;
}
