import { describe, expect, it } from "vitest";
import { binned, edgesUpTo } from "./histograms.ts";

describe("bins of a histogram", () => {
  it("have round edges that reach the longest value", () => {
    expect(edgesUpTo(0)).toEqual([0, 10]);
    expect(edgesUpTo(9)).toEqual([0, 10]);
    expect(edgesUpTo(10)).toEqual([0, 10, 15]);
    expect(edgesUpTo(70)).toEqual([0, 10, 15, 20, 30, 40, 60, 80]);
    for (const longest of [0, 1, 14, 15, 16, 333, 4_096, 1_000_000]) {
      const edges = edgesUpTo(longest);
      expect(edges.at(-1)).toBeGreaterThan(longest);
      expect(edges).toEqual(edges.toSorted((a, b) => a - b));
    }
  });

  it("hold every row once, empty ones at the ends left out", () => {
    const counted = [
      { value: 10, rows: 3, holdout: 1 },
      { value: 14, rows: 2, holdout: 0 },
      { value: 15, rows: 1, holdout: 1 },
      { value: 39, rows: 4, holdout: 4 },
    ];
    expect(binned(counted, edgesUpTo(70))).toEqual([
      { from: 10, to: 15, rows: 5, holdout: 1 },
      { from: 15, to: 20, rows: 1, holdout: 1 },
      { from: 20, to: 30, rows: 0, holdout: 0 },
      { from: 30, to: 40, rows: 4, holdout: 4 },
    ]);
    expect(binned([], edgesUpTo(5))).toEqual([]);
  });
});
