/** The few distribution functions that the intervals and tests need. Golden values: distributions.test.ts (scipy). */

/** Two-sided 95 %: the 0.975 quantile of the standard normal distribution. */
export const Z95 = 1.959963984540054;
/** 80 % power: the 0.8 quantile of the standard normal distribution. */
export const Z80 = 0.8416212335729143;

/** A value with its interval; all in the unit of the value. */
export interface Interval {
  low: number;
  high: number;
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/**
 * Natural logarithm of the gamma function for x >= 0.5, relative error below 1e-14.
 * Lanczos approximation with g = 7, n = 9 (Godfrey's coefficients).
 */
export function logGamma(x: number): number {
  const y = x - 1;
  const t = y + 7.5;
  const sum = LANCZOS.reduce((acc, c, i) => (i === 0 ? c : acc + c / (y + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** log C(n, k). */
function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/**
 * Lower tail and point mass of Binomial(n, 1/2) at k <= n / 2. Summed downwards from k by the ratio of neighbouring
 * masses, so that it costs a few hundred steps at any n and cannot underflow before the result itself does.
 */
export function halfBinomial(k: number, n: number): { mass: number; tail: number } {
  const mass = Math.exp(logChoose(n, k) - n * Math.LN2);
  let term = mass;
  let tail = mass;
  for (let i = k; i > 0 && term > tail * 1e-17; i--) {
    term *= i / (n - i + 1);
    tail += term;
  }
  return { mass, tail };
}

/**
 * Standard normal distribution function, absolute error below 1e-15.
 * Marsaglia (2004), "Evaluating the normal distribution", J. Stat. Soft. 11(4): Taylor series about zero.
 */
export function normalCdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let sum = x;
  let term = x;
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.9189385332046728);
}

/** Inverse of `normalCdf` on (0, 1), by bisection to machine precision; used once per interval, so speed is no concern. */
export function normalQuantile(p: number): number {
  let low = -8;
  let high = 8;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
