/** A source of uniform numbers in [0, 1). */
export type Random = () => number;

/** sfc32 (Doty-Humphrey, PractRand): small, fast, passes PractRand; the same seed gives the same numbers everywhere. */
export function seeded(seed: number): Random {
  let a = seed | 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/**
 * One draw from Binomial(n, p): inversion where the mean is small, else the transformed rejection BTRS of Hörmann
 * (1993), "The generation of binomial random variates", J. Stat. Comput. Simul. 46. Exact in both branches.
 *
 * @param logFailure log(1 - p), for callers that draw often at one p
 */
export function binomial(n: number, p: number, random: Random, logFailure = Math.log1p(-p)): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(n, 1 - p, random);
  return n * p < 10 ? byInversion(n, p, random, logFailure) : byRejection(n, p, random);
}

function byInversion(n: number, p: number, random: Random, logFailure: number): number {
  const ratio = p / (1 - p);
  let mass = Math.exp(n * logFailure);
  let u = random();
  let k = 0;
  while (u > mass && k < n) {
    u -= mass;
    k++;
    mass *= (ratio * (n - k + 1)) / k;
  }
  return k;
}

/** Stirling's remainder log(k!) - [log sqrt(2 pi) + (k + 1/2) log(k + 1) - (k + 1)], the correction of BTRS. */
function stirlingTail(k: number): number {
  const table = [
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.0207906721037651, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.0092554621827127, 0.0083305634333631,
  ];
  const known = table[k];
  if (known !== undefined) return known;
  const q = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / q) / q) / (k + 1);
}

function byRejection(n: number, p: number, random: Random): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const alpha = (2.83 + 5.1 / b) * spread;
  const odds = p / (1 - p);
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + centre);
    if (us >= 0.07 && v <= 0.92 - 4.2 / b) return k;
    if (k < 0 || k > n) continue;
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1))) +
      stirlingTail(mode) +
      stirlingTail(n - mode) +
      (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log(((n - k + 1) * odds) / (k + 1)) -
      stirlingTail(k) -
      stirlingTail(n - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

/**
 * Draws counts of n rows over cells with the given weights into `out`, by conditional binomials: O(cells) however large
 * n is. Equal in law to drawing n rows with replacement and counting, which is what the bootstrap asks for.
 */
export function multinomialSampler(weights: ArrayLike<number>, n: number): (random: Random, out: Int32Array) => void {
  const shares = new Float64Array(weights.length);
  const logFailures = new Float64Array(weights.length);
  let rest = 0;
  for (let i = 0; i < weights.length; i++) rest += weights[i] as number;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    const share = rest <= weight ? 1 : weight / rest;
    shares[i] = share;
    logFailures[i] = Math.log1p(-share);
    rest -= weight;
  }
  return (random, out) => {
    let left = n;
    for (let i = 0; i < shares.length; i++) {
      const drawn = binomial(left, shares[i] as number, random, logFailures[i] as number);
      out[i] = drawn;
      left -= drawn;
    }
  };
}
