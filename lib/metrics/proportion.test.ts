import { describe, expect, it } from "vitest";
import { wilson } from "./proportion.ts";

describe("wilson", () => {
  // statsmodels 0.15.0, proportion_confint(method="wilson"); 81/263, 15/148, 0/20 and 1/29 are the worked examples of
  // Newcombe (1998), Stat. Med. 17:857-872, Table I (0.2553-0.3662, 0.0624-0.1605, 0.0000-0.1611, 0.0061-0.1718).
  it.each([
    [81, 263, 0.2552885198782742, 0.36620957698280004],
    [15, 148, 0.06238639953073628, 0.16048724172330803],
    [0, 20, 0, 0.1611251580528194],
    [1, 29, 0.006113214292762667, 0.17175521879320294],
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371106, 1],
    [1, 1, 0.2065493143772374, 1],
    [941, 1000, 0.9246390972285408, 0.9539857017871995],
    [91234, 100000, 0.9105713437508368, 0.9140769777234784],
  ])("%d of %d", (hits, n, low, high) => {
    const got = wilson(hits, n);
    expect(got?.low).toBeCloseTo(low, 12);
    expect(got?.high).toBeCloseTo(high, 12);
  });

  it("says nothing about no rows", () => expect(wilson(0, 0)).toBeNull());

  it("always holds the value and stays in 0..1", () => {
    for (let n = 1; n <= 60; n++)
      for (let k = 0; k <= n; k++) {
        const p = wilson(k, n);
        if (!p) throw new Error("no interval");
        expect(p.low).toBeGreaterThanOrEqual(0);
        expect(p.high).toBeLessThanOrEqual(1);
        expect(p.low).toBeLessThanOrEqual(p.value);
        expect(p.high).toBeGreaterThanOrEqual(p.value);
      }
  });
});
