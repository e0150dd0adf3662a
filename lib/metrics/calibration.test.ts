import { describe, expect, it } from "vitest";
import { calibration } from "./calibration.ts";
import { latencySummary } from "./latency.ts";

describe("calibration", () => {
  it("expected calibration error of a worked example (numpy 2.4.6: 0.315)", () => {
    const confidence = [0.95, 0.85, 0.83, 0.62, 0.55, 0.35, 1, 0.91, 0.1, 0.05];
    const correct = [1, 1, 0, 1, 0, 0, 1, 1, 0, 1];
    const got = calibration(confidence.map((c, i) => ({ confidence: c, correct: correct[i] === 1 })));
    expect(got?.ece).toBeCloseTo(0.315, 12);
    expect(got?.bins.map((b) => b.n)).toEqual([1, 1, 0, 1, 0, 1, 1, 0, 2, 3]);
  });
  it("counts absurd confidences instead of losing rows, and is null without rows", () => {
    const got = calibration([
      { confidence: Number.NaN, correct: true },
      { confidence: 7, correct: true },
    ]);
    expect(got?.n).toBe(2);
    expect(got?.bins[9]?.n).toBe(1);
    expect(got?.bins[0]?.n).toBe(1);
    expect(calibration([])).toBeNull();
  });
});

describe("latencySummary", () => {
  it("nearest rank (numpy percentile, method inverted_cdf)", () => {
    const twenty = latencySummary(Array.from({ length: 20 }, (_, i) => 20 - i));
    expect(twenty).toMatchObject({ n: 20, p50Ms: 10, p95Ms: 19, p99Ms: 20, maxMs: 20, meanMs: 10.5 });
    const odd = latencySummary(Array.from({ length: 137 }, (_, i) => (i + 1) ** 1.5));
    expect(odd?.p50Ms).toBeCloseTo(573.1570465413472, 9);
    expect(odd?.p95Ms).toBeCloseTo(1499.363531636007, 9);
    expect(odd?.p99Ms).toBeCloseTo(1586.0189153979218, 9);
  });
  it("one value, no value, broken clocks", () => {
    expect(latencySummary([3])).toMatchObject({ p50Ms: 3, p95Ms: 3 });
    expect(latencySummary([])).toBeNull();
    expect(latencySummary([Number.NaN, -1, 4])).toMatchObject({ n: 1, p95Ms: 4 });
  });
});
