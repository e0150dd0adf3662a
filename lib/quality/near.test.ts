import { describe, expect, test } from "vitest";
import { seeded } from "#lib/metrics/random.ts";
import { bandingFor, bandRecall, MinHasher } from "./minhash.ts";
import { NearFinder, type NearPair, type SideCode, sides } from "./near.ts";
import { pulseOf, Stopped } from "./pulse.ts";
import { jaccard, Shingler } from "./shingles.ts";

type Text = { input: string; side?: SideCode; hash?: number; repeat?: boolean };

async function pairsOf(texts: readonly Text[], threshold = 0.8) {
  const finder = new NearFinder(threshold, "characters", 4);
  texts.forEach(({ input, side = sides.train, hash, repeat = false }, index) => {
    finder.add({ input, side, hash: hash ?? index, repeat });
  });
  const pairs: NearPair[] = [];
  await finder.pairs({
    fetch: async (entries) => entries.map((entry) => texts[entry]?.input ?? ""),
    pulse: pulseOf(),
    onPair: (pair) => pairs.push(pair),
  });
  return { pairs, finder };
}

/** Sentences of random words, each followed by copies with some words changed: similarities all over 0..1. */
function generated(families: number): string[] {
  const random = seeded(7);
  const words = Array.from({ length: 3_000 }, (_, i) => `w${(i * 7919).toString(36)}`);
  const word = () => words[Math.floor(random() * words.length)] ?? "";
  return Array.from({ length: families }, () => {
    const first = Array.from({ length: 12 + Math.floor(random() * 12) }, word);
    const copies = Array.from({ length: 4 }, (_, changes) =>
      first.map((one, at) => (at < changes * (random() < 0.5 ? 1 : 2) ? word() : one)).join(" "),
    );
    return copies;
  }).flat();
}

describe("near duplicates", () => {
  test("recall and precision against comparing every pair", async () => {
    const texts = generated(150).map((input) => ({ input }));
    const shingler = new Shingler("characters");
    const sets = texts.map(({ input }) => shingler.set(input));
    const truth = new Set<number>();
    for (let i = 0; i < sets.length; i++)
      for (let j = 0; j < i; j++) if (jaccard(sets[i] as Uint32Array, sets[j] as Uint32Array) >= 0.8) truth.add(i);
    const { pairs } = await pairsOf(texts);
    const found = new Set(pairs.map(({ entry }) => entry));
    for (const { entry, other, score } of pairs) {
      // precision: every pair was verified
      expect(jaccard(sets[entry] as Uint32Array, sets[other] as Uint32Array)).toBeCloseTo(score, 12);
      expect(score).toBeGreaterThanOrEqual(0.8);
    }
    expect(truth.size).toBeGreaterThan(100);
    // A row whose only partner repeats a third one may stand alone; none else is missed.
    const missed = [...truth].filter((row) => !found.has(row));
    expect(missed.length / truth.size).toBeLessThan(0.05);
    expect([...found].filter((row) => !truth.has(row))).toEqual([]);
  });

  test("a training text is compared with every held-out text, not with those that stand for a group", async () => {
    const base = "please tell me how i can change the address on my account before the next invoice";
    const texts: Text[] = [
      { input: `${base} arrives`, side: sides.holdout },
      { input: `${base} arrives here`, side: sides.holdout },
      { input: `${base} arrives here on monday`, side: sides.train },
      { input: "something else entirely, about a parcel that was lost on its way", side: sides.train },
    ];
    const { pairs } = await pairsOf(texts, 0.85);
    expect(pairs.filter(({ kind }) => kind === "leak").map(({ entry, other }) => [entry, other])).toContainEqual([
      2, 1,
    ]);
    expect(pairs.find(({ kind }) => kind === "duplicate")).toMatchObject({ entry: 1, other: 0 });
    expect(pairs.some(({ entry, other }) => entry === 3 || other === 3)).toBe(false);
  });

  test("other versions count for leakage only, and the finding is on the version's own row", async () => {
    const text = "the card machine in my shop does not connect to the network any more";
    const texts: Text[] = [
      { input: `${text}!`, side: sides.holdout },
      { input: `${text}?`, side: sides.otherTrain },
      { input: `${text}??`, side: sides.otherTrain },
      { input: `${text} now`, side: sides.otherHoldout },
    ];
    const { pairs } = await pairsOf(texts);
    expect(pairs.every(({ kind, entry }) => kind === "leak" && entry === 0)).toBe(true);
    expect(pairs.map(({ other }) => other).sort()).toEqual([1, 2]);
  });

  test("texts that are equal after normalisation are not near", async () => {
    const { pairs } = await pairsOf([
      { input: "Where is my parcel?", hash: 5 },
      { input: "where is  my parcel?", hash: 5, repeat: true },
      { input: "where is my parcel?", hash: 5, side: sides.holdout },
    ]);
    expect(pairs).toEqual([]);
  });

  test("thousands of texts from one template stay linear and form one group", async () => {
    const texts = Array.from({ length: 5_000 }, (_, i) => ({
      input: `Ticket ${i}: the printer on the second floor of the main building prints nothing but empty pages`,
    }));
    const { pairs, finder } = await pairsOf(texts);
    expect(pairs.length).toBeGreaterThan(4_900);
    const roots = new Set(texts.map((_, entry) => finder.groups.find(entry)));
    expect(roots.size).toBeLessThan(20);
  });

  test("stops at a signal", async () => {
    const stop = new AbortController();
    const finder = new NearFinder(0.8, "words", 1);
    for (let i = 0; i < 10; i++) finder.add({ input: `row ${i}`, side: sides.train, hash: i, repeat: false });
    stop.abort("cancel");
    const work = finder.pairs({ fetch: async () => [], pulse: pulseOf(stop.signal), onPair: () => undefined });
    await expect(work).rejects.toBeInstanceOf(Stopped);
  });
});

