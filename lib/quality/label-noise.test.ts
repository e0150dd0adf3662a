import { describe, expect, test } from "vitest";
import { seeded } from "#lib/metrics/random.ts";
import { crossValidate, folds, type LabelledRow, planNoise } from "./cross-validate.ts";
import { OutOfFold } from "./label-noise.ts";
import { pulseOf } from "./pulse.ts";

const topics = [
  ["card", "pin", "chip", "contactless", "declined"],
  ["parcel", "courier", "tracking", "delivered", "late"],
  ["invoice", "refund", "vat", "charged", "receipt"],
  ["password", "login", "reset", "locked", "account"],
];
const fillers = ["please", "help", "with", "my", "the", "since", "yesterday", "again", "still", "why", "is", "it"];

/** Sentences about four topics; every tenth row carries a wrong label. */
function planted(count: number): { rows: LabelledRow[]; wrong: Set<number> } {
  const random = seeded(11);
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "";
  const wrong = new Set<number>();
  const rows = Array.from({ length: count }, (_, position): LabelledRow => {
    const topic = position % topics.length;
    const input = Array.from({ length: 9 }, () => pick(random() < 0.4 ? (topics[topic] ?? []) : fillers)).join(" ");
    const flip = position % 10 === 9;
    if (flip) wrong.add(position);
    const label = flip ? (topic + 1 + Math.floor(random() * 3)) % topics.length : topic;
    return { position, input, label, fold: position % folds };
  });
  return { rows, wrong };
}

describe("label noise", () => {
  test("finds planted wrong labels, worst first, and few right ones", async () => {
    const { rows, wrong } = planted(1_200);
    const plan = planNoise({ rows: rows.length, meanChars: 50, labels: 4 });
    if (!plan) throw new Error("no plan");
    const judged = await crossValidate({
      labels: ["card", "parcel", "invoice", "login"],
      plan,
      sample: rows,
      rowsOfFold: async function* (fold) {
        yield rows.filter((row) => row.fold === fold);
      },
      pulse: pulseOf(),
    });
    const { suspects, scored, confident } = judged.result();
    expect(scored).toBe(1_200);
    expect(confident).toBeGreaterThan(500);
    const right = suspects.filter(({ position }) => wrong.has(position)).length;
    expect(right / wrong.size).toBeGreaterThan(0.85);
    expect(right / suspects.length).toBeGreaterThan(0.75);
    const first = suspects.slice(0, 50);
    expect(first.filter(({ position }) => wrong.has(position)).length).toBeGreaterThanOrEqual(49);
    expect(first.filter(({ position, suggested }) => suggested === position % 4).length).toBeGreaterThanOrEqual(48);
    for (let i = 1; i < suspects.length; i++)
      expect(suspects[i]?.margin).toBeLessThanOrEqual(suspects[i - 1]?.margin as number);
  });

  test("thresholds by class forgive a class that the model is never sure of", () => {
    const judged = new OutOfFold(3);
    // class 0 is easy, class 1 never gets more than 0.45
    for (let i = 0; i < 10; i++) judged.add(i, 0, Float64Array.of(0.9, 0.05, 0.05));
    for (let i = 10; i < 20; i++) judged.add(i, 1, Float64Array.of(0.5, 0.45, 0.05));
    judged.add(20, 1, Float64Array.of(0.97, 0.02, 0.01));
    const { suspects } = judged.result();
    // p(0) = 0.5 is below the 0.9 that class 0 is used to; 0.97 is not
    expect(suspects).toEqual([{ position: 20, given: 1, suggested: 0, margin: expect.closeTo(0.95, 5) }]);
  });

  test("the four largest other probabilities are kept in any order of arrival", () => {
    const judged = new OutOfFold(8);
    for (let label = 0; label < 8; label++)
      judged.add(
        label,
        label,
        Float64Array.from({ length: 8 }, (_, i) => (i === label ? 0.3 : 0.1)),
      );
    judged.add(99, 0, Float64Array.of(0, 0.02, 0.03, 0.04, 0.05, 0.4, 0.36, 0.1));
    expect(judged.result().suspects).toEqual([
      { position: 99, given: 0, suggested: 5, margin: expect.closeTo(0.4, 5) },
    ]);
  });

  test("what would take too long is sampled; where that would say nothing there is no plan", () => {
    expect(planNoise({ rows: 10_000, meanChars: 60, labels: 77 })).toMatchObject({
      trainRows: 10_000,
      scoreRows: 10_000,
    });
    const large = planNoise({ rows: 1_000_000, meanChars: 300, labels: 20 });
    expect(large?.trainRows).toBeLessThan(50_000);
    expect(large?.scoreRows).toBeGreaterThan(100_000);
    expect(planNoise({ rows: 500_000, meanChars: 3_000, labels: 1_000 })).toBeNull();
  });
});
