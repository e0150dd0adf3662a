import { describe, expect, it } from "vitest";
import { confusedPairs, mostConfused, prepareConfusion } from "./prepare-confusion.ts";
import { intervalScale } from "./prepare-intervals.ts";
import { prepareCash, prepareWaterfall } from "./prepare-money.ts";
import { decades, preparePareto } from "./prepare-pareto.ts";

describe("preparePareto", () => {
  const candidate = (id: string, cost: number, quality: number) => ({
    id,
    label: id,
    cost,
    quality,
    origin: "student" as const,
  });

  it("keeps only what nothing beats, from cheap to dear", () => {
    const { points, line } = preparePareto([
      candidate("teacher", 100, 0.91),
      candidate("student", 1, 0.94),
      candidate("tiny", 0.5, 0.8),
      candidate("worse", 1, 0.9),
    ]);
    expect(line.map((each) => each.id)).toEqual(["tiny", "student"]);
    expect(points.find((each) => each.id === "teacher")?.best).toBe(false);
  });

  it("keeps both of two equals and drops what has no place", () => {
    const { points, line } = preparePareto([
      candidate("a", 1, 0.9),
      candidate("b", 1, 0.9),
      candidate("c", Number.NaN, 1),
    ]);
    expect(line).toHaveLength(2);
    expect(points).toHaveLength(2);
  });

  it("turns interval ends into distances", () => {
    const { points } = preparePareto([{ ...candidate("a", 1, 0.9), low: 0.85, high: 0.93 }]);
    expect(points[0]?.error[0]).toBeCloseTo(0.05);
    expect(points[0]?.error[1]).toBeCloseTo(0.03);
  });
});

describe("decades", () => {
  it("spans all costs and is never a single tick", () => {
    expect(decades([0.002, 2.4])).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(decades([1])).toEqual([1, 10]);
    expect(decades([])).toEqual([]);
  });
});

describe("intervalScale", () => {
  it("never leaves 0..1 for rates and holds the limit", () => {
    const scale = intervalScale([{ id: "a", label: "a", value: 0.99, low: 0.97, high: 1 }], 0.9);
    expect(scale.max).toBe(1);
    expect(scale.min).toBeLessThan(0.9);
    expect(scale.share(0.9)).toBeGreaterThan(0);
  });

  it("survives no rows, one value, and NaN", () => {
    expect(intervalScale([]).share(3)).toBe(0);
    const one = intervalScale([{ id: "a", label: "a", value: 5, low: Number.NaN }]);
    expect(one.share(5)).toBeCloseTo(0.5);
  });
});

describe("prepareWaterfall", () => {
  it("floats each bar from the one before and restates totals", () => {
    const bars = prepareWaterfall([
      { id: "now", label: "Teacher today", micros: 100, total: true },
      { id: "serve", label: "Student", micros: -30 },
      { id: "extra", label: "Refund", micros: 5 },
      { id: "net", label: "Net", micros: 0, total: true },
    ]);
    expect(bars.map((bar) => [bar.kind, bar.micros, ...bar.range])).toEqual([
      ["total", 100, 0, 100],
      ["down", -30, 70, 100],
      ["up", 5, 70, 75],
      ["total", 75, 0, 75],
    ]);
  });

  it("goes below zero", () => {
    const bars = prepareWaterfall([
      { id: "a", label: "a", micros: 10, total: true },
      { id: "b", label: "b", micros: -25 },
      { id: "c", label: "c", micros: 0, total: true },
    ]);
    expect(bars.at(-1)).toMatchObject({ micros: -15, range: [-15, 0] });
  });
});

describe("prepareCash", () => {
  it("finds the break-even between points, and that of the band's edges", () => {
    const cash = prepareCash([
      { x: 0, micros: -100, low: -120, high: -50 },
      { x: 10, micros: 100, low: -20, high: 150 },
    ]);
    expect(cash.breakEven).toBe(5);
    expect(cash.earliest).toBe(2.5);
    expect(cash.latest).toBeNull();
  });

  it("says never rather than a date that is not there", () => {
    expect(
      prepareCash([
        { x: 0, micros: -1 },
        { x: 9, micros: -5 },
      ]).breakEven,
    ).toBeNull();
    expect(prepareCash([]).breakEven).toBeNull();
    expect(prepareCash([{ x: 3, micros: 0 }]).breakEven).toBe(3);
  });
});

describe("confusion", () => {
  const cells = [
    { gold: "a", predicted: "a", count: 8 },
    { gold: "a", predicted: "b", count: 2 },
    { gold: "b", predicted: "c", count: 5 },
    { gold: "c", predicted: "other", count: 1 },
  ];

  it("gives shares of the gold label and zero where nothing is", () => {
    const matrix = prepareConfusion(cells, ["a", "b", "c"]);
    expect(matrix.at(0, 1)).toMatchObject({ count: 2, share: 0.2 });
    expect(matrix.at(1, 1)).toMatchObject({ count: 0, share: 0 });
    // "other" is no label of the task: not in the square, yet in the pairs
    expect(matrix.cells).toHaveLength(3);
    expect(confusedPairs(cells).map((pair) => pair.predicted)).toEqual(["c", "b", "other"]);
  });

  it("shares stay those of all rows when only some labels are shown", () => {
    expect(prepareConfusion(cells, ["a"]).at(0, 0).share).toBe(0.8);
  });

  it("picks the most confused labels in their usual order", () => {
    expect(mostConfused(cells, ["a", "b", "c"], 2)).toEqual(["b", "c"]);
  });

  it("takes 300 classes", () => {
    const labels = Array.from({ length: 300 }, (_, at) => `label ${at}`);
    const all = labels.flatMap((gold) => labels.map((predicted) => ({ gold, predicted, count: 1 })));
    expect(prepareConfusion(all, labels).cells).toHaveLength(90_000);
  });
});
