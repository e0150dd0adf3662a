import { describe, expect, test } from "vitest";
import { calibrationError, fitTemperature } from "./calibrate.ts";
import { type Example, SparseDataset, splitPoint } from "./dataset.ts";
import { Features, MAX_INPUT_CHARS } from "./features.ts";
import { HashTable } from "./hash-table.ts";
import { scoreRow, softmaxInPlace } from "./softmax-model.ts";
import { SoftmaxTrainer } from "./trainer.ts";
import { DocumentFrequencies, Vocabulary } from "./vocabulary.ts";

function slices(input: string): string[] {
  const features = new Features();
  features.extract(input);
  return Array.from({ length: features.count }, (_, i) => features.text.slice(features.starts[i], features.ends[i]));
}
function hashes(input: string): number[] {
  const features = new Features();
  features.extract(input);
  return [...features.hashes.subarray(0, features.count)];
}
function datasetOf(examples: Example[], labels: string[]): { data: SparseDataset; features: number } {
  const frequencies = new DocumentFrequencies();
  for (const { input } of examples) frequencies.add(input);
  const vocabulary = frequencies.vocabulary(1, 10_000);
  const data = new SparseDataset(vocabulary, labels);
  for (const example of examples) data.add(example, false);
  return { data, features: vocabulary.size };
}
const settings = { c: 6, labelSmoothing: 0, seed: 1 };

describe("features", () => {
  test("word 1-2-grams, and character 2-5-grams inside each word with its spaces", () => {
    const grams = slices("Ab c!");
    expect(grams.filter((gram) => ["ab", "c", "!", "ab c", "c !"].includes(gram))).toHaveLength(6);
    expect(grams).toContain(" ab ");
    expect(grams).not.toContain("b c");
    expect(grams.every((gram) => gram.length <= 5)).toBe(true);
  });

  test("case, width and spacing do not matter; kinds of feature do not share ids", () => {
    expect(hashes("CARD  stolen")).toEqual(hashes("card stolen"));
    expect(hashes("ｃａｒｄ")).toEqual(hashes("card"));
    const at = slices("ab").indexOf("ab");
    const last = slices("ab").lastIndexOf("ab");
    expect(at).not.toBe(last);
    expect(hashes("ab")[at]).not.toBe(hashes("ab")[last]);
  });

  test("nothing, spaces, emoji, lone surrogates and very long input", () => {
    expect(slices("")).toEqual([]);
    expect(slices(" \n\t\u0000")).toEqual([]);
    expect(slices("🙂")).toContain("🙂");
    expect(() => hashes("\ud800 x")).not.toThrow();
    expect(hashes("a".repeat(10 * MAX_INPUT_CHARS)).length).toBe(hashes("a".repeat(MAX_INPUT_CHARS)).length);
  });
});

test("the hash table agrees with a Map through growth, with 0 and the largest key", () => {
  const table = new HashTable(1);
  const map = new Map<number, number>();
  for (let i = 0; i < 5_000; i++) {
    const key = i < 2 ? ([0, 4_294_967_295][i] ?? 0) : Math.imul(i % 1_700, 0x9e3779b1) >>> 0;
    map.set(key, (map.get(key) ?? 0) + 1);
    table.increment(key);
  }
  expect(table.size).toBe(map.size);
  expect(new Map(table.entries())).toEqual(map);
  expect(table.get(12345)).toBe(-1);
});

test("vectors have length 1 and weigh rare n-grams more", () => {
  const vocabulary = new Vocabulary(
    Uint32Array.from(hashes("cat dog")),
    new Float32Array(hashes("cat dog").length).fill(1),
  );
  vocabulary.vectorise("cat cat dog");
  const norm = vocabulary.values.subarray(0, vocabulary.count).reduce((sum, value) => sum + value * value, 0);
  expect(norm).toBeCloseTo(1, 5);
  vocabulary.vectorise("zzz");
  expect(vocabulary.count).toBe(0);
});

