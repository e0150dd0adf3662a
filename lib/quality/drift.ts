import { formatFigure, formatPercent } from "#lib/format.ts";
import { normalCdf } from "#lib/metrics/distributions.ts";
import type { Drift } from "./schema.ts";

type Part = Drift["parts"][number];
type Judged = Omit<Part, "drifted" | "sentence">;

/** A difference counts when it is large enough and no accident of the sample. */
const significance = 0.01;
const namedLabels = 3;

/** What is compared of a version. */
export type Profile = {
  /** label -> rows; empty where the answers are no labels */
  labels: ReadonlyMap<string, number>;
  /** characters of the sampled inputs */
  lengths: readonly number[];
  /** word -> occurrences in the sampled inputs, in two halves drawn by hash */
  words: readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>];
};

/** Words of a text as the profile counts them. */
export function wordsOf(text: string): string[] {
  return (
    text
      .slice(0, 20_000)
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Each part with its effect size; `threshold` is what effects are held against. */
export function compareProfiles(before: Profile, now: Profile, threshold: number): Part[] {
  const parts: Part[] = [];
  if (before.labels.size > 0 && now.labels.size > 0) {
    const judged = labelDrift(before.labels, now.labels);
    parts.push(said(judged, threshold, labelSentence(before.labels, now.labels, judged.effect >= threshold)));
  }
  if (before.lengths.length > 0 && now.lengths.length > 0) {
    const judged = lengthDrift(before.lengths, now.lengths);
    const { medianBefore = 0, medianNow = 0 } = judged.figures;
    parts.push(
      said(
        judged,
        threshold,
        `Half of the inputs had up to ${formatFigure(medianBefore)} characters, now up to ${formatFigure(medianNow)}.`,
      ),
    );
  }
  const judged = wordDrift(before.words, now.words);
  if (judged) {
    const { unknown = 0, usual = 0 } = judged.figures;
    parts.push(
      said(
        judged,
        threshold,
        `${formatPercent(unknown)} of the words do not occur in the earlier version; between two halves of that one it is ${formatPercent(usual)}.`,
      ),
    );
  }
  return parts;
}

function said(judged: Judged, threshold: number, facts: string): Part {
  const drifted = judged.effect >= threshold && (judged.figures.p ?? 0) < significance;
  const size = drifted ? (judged.effect >= 3 * threshold ? "Strong drift" : "Drift") : "No drift";
  return { ...judged, drifted, sentence: `${size}. ${facts}` };
}

/** Chi-square of two label distributions with its effect size, Cramér's V, and the Jensen-Shannon divergence in bits. */
export function labelDrift(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): Judged {
  const labels = new Set([...before.keys(), ...now.keys()]);
  const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, n) => total + n, 0);
  const [n, m] = [sum(before), sum(now)];
  let chi2 = 0;
  let js = 0;
  for (const label of labels) {
    const [a, b] = [before.get(label) ?? 0, now.get(label) ?? 0];
    const [expectedA, expectedB] = [((a + b) * n) / (n + m), ((a + b) * m) / (n + m)];
    chi2 += (a - expectedA) ** 2 / expectedA + (b - expectedB) ** 2 / expectedB;
    const [p, q] = [a / n, b / m];
    const middle = (p + q) / 2;
    js += ((p > 0 ? p * Math.log2(p / middle) : 0) + (q > 0 ? q * Math.log2(q / middle) : 0)) / 2;
  }
  const df = labels.size - 1;
  const figures = { chi2, df, p: chiSquareTail(chi2, df), js: Math.max(0, js) };
  return { part: "labels", effect: Math.min(1, Math.sqrt(chi2 / (n + m))), figures };
}

/** Upper tail of the chi-square distribution by Wilson and Hilferty (1931): within 0.001 at the level where it is used. */
function chiSquareTail(x: number, df: number): number {
  if (df < 1) return 1;
  const spread = 2 / (9 * df);
  return 1 - normalCdf((Math.cbrt(x / df) - (1 - spread)) / Math.sqrt(spread));
}

/** Two-sample Kolmogorov-Smirnov; D is the effect. p by Stephens' (1970) approximation. */
export function lengthDrift(before: readonly number[], now: readonly number[]): Judged {
  const a = Float64Array.from(before).sort();
  const b = Float64Array.from(now).sort();
  let d = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    d = Math.max(d, Math.abs(i / a.length - j / b.length));
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length));
  const lambda = (root + 0.12 + 0.11 / root) * d;
  let p = 0;
  for (let k = 1; k <= 100; k++) p += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * lambda * lambda);
  const figures = {
    p: lambda < 0.2 ? 1 : Math.min(1, Math.max(0, p)),
    medianBefore: a[a.length >> 1] ?? 0,
    medianNow: b[b.length >> 1] ?? 0,
  };
  return { part: "length", effect: d, figures };
}

/** Share of the words that the earlier version does not have, above what its own halves have between them. */
function wordDrift(before: Profile["words"], now: Profile["words"]): Judged | null {
  const unknownIn = (counts: ReadonlyMap<string, number>, known: readonly ReadonlyMap<string, number>[]) => {
    let all = 0;
    let unknown = 0;
    for (const [word, n] of counts) {
      all += n;
      if (!known.some((vocabulary) => vocabulary.has(word))) unknown += n;
    }
    return { all, unknown };
  };
  const parts = now.map((half) => unknownIn(half, before));
  const all = parts.reduce((total, part) => total + part.all, 0);
  const halves = unknownIn(before[1], [before[0]]);
  if (all === 0 || halves.all === 0) return null;
  const unknown = parts.reduce((total, part) => total + part.unknown, 0) / all;
  const usual = halves.unknown / halves.all;
  return { part: "words", effect: Math.max(0, unknown - usual), figures: { unknown, usual } };
}

function labelSentence(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>, large: boolean): string {
  const total = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0);
  const [n, m] = [total(before), total(now)];
  const moved = [...new Set([...before.keys(), ...now.keys()])]
    .map((label) => ({ label, was: (before.get(label) ?? 0) / n, is: (now.get(label) ?? 0) / m }))
    .sort((a, b) => Math.abs(b.is - b.was) - Math.abs(a.is - a.was))
    .slice(0, namedLabels)
    .map(({ label, was, is }) => `"${label.slice(0, 60)}" ${formatPercent(was)} -> ${formatPercent(is)}`);
  return large ? `What moved most: ${moved.join(", ")}.` : "The shares of the labels are much the same.";
}
