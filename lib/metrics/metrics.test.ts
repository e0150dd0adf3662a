import { describe, expect, it } from "vitest";
import { accuracy } from "./accuracy.ts";
import { type Confusion, confusion, labelSet } from "./confusion.ts";
import { kappa } from "./kappa.ts";
import { macroF1 } from "./macro-f1.ts";
import { perClass } from "./per-class.ts";
import { binomial, multinomialSampler, seeded } from "./random.ts";
import { metrics } from "./registry.ts";

const fromTable = (labels: string[], table: number[][]): Confusion =>
  confusion(
    labels,
    table.flatMap((row, g) =>
      row.flatMap((count, p) => Array.from({ length: count }, () => [labels[g] ?? "", labels[p] ?? ""] as const)),
    ),
  );

// 200 rows of four labels, one of them rare; reference: scikit-learn 1.9.1, statsmodels 0.15.0, scipy 1.17.1.
const sample = fromTable(
  ["a", "b", "c", "d"],
  [
    [77, 9, 4, 4],
    [2, 53, 2, 5],
    [3, 0, 35, 1],
    [1, 0, 0, 4],
  ],
);

describe("metrics against reference implementations", () => {
  it("accuracy", () => expect(accuracy.compute(sample)?.value).toBeCloseTo(0.845, 12));

  it("macro-F1 (f1_score) and its BCa interval (scipy.stats.bootstrap, 20,000 resamples, three seeds)", () => {
    const got = macroF1.compute(sample);
    expect(got?.value).toBeCloseTo(0.755236959607877, 12);
    // scipy: 0.6754-0.8510, 0.6735-0.8479, 0.6763-0.8494; ours has 2,000 replicates
    expect(Math.abs((got?.low ?? 0) - 0.675)).toBeLessThan(0.012);
    expect(Math.abs((got?.high ?? 0) - 0.849)).toBeLessThan(0.012);
  });

  it("Cohen's kappa and its interval (statsmodels cohens_kappa)", () => {
    const got = kappa.compute(sample);
    expect(got?.value).toBeCloseTo(0.7676597339329212, 12);
    expect(got?.low).toBeCloseTo(0.6937318364513297, 9);
    expect(got?.high).toBeCloseTo(0.8415876314145124, 9);
    const small = kappa.compute(
      fromTable(
        ["x", "y"],
        [
          [20, 5],
          [10, 15],
        ],
      ),
    );
    expect(small?.value).toBeCloseTo(0.4, 12);
    expect(small?.low).toBeCloseTo(0.151092290476661, 9);
    expect(small?.high).toBeCloseTo(0.6489077095233389, 9);
  });

  it("precision, recall, F1, support of every label (precision_recall_fscore_support)", () => {
    const got = perClass(sample);
    const reference = [
      ["a", 0.927710843373494, 0.8191489361702128, 0.8700564971751412, 94],
      ["b", 0.8548387096774194, 0.8548387096774194, 0.8548387096774194, 62],
      ["c", 0.8536585365853658, 0.8974358974358975, 0.875, 39],
      ["d", 0.2857142857142857, 0.8, 0.42105263157894735, 5],
    ] as const;
    reference.forEach(([label, precision, recall, f1, support], i) => {
      expect(got[i]?.label).toBe(label);
      expect(got[i]?.precision?.value).toBeCloseTo(precision, 12);
      expect(got[i]?.recall?.value).toBeCloseTo(recall, 12);
      expect(got[i]?.f1?.value).toBeCloseTo(f1, 12);
      expect(got[i]?.support).toBe(support);
    });
    const rare = got[3]?.f1;
    expect((rare?.high ?? 0) - (rare?.low ?? 0)).toBeGreaterThan(0.3); // five rows say little
  });
});

