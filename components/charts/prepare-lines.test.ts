import { describe, expect, it } from "vitest";
import { bucketMinMax, cleanPoints } from "./downsample.ts";
import { prepareLines } from "./prepare-lines.ts";

const ramp = (count: number) => Array.from({ length: count }, (_, x) => ({ x, y: 1 }));

describe("bucketMinMax", () => {
  it("keeps the one spike and the one dip in 100,000 points", () => {
    const points = ramp(100_000);
    points[41_234] = { x: 41_234, y: 97 };
    points[77_001] = { x: 77_001, y: -5 };
    const drawn = bucketMinMax(points, 600);
    expect(drawn.length).toBeLessThanOrEqual(600);
    expect(Math.max(...drawn.map((b) => b.high))).toBe(97);
    expect(Math.min(...drawn.map((b) => b.low))).toBe(-5);
    // the mean stays the mean: the spike does not move the line to 97
    expect(Math.max(...drawn.map((b) => b.y))).toBeLessThan(2);
  });

  it("leaves few points alone and survives none, one, and many with one x", () => {
    expect(bucketMinMax([], 10)).toEqual([]);
    expect(bucketMinMax([{ x: 3, y: 4 }], 10)).toEqual([{ x: 3, y: 4, low: 4, high: 4 }]);
    const same = Array.from({ length: 50 }, (_, y) => ({ x: 7, y }));
    expect(bucketMinMax(same, 10)).toEqual([{ x: 7, y: 24.5, low: 0, high: 49 }]);
  });

  it("keeps given intervals", () => {
    const drawn = bucketMinMax([{ x: 0, y: 2, low: 1, high: 4 }], 5);
    expect(drawn[0]).toEqual({ x: 0, y: 2, low: 1, high: 4 });
  });
});

describe("cleanPoints", () => {
  it("drops what cannot be drawn and lets a repeated step win", () => {
    const points = [
      { x: 2, y: 1 },
      { x: 1, y: Number.NaN },
      { x: Number.POSITIVE_INFINITY, y: 1 },
      { x: 3, y: Number.NEGATIVE_INFINITY },
      { x: 0, y: 9 },
      { x: 2, y: 5 },
    ];
    expect(cleanPoints(points)).toEqual([
      { x: 0, y: 9 },
      { x: 2, y: 5 },
    ]);
  });
});

describe("prepareLines", () => {
  it("joins series by x and tells them apart without colour", () => {
    const { rows, series } = prepareLines([
      {
        label: "Training",
        points: [
          { x: 1, y: 2 },
          { x: 2, y: 1 },
        ],
      },
      { label: "Validation", points: [{ x: 2, y: 3 }] },
    ]);
    expect(rows).toEqual([
      { x: 1, s0: 2 },
      { x: 2, s0: 1, s1: 3 },
    ]);
    expect(new Set(series.map((s) => s.dash)).size).toBe(2);
    expect(new Set(series.map((s) => s.color)).size).toBe(2);
  });

  it("counts what a logarithmic axis cannot show", () => {
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: -1 },
      { x: 2, y: 0.5 },
    ];
    const { rows, hidden, total } = prepareLines([{ label: "Loss", points }], { log: true });
    expect(rows).toEqual([{ x: 2, s0: 0.5 }]);
    expect([hidden, total]).toEqual([2, 3]);
  });

  it("is quick enough to run while a person waits", () => {
    const started = performance.now();
    prepareLines(Array.from({ length: 3 }, (_, at) => ({ label: `s${at}`, points: ramp(100_000) })));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
