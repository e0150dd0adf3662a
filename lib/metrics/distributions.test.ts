import { describe, expect, it } from "vitest";
import { halfBinomial, logGamma, normalCdf, normalQuantile } from "./distributions.ts";

// Reference values: scipy 1.17.1 (norm.cdf, norm.ppf, gammaln, binom.pmf, binom.cdf).
describe("distributions", () => {
  it.each([
    [-7, 1.279812543885835e-12],
    [-3, 0.0013498980316300933],
    [-1.96, 0.024997895148220435],
    [-0.5, 0.3085375387259869],
    [0, 0.5],
    [0.3, 0.6179114221889526],
    [1, 0.8413447460685429],
    [5, 0.9999997133484281],
  ])("normalCdf(%d)", (x, expected) => expect(Math.abs(normalCdf(x) - expected)).toBeLessThan(1e-14));

  it.each([
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.4, -0.2533471031357997],
    [0.975, 1.959963984540054],
    [0.99999, 4.264890793923841],
  ])("normalQuantile(%d)", (p, expected) => expect(normalQuantile(p)).toBeCloseTo(expected, 9));

  it.each([
    [0.5, 0.5723649429247],
    [1.5, -0.12078223763524526],
    [10, 12.801827480081469],
    [100.5, 361.43554046777757],
    [100000, 1051287.7089736569],
  ])("logGamma(%d)", (x, expected) =>
    expect(Math.abs(logGamma(x) - expected)).toBeLessThan(1e-12 * Math.max(10, Math.abs(expected))),
  );

  it.each([
    [1, 8, 0.03125, 0.03515625],
    [6, 22, 0.017789125442504886, 0.026239395141601562],
    [480, 1000, 0.011340982371187717, 0.10872414660207075],
    [49800, 100000, 0.0011337203392985105, 0.10351948588211125],
    [300, 1000, 5.065988280449224e-38, 8.832839003974784e-38],
  ])("halfBinomial(%d, %d)", (k, n, mass, tail) => {
    const got = halfBinomial(k, n);
    expect(Math.abs(got.mass / mass - 1)).toBeLessThan(1e-8);
    expect(Math.abs(got.tail / tail - 1)).toBeLessThan(1e-8);
  });
});