describe("trainer", () => {
  const examples = Array.from(
    { length: 60 },
    (_, i): Example => ({
      input: `${["red apple", "green pear", "blue plum"][i % 3]} number ${i}`,
      label: ["a", "b", "c"][i % 3] ?? "a",
    }),
  );

  test("reaches the optimum: the gradient of the regularised loss vanishes", () => {
    const { data, features } = datasetOf(examples, ["a", "b", "c"]);
    const trainer = new SoftmaxTrainer(data, features, 3, settings);
    for (let pass = 0; pass < 60; pass++) trainer.visit(trainer.order(data.side(false), pass), 0, data.rows);
    expect(trainer.evaluate(data.side(false)).accuracy).toBe(1);
    // d/db = b / C - sum (q - p): zero at the optimum, and b is C times the summed duals
    const sums = new Float64Array(3);
    const scores = new Float64Array(3);
    for (let row = 0; row < data.rows; row++) {
      trainer.scores(row, scores);
      softmaxInPlace(scores);
      for (let k = 0; k < 3; k++) sums[k] = (sums[k] ?? 0) + (data.targetLabels[row] === k ? 1 : 0) - (scores[k] ?? 0);
    }
    for (let k = 0; k < 3; k++)
      expect(Math.abs((trainer.bias[k] ?? 0) / settings.c - (sums[k] ?? 0))).toBeLessThan(0.07);
  });

  test("the same seed gives the same weights, another seed another order", () => {
    const { data, features } = datasetOf(examples, ["a", "b", "c"]);
    const train = (seed: number) => {
      const trainer = new SoftmaxTrainer(data, features, 3, { ...settings, seed });
      trainer.visit(trainer.order(data.side(false), 0), 0, data.rows);
      return trainer;
    };
    expect(train(1).weight).toEqual(train(1).weight);
    expect(train(1).order(data.side(false), 0)).not.toEqual(train(2).order(data.side(false), 0));
    expect([...train(1).order(data.side(false), 3)].sort((a, b) => a - b)).toEqual([...data.side(false)]);
  });

  test("soft targets are matched, not their arg-max; weights count", () => {
    const soft = Array.from(
      { length: 40 },
      (): Example => ({
        input: "same text",
        label: "a",
        soft: [
          ["a", 0.7],
          ["b", 0.3],
          ["nobody", 1],
        ],
      }),
    );
    const probability = (rows: Example[]) => {
      const { data, features } = datasetOf(rows, ["a", "b"]);
      const trainer = new SoftmaxTrainer(data, features, 2, settings);
      for (let pass = 0; pass < 40; pass++) trainer.visit(trainer.order(data.side(false), pass), 0, data.rows);
      const scores = new Float64Array(2);
      trainer.scores(0, scores);
      softmaxInPlace(scores);
      return scores[0] ?? 0;
    };
    expect(probability(soft)).toBeCloseTo(0.7, 1);
    const conflict = (weight: number): Example[] => [
      { input: "x y", label: "a", weight },
      { input: "x y", label: "b" },
    ];
    expect(probability(conflict(4))).toBeGreaterThan(0.65);
    expect(probability(conflict(1))).toBeCloseTo(0.5, 1);
  });
});

test("identical inputs fall on one side of a split, and about the wanted share does", () => {
  expect(splitPoint("My  Card ", 1)).toBe(splitPoint("my card", 1));
  expect(splitPoint("my card", 1)).not.toBe(splitPoint("my card", 2));
  const share =
    Array.from({ length: 4_000 }, (_, i) => splitPoint(`row ${i}`, 1)).filter((point) => point < 0.1).length / 4_000;
  expect(share).toBeGreaterThan(0.08);
  expect(share).toBeLessThan(0.12);
});

test("temperature undoes overconfidence", () => {
  // true probabilities 0.8 / 0.2, scores three times too large
  const honest = Math.log(4);
  const rows = Array.from({ length: 1_000 }, (_, i) => ({
    scores: Float64Array.of(3 * honest, 0),
    target: i % 5 === 0 ? 1 : 0,
  }));
  const temperature = fitTemperature(rows);
  expect(temperature).toBeCloseTo(3, 1);
  expect(calibrationError(rows, 1)).toBeGreaterThan(0.15);
  expect(calibrationError(rows, temperature)).toBeLessThan(0.01);
  expect(fitTemperature([])).toBe(1);
});

test("a row without features scores the bias", () => {
  const out = new Float64Array(2);
  scoreRow(
    Float32Array.of(9, 9),
    Float32Array.of(1, 2),
    { columns: new Int32Array(0), values: new Float32Array(0) },
    0,
    0,
    out,
  );
  expect([...out]).toEqual([1, 2]);
  softmaxInPlace(out.fill(10_000));
  expect([...out]).toEqual([0.5, 0.5]);
});
