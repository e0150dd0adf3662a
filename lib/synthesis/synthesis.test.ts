import { describe, expect, it } from "vitest";
import type { PlanItem } from "#lib/jobs/kinds/synthesis.ts";
import { pulseOf } from "#lib/quality/pulse.ts";
import { distinctNgrams, measureDiversity } from "./diversity.ts";
import { estimatePlan } from "./estimate.ts";
import { Novelty } from "./novelty.ts";
import { readOutline } from "./outline.ts";
import { labelsOf, planRequests, type Seeds } from "./plan.ts";
import { outlineOf } from "./topics.ts";

const seed = (position: number, output: string | null) => ({ position, input: `text ${position}`, output });
const seeds: Seeds = {
  byLabel: new Map([
    ["a", [1, 2, 3].map((position) => seed(position, "a"))],
    ["b", [4, 5].map((position) => seed(position, "b"))],
  ]),
  any: [1, 2, 3, 4, 5, 6].map((position) => seed(position, null)),
};

describe("planRequests", () => {
  const plan: PlanItem[] = [
    { method: "label", label: "a", rows: 20 },
    { method: "typos", label: null, rows: 5 },
    { method: "hardNegative", label: "a", confusedWith: "b", rows: 4 },
    { method: "outOfScope", label: null, rows: 3 },
  ];

  it("asks for exactly what is wished, item by item, answer by answer", () => {
    const requests = planRequests(plan, ["a", "b"], seeds, 8, 7);
    const rowsOf = (item: number) =>
      requests.filter((request) => request.item === item).map(({ output, wanted }) => [output, wanted]);
    expect(rowsOf(0)).toEqual([
      ["a", 8],
      ["a", 8],
      ["a", 4],
    ]);
    expect(rowsOf(1)).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
    expect(rowsOf(2)).toEqual([["a", 4]]);
    expect(rowsOf(3)).toEqual([[null, 3]]);
    expect(requests.map(({ position }) => position)).toEqual(requests.map((_, index) => index + 1));
  });

  it("shows rows of the answer, of both answers of a pair, and names them as parents", () => {
    const requests = planRequests(plan, ["a", "b"], seeds, 8, 7);
    expect(new Set(requests[0]?.parents)).toEqual(new Set([1, 2, 3]));
    const pair = requests.find(({ item }) => item === 2);
    expect(new Set(pair?.parents)).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(JSON.parse(pair?.input ?? "")).toMatchObject({ ask: expect.stringContaining('answer with "b"') });
  });

  it("plans the same again", () => {
    expect(planRequests(plan, ["a", "b"], seeds, 8, 7)).toEqual(planRequests(plan, ["a", "b"], seeds, 8, 7));
    expect(planRequests(plan, ["a", "b"], seeds, 8, 8)).not.toEqual(planRequests(plan, ["a", "b"], seeds, 8, 7));
  });

  it("manages without examples", () => {
    const [request] = planRequests(
      [{ method: "label", label: "new", rows: 2 }],
      [],
      { byLabel: new Map(), any: [] },
      8,
      1,
    );
    expect(request).toMatchObject({ parents: [], wanted: 2, output: "new" });
  });

  it("names the answers that need examples", () => {
    expect(labelsOf(plan, ["a", "b", "c"])).toEqual(["a", "b", "c"]);
    expect(labelsOf([{ method: "outOfScope", label: "oos", rows: 1 }], ["a"])).toEqual([]);
  });
});

describe("Novelty", () => {
  const texts = [
    "my card has not arrived yet",
    "where can I top up with cash",
    "my card has not arrived yet!",
    "completely different words",
  ];

  it("finds the nearest existing text and near duplicates among the new ones", async () => {
    const novelty = new Novelty(texts, "characters");
    novelty.existing("Where can I top up with  cash?");
    novelty.existing("a sentence about nothing of this");
    const found = await novelty.settle(0.7, pulseOf());
    expect(found.map(({ near }) => near)).toEqual([false, true, true, false]);
    expect(found[1]?.text).toContain("top up");
    expect(found[2]?.text).toBe(texts[0]);
    expect(found[3]?.similarity).toBeLessThan(0.3);
  });

  it("gives the similarity that comparing all pairs gives", async () => {
    const words = "card cash top up transfer pending fee rate exchange atm pin lost stolen app".split(" ");
    const text = (n: number) =>
      Array.from({ length: 8 }, (_, i) => words[(n * 7 + i * (n % 5) + i * i) % words.length]).join(" ");
    const news = Array.from({ length: 60 }, (_, n) => text(n));
    const olds = Array.from({ length: 200 }, (_, n) => text(n + 31));
    const novelty = new Novelty(news, "characters");
    for (const old of olds) novelty.existing(old);
    const found = await novelty.settle(2, pulseOf());
    for (const [index, one] of news.entries()) {
      const alone = new Novelty([one], "characters");
      for (const other of [...olds, ...news.slice(0, index)]) alone.existing(other);
      const [expected] = await alone.settle(2, pulseOf());
      expect(found[index]?.similarity).toBeCloseTo(expected?.similarity ?? 0, 9);
    }
  });
});

describe("diversity", () => {
  it("counts distinct n-grams over all", () => {
    expect(distinctNgrams(["a b a b"], 1)).toBe(0.5);
    expect(distinctNgrams(["a b a b"], 2)).toBeCloseTo(2 / 3);
    expect(distinctNgrams([], 1)).toBe(0);
  });

  it("is lower for texts that repeat", async () => {
    const varied = await measureDiversity(
      ["how do I pay", "the screen is black", "cancel my order please", "where is the parcel"],
      pulseOf(),
    );
    const same = await measureDiversity(
      ["how do I pay", "how do I pay?", "how do i pay now", "how do I pay it"],
      pulseOf(),
    );
    expect(same.nearestDistance ?? 1).toBeLessThan(varied.nearestDistance ?? 0);
    expect(same.distinct[1]).toBeLessThan(varied.distinct[1]);
  });
});

describe("topics", () => {
  it("reads what models write as an outline", () => {
    const outline = outlineOf("```\n1. **Cards**\n   - lost card\n   - `PIN`\n# Payments\n\n- \n```");
    expect(outline).toBe("Cards\n  lost card\n  PIN\nPayments");
    expect(readOutline(outline)).toEqual([
      { path: ["Cards"], leaf: false },
      { path: ["Cards", "lost card"], leaf: true },
      { path: ["Cards", "PIN"], leaf: true },
      { path: ["Payments"], leaf: true },
    ]);
  });

  it("puts a line that jumps levels under the one before", () => {
    expect(readOutline("A\n        deep\nB").map(({ path }) => path)).toEqual([["A"], ["A", "deep"], ["B"]]);
  });
});

it("estimates from lengths and prices", () => {
  const price = { inputPriceMicrosPerMtok: 1_000_000, outputPriceMicrosPerMtok: 2_000_000 };
  const small = estimatePlan([{ method: "label", label: "a", rows: 16 }], 8, 100, 400, price);
  expect(small).toMatchObject({ requests: 2, rows: 16, outputTokens: 432 });
  expect(small.costMicros).toBeCloseTo(small.inputTokens + 2 * small.outputTokens);
});
