import { describe, expect, it } from "vitest";
import { mcnemar, pairedDifference, rowsToDecide } from "./paired.ts";

describe("mcnemar", () => {
  // scipy 1.17.1 binom and statsmodels 0.15.0 mcnemar(exact=True). The first two are the examples of Fagerland, Lydersen
  // & Laake (2013): airway hyper-responsiveness (mid-p 0.039, exact 0.070), complete response (mid-p 0.035, exact 0.052).
  it.each([
    [1, 7, 0.0390625, 0.0703125],
    [6, 16, 0.03468966484069824, 0.052478790283203125],
    [2, 12, 0.007385253906249991, 0.012939453125],
    [0, 5, 0.03125, 0.0625],
    [5, 5, 0.876953125, 1],
    [40, 65, 0.014779410517038308, 0.018740915408258018],
    [500, 560, 0.06542204768446871, 0.06990955946026937],
  ])("%d against %d discordant rows", (studentOnly, teacherOnly, p, exact) => {
    const got = mcnemar({ n: 5000, studentOnly, teacherOnly });
    expect(got.p).toBeCloseTo(p, 10);
    expect(got.exact).toBeCloseTo(exact, 10);
    const mirrored = mcnemar({ n: 5000, studentOnly: teacherOnly, teacherOnly: studentOnly });
    expect(mirrored.p).toBeCloseTo(p, 10);
  });

  it("is 1 where nothing differs, and finite for very many", () => {
    expect(mcnemar({ n: 9, studentOnly: 0, teacherOnly: 0 })).toEqual({ p: 1, exact: 1 });
    expect(mcnemar({ n: 1e6, studentOnly: 1000, teacherOnly: 400000 }).p).toBe(0);
  });
});

describe("pairedDifference", () => {
  // Independent reference: the score statistic with its restricted likelihood maximised numerically (scipy 1.17.1
  // minimize_scalar) and its roots by brentq. The first is published: Fagerland, Lydersen & Laake (2014), Stat. Med. 33,
  // Tango interval -0.517 to -0.026 for Bentur et al. (2009).
  it.each([
    [21, 1, 7, -0.5172322772714654, -0.02600303284413767],
    [161, 6, 16, -0.12402343245840289, -0.005433395286804105],
    [50, 12, 2, 0.061112406832207755, 0.344708748133246],
    [450, 44, 30, -0.006491127505821842, 0.06946728512334842],
    [3080, 120, 95, -0.001223920606960616, 0.017569983712614128],
    [100, 0, 0, -0.036993498206996926, 0.036993498206996926],
    [10, 0, 5, -0.7634069094874371, -0.08370079840374085],
    [30, 30, 0, 0.7729732136519929, 1],
  ])("n %d, %d against %d", (n, studentOnly, teacherOnly, low, high) => {
    const got = pairedDifference({ n, studentOnly, teacherOnly });
    expect(got?.low).toBeCloseTo(low, 6);
    expect(got?.high).toBeCloseTo(high, 6);
  });

  it("is antisymmetric, ordered and within -1..1 on every small table", () => {
    for (let n = 1; n <= 14; n++)
      for (let b = 0; b <= n; b++)
        for (let c = 0; b + c <= n; c++) {
          const d = pairedDifference({ n, studentOnly: b, teacherOnly: c });
          const e = pairedDifference({ n, studentOnly: c, teacherOnly: b });
          if (!d || !e) throw new Error("no interval");
          expect(d.low).toBeCloseTo(-e.high, 9);
          expect(d.low).toBeGreaterThanOrEqual(-1);
          expect(d.low).toBeLessThanOrEqual(d.value);
          expect(d.high).toBeGreaterThanOrEqual(d.value);
          expect(d.high).toBeLessThanOrEqual(1);
        }
  });

  it("has nothing to say without rows", () => {
    expect(pairedDifference({ n: 0, studentOnly: 0, teacherOnly: 0 })).toBeNull();
  });
});

describe("rowsToDecide", () => {
  it("follows its formula", () => {
    // psi = 31/302, d = 0, margin 0.02: (1.959964 + 0.841621)^2 * psi / 0.0004 = 2014.1 -> 2015
    expect(rowsToDecide({ n: 300, studentOnly: 15, teacherOnly: 15 }, 0.02)).toBe(2015);
  });
  it("needs fewer rows the further the difference is from the margin, on either side", () => {
    const at = (studentOnly: number, teacherOnly: number) => rowsToDecide({ n: 1000, studentOnly, teacherOnly }, 0.02);
    expect(at(45, 15)).toBeLessThan(at(30, 30));
    expect(at(0, 60)).toBeLessThan(at(15, 45));
  });
  it("is infinite on the margin itself", () => {
    expect(rowsToDecide({ n: 998, studentOnly: 0, teacherOnly: 20 }, 0.02)).toBe(Number.POSITIVE_INFINITY);
  });
  it("would in fact decide: simulated rows at the stated size resolve about 80 % of the time or more", () => {
    // scale the table to the size asked for: its interval must lie on one side of the margin
    const counts = { n: 400, studentOnly: 18, teacherOnly: 16 };
    const need = rowsToDecide(counts, 0.02);
    const f = need / counts.n;
    const scaled = { n: need, studentOnly: Math.round(18 * f), teacherOnly: Math.round(16 * f) };
    expect(pairedDifference(scaled)?.low).toBeGreaterThan(-0.02);
  });
});