describe("odd hold-outs", () => {
  it("no rows: every metric is undefined, none is NaN", () => {
    const empty = confusion(["a"], []);
    for (const metric of metrics) expect(metric.compute(empty)).toBeNull();
    expect(perClass(empty)).toEqual([]);
  });

  it("one label only, all right: an interval that does not claim certainty", () => {
    const one = confusion(
      ["a", "b"],
      Array.from({ length: 10 }, () => ["a", "a"] as const),
    );
    const f1 = macroF1.compute(one);
    expect(f1?.value).toBe(1);
    expect(f1?.low).toBeCloseTo(0.7224672001371106, 9);
    expect(kappa.compute(one)).toBeNull();
  });

  it("all wrong, no answers, answers outside the set", () => {
    const bad = confusion(
      ["a", "b"],
      [
        ["a", null],
        ["a", "zebra"],
        ["b", "a"],
      ],
    );
    expect(bad.cells).toEqual([
      { gold: 0, predicted: 2, count: 1 },
      { gold: 0, predicted: 3, count: 1 },
      { gold: 1, predicted: 0, count: 1 },
    ]);
    expect(accuracy.compute(bad)?.value).toBe(0);
    expect(macroF1.compute(bad)?.value).toBe(0);
    expect(macroF1.compute(bad)?.high).toBeGreaterThan(0.3);
  });

  it("a label absent from the hold-out neither lowers nor raises macro-F1, but a wrong use of it costs recall", () => {
    const with2 = confusion(
      ["a", "b"],
      [
        ["a", "a"],
        ["a", "b"],
        ["a", "a"],
      ],
    );
    expect(macroF1.compute(with2)?.value).toBeCloseTo(0.8, 12);
  });

  it("labels named like object members are labels", () => {
    const odd = ["__proto__", "constructor", "toString"];
    const m = confusion(
      odd,
      odd.map((l) => [l, l] as const),
    );
    expect(accuracy.compute(m)?.value).toBe(1);
    expect(perClass(m).map((c) => c.label)).toEqual(odd);
    expect(labelSet(["b"], ["__proto__", "a", "b"])).toEqual(["b", "__proto__", "a"]);
  });

  it("a gold label that is not listed is refused, not dropped", () => {
    expect(() => confusion(["a"], [["b", "a"]])).toThrow(/not among the labels/);
  });
});

describe("resampling", () => {
  it("binomial draws have the right mean and variance in both branches", () => {
    for (const [n, p] of [
      [12, 0.3],
      [5000, 0.001],
      [200, 0.25],
      [100_000, 0.9],
    ] as const) {
      const random = seeded(5);
      const draws = Array.from({ length: 20_000 }, () => binomial(n, p, random));
      const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
      const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
      const sd = Math.sqrt(n * p * (1 - p));
      expect(Math.abs(mean - n * p)).toBeLessThan((4 * sd) / Math.sqrt(draws.length));
      expect(Math.abs(variance / (sd * sd) - 1)).toBeLessThan(0.06);
    }
  });

  it("multinomial counts add up", () => {
    const out = new Int32Array(4);
    const random = seeded(1);
    const sample = multinomialSampler([5, 0, 90, 5], 100);
    for (let i = 0; i < 500; i++) {
      sample(random, out);
      expect(out.reduce((a, b) => a + b, 0)).toBe(100);
      expect(out[1]).toBe(0);
    }
  });

  /** A matrix of 77 labels with about nine in ten right, errors spread over all cells. */
  const spread = (rows: number): Confusion => {
    const labels = Array.from({ length: 77 }, (_, i) => `label ${i}`);
    const random = seeded(3);
    const pick = () => labels[Math.floor(random() * 77)] ?? "";
    return confusion(
      labels,
      Array.from({ length: rows }, () => {
        const gold = pick();
        return [gold, random() < 0.9 ? gold : pick()] as const;
      }),
    );
  };

  it("is the same on every call, and quick with thousands of cells", () => {
    const matrix = spread(9_999);
    const start = performance.now();
    const first = macroF1.compute(matrix);
    const ms = performance.now() - start;
    expect(first).toEqual(macroF1.compute(matrix));
    expect(first?.method).toContain("BCa");
    expect(ms).toBeLessThan(8_000); // about 0.3 s on a free core; the bound only catches a return to row-wise work
  });

  it("the large-sample interval and the bootstrap agree where one hands over to the other", () => {
    const [small, large] = [macroF1.compute(spread(9_999)), macroF1.compute(spread(10_000))];
    expect(large?.method).toContain("jackknife");
    expect(Math.abs((small?.low ?? 0) - (large?.low ?? 1))).toBeLessThan(0.001);
    expect(Math.abs((small?.high ?? 0) - (large?.high ?? 1))).toBeLessThan(0.001);
  });
});
