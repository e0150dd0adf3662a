import { describe, expect, test } from "vitest";
import { seeded } from "#lib/metrics/random.ts";
import { compareProfiles, labelDrift, lengthDrift, type Profile, wordsOf } from "./drift.ts";
import { lengthZ, usualLength } from "./lengths.ts";
import { findSpellings, spellingKey } from "./spellings.ts";

describe("spellings of labels", () => {
  const of = (counts: Record<string, number>, official: string[] = []) =>
    findSpellings(
      Object.entries(counts).map(([label, rows]) => ({ label, rows })),
      official,
    ).map(({ label, target, why }) => `${label} > ${target} (${why})`);

  test("case, blanks, signs and accents, towards the more frequent", () => {
    expect(of({ card_lost: 50, "Card lost": 3, "card-lost?": 1, "card  lost": 2, refund: 9 }).sort()).toEqual([
      "Card lost > card_lost (signs)",
      "card  lost > card_lost (signs)",
      "card-lost? > card_lost (signs)",
    ]);
    expect(of({ Café: 5, cafe: 40 })).toEqual(["Café > cafe (signs)"]);
  });

  test("one typing mistake, only in a rare label or away from the task's set", () => {
    expect(of({ cancel_order: 100, cancel_oder: 2, cancle_order: 1 }).sort()).toEqual([
      "cancel_oder > cancel_order (typo)",
      "cancle_order > cancel_order (typo)",
    ]);
    expect(of({ request_a: 50, request_b: 40 })).toEqual([]);
    expect(of({ cancel_oder: 90, cancel_order: 10 }, ["cancel_order"])).toEqual(["cancel_oder > cancel_order (typo)"]);
  });

  test("what differs in digits, is short or is in the task's set is another class", () => {
    expect(of({ level_1_fault: 100, level_2_fault: 1, cart: 100, card: 1 })).toEqual([]);
    expect(of({ "C#": 5, "C++": 50, C: 9 })).toEqual([]);
    expect(of({ refunds: 1, refund: 100 }, ["refund", "refunds"])).toEqual([]);
    expect(of({ __proto__: 3, constructor: 4 })).toEqual([]);
    expect(spellingKey("???")).toBe("");
    expect(of({ "?": 3, "!": 400 })).toEqual([]);
  });
});

describe("lengths", () => {
  test("outliers are told by a rule that they cannot move", () => {
    const random = seeded(1);
    const lengths = Array.from({ length: 200 }, () => 60 + Math.floor(random() * 60));
    const usual = usualLength([...lengths, ...Array.from({ length: 40 }, () => 50_000)]);
    if (!usual) throw new Error("no usual length");
    expect(lengths.every((length) => Math.abs(lengthZ(length, usual)) < 5)).toBe(true);
    expect(lengthZ(50_000, usual)).toBeGreaterThan(10);
    expect(lengthZ(1, usual)).toBeLessThan(-5);
  });

  test("equal lengths make no outliers of neighbours; few rows have no usual length", () => {
    const usual = usualLength(Array.from({ length: 100 }, () => 80));
    expect(usual && Math.abs(lengthZ(100, usual))).toBeLessThan(5);
    expect(usualLength([1, 2, 3])).toBeNull();
  });
});

describe("drift", () => {
  const counts = (record: Record<string, number>) => new Map(Object.entries(record));

  test("labels: golden values", () => {
    // four cells are 15 away from an expected 35: 4 * 15^2 / 35; p with two degrees of freedom is exp(-25.714 / 2) = 2.6e-6
    const judged = labelDrift(counts({ a: 50, b: 30, c: 20 }), counts({ a: 20, b: 30, c: 50 }));
    expect(judged.figures.chi2).toBeCloseTo(25.714, 3);
    expect(judged.figures.p).toBeLessThan(1e-5);
    expect(judged.effect).toBeCloseTo(Math.sqrt(25.714 / 200), 4);
    expect(judged.figures.js).toBeGreaterThan(0.05);
    const same = labelDrift(counts({ a: 50, b: 30 }), counts({ a: 500, b: 300 }));
    expect(same.effect).toBeCloseTo(0, 6);
    expect(same.figures.js).toBeCloseTo(0, 9);
    // all in labels that the other does not have
    expect(labelDrift(counts({ a: 10 }), counts({ b: 10 })).figures.js).toBeCloseTo(1, 9);
  });

  test("lengths: D and p of Kolmogorov-Smirnov", () => {
    const before = Array.from({ length: 1_000 }, (_, i) => i);
    expect(lengthDrift(before, before)).toMatchObject({ effect: 0, figures: { p: 1 } });
    const shifted = lengthDrift(
      before,
      before.map((value) => value + 250),
    );
    expect(shifted.effect).toBeCloseTo(0.25, 6);
    expect(shifted.figures.p).toBeLessThan(1e-10);
  });

  const profile = (words: string[], rows: number, seed: number): Profile => {
    const random = seeded(seed);
    const halves: [Map<string, number>, Map<string, number>] = [new Map(), new Map()];
    const lengths: number[] = [];
    for (let row = 0; row < rows; row++) {
      const text = Array.from({ length: 8 }, () => words[Math.floor(random() ** 2 * words.length)] ?? "").join(" ");
      lengths.push(text.length);
      const half = halves[row % 2 === 0 ? 0 : 1];
      for (const word of wordsOf(text)) half.set(word, (half.get(word) ?? 0) + 1);
    }
    return { labels: counts({ a: rows }), lengths, words: halves };
  };

  test("the same source does not drift, another does, in words and lengths", () => {
    const words = Array.from({ length: 2_000 }, (_, i) => `word${i}`);
    const before = profile(words, 800, 1);
    const alike = compareProfiles(before, profile(words, 700, 2), 0.1);
    expect(alike.map(({ part, drifted }) => [part, drifted])).toEqual([
      ["labels", false],
      ["length", false],
      ["words", false],
    ]);
    const other = compareProfiles(
      before,
      profile(
        words.map((word) => `${word}en`),
        700,
        3,
      ),
      0.1,
    );
    expect(other.map(({ drifted }) => drifted)).toEqual([false, true, true]);
    expect(other[2]?.sentence).toMatch(/^Strong drift\. 100\.0\s%/);
  });
});
