import { describe, expect, it } from "vitest";
import { confusion } from "./confusion.ts";
import { kappa } from "./kappa.ts";
import { krippendorffAlpha } from "./krippendorff.ts";

/** One line per rater, one sign per unit, `.` for missing; as units. */
function unitsOf(...raters: string[]): string[][] {
  const [first = ""] = raters;
  return [...first].map((_, at) => raters.map((values) => values[at] ?? ".").filter((value) => value !== "."));
}

describe("Krippendorff's alpha, the worked examples of Krippendorff (2011)", () => {
  it("A: two observers, binary", () => {
    const alpha = krippendorffAlpha(unitsOf("0100000010", "1110010000"));
    expect(alpha?.value).toBeCloseTo(0.095, 3);
    expect(alpha).toMatchObject({ units: 10, values: 20 });
  });

  it("B: two observers, nominal", () => {
    expect(krippendorffAlpha(unitsOf("aabbdcccedda", "babbbccceddd"))?.value).toBeCloseTo(0.692, 3);
  });

  it("C: four observers, nominal, missing values; a unit with one value does not count", () => {
    const alpha = krippendorffAlpha(unitsOf("123321412...", "1233224125.3", ".3332342251.", "12332441251."));
    expect(alpha).toMatchObject({ units: 11, values: 40 });
    expect(alpha?.value).toBeCloseTo(0.743, 3);
  });
});

describe("krippendorffAlpha", () => {
  it("has an interval around the figure that narrows with more rows", () => {
    const few = unitsOf("aabbdcccedda", "babbbcccedda");
    const many = Array.from({ length: 20 }, () => few).flat();
    const [small, large] = [krippendorffAlpha(few), krippendorffAlpha(many)];
    if (!small || !large) throw new Error("both are defined");
    for (const { low, value, high } of [small, large]) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
    expect(large.high - large.low).toBeLessThan((small.high - small.low) / 3);
    expect(krippendorffAlpha(few)).toEqual(small);
  });

  it("is about 0 for guessing and below 0 for opposites", () => {
    const opposite = krippendorffAlpha(unitsOf("abababab", "babababa"));
    expect(opposite?.value).toBeCloseTo(-0.875, 3);
  });

  it("says nothing where nothing can be said", () => {
    expect(krippendorffAlpha([])).toBeNull();
    expect(krippendorffAlpha([["a"], ["b"]])).toBeNull();
    expect(
      krippendorffAlpha([
        ["a", "a"],
        ["a", "a"],
      ]),
    ).toBeNull();
    expect(krippendorffAlpha([["a", "b"]])).toMatchObject({ value: 0, low: -1, high: 1 });
  });
});

it("Cohen's kappa of his own example (Cohen 1960, 200 patients): 0.492", () => {
  const counts = [
    [88, 14, 18],
    [10, 40, 10],
    [2, 6, 12],
  ];
  const labels = ["schizophrenic", "neurotic", "brain-damaged"];
  const pairs = counts.flatMap((row, a) =>
    row.flatMap((count, b) => Array.from({ length: count }, () => [labels[a] ?? "", labels[b] ?? ""] as const)),
  );
  expect(kappa.compute(confusion(labels, pairs))?.value).toBeCloseTo(0.492, 3);
});