describe("minhash", () => {
  test("bands are chosen for the threshold", () => {
    expect(bandingFor(0.8)).toEqual({ bands: 16, rows: 4 });
    for (const threshold of [0.5, 0.6, 0.7, 0.8, 0.9, 1]) {
      const banding = bandingFor(threshold);
      expect(bandRecall(banding, threshold)).toBeGreaterThanOrEqual(0.999);
      expect(banding.bands * banding.rows).toBeLessThanOrEqual(64);
    }
  });

  test("minima of two sets agree as often as their Jaccard similarity says", () => {
    const random = seeded(3);
    const number = () => (random() * 4294967296) >>> 0;
    const banding = { bands: 32, rows: 1 };
    const hasher = new MinHasher(banding);
    let agreed = 0;
    for (let trial = 0; trial < 300; trial++) {
      const common = Array.from({ length: 60 }, number);
      const a = Uint32Array.from([...common, ...Array.from({ length: 20 }, number)]);
      const b = Uint32Array.from([...common, ...Array.from({ length: 20 }, number)]);
      const keys = new Uint32Array(64);
      hasher.bandKeys(a, a.length, keys, 0);
      hasher.bandKeys(b, b.length, keys, 32);
      for (let i = 0; i < 32; i++) if (keys[i] === keys[32 + i]) agreed++;
    }
    // 60 of 100 in common
    expect(agreed / (300 * 32)).toBeGreaterThan(0.57);
    expect(agreed / (300 * 32)).toBeLessThan(0.63);
  });
});

describe("shingles", () => {
  test("case, width and blanks do not matter; short and empty texts have a shingle", () => {
    const shingler = new Shingler("characters");
    expect(shingler.set("My  CARD")).toEqual(shingler.set("my card"));
    expect(shingler.set("a")).toHaveLength(1);
    expect(shingler.set("")).toHaveLength(1);
    expect(new Shingler("words").set("two words")).toHaveLength(1);
    expect(new Shingler("words").set("one two three four five six")).toHaveLength(2);
  });

  test("Jaccard of sets", () => {
    expect(jaccard(Uint32Array.of(1, 2, 3), Uint32Array.of(2, 3, 4))).toBe(0.5);
    expect(jaccard(Uint32Array.of(), Uint32Array.of())).toBe(1);
    expect(jaccard(Uint32Array.of(), Uint32Array.of(1))).toBe(0);
  });

  test("giving up early never loses a pair at the threshold", () => {
    const random = seeded(9);
    for (let trial = 0; trial < 500; trial++) {
      const numbers = (keep: number) => Array.from({ length: 40 }, (_, i) => i).filter(() => random() < keep);
      const [a, b] = [Uint32Array.from(numbers(0.9)), Uint32Array.from(numbers(0.9))];
      const exact = jaccard(a, b);
      for (const least of [0.5, 0.7, 0.8, exact]) expect(jaccard(a, b, least)).toBe(exact >= least ? exact : 0);
    }
  });
});
