import { expect, test } from "vitest";
import { seeded } from "#lib/metrics/random.ts";
import { RepeatCount } from "./repeat-count.ts";
import { placeInput } from "./split.ts";

function counted(rows: readonly (readonly [string, string | null])[]) {
  const repeats = new RepeatCount();
  for (const [input, output] of rows) {
    const { high, low } = placeInput(input, 0);
    repeats.add(high, low, output);
  }
  return repeats.counts;
}

test("counts rows behind the first of their kind, and inputs with different answers once", () => {
  expect(counted([])).toEqual({ duplicates: 0, conflicts: 0 });
  expect(
    counted([
      ["a", "x"],
      ["A ", "x"],
      ["a", "y"],
      ["a", "z"],
      ["b", null],
      ["b", "x"],
      ["b", null],
      ["c", "x"],
    ]),
  ).toEqual({ duplicates: 5, conflicts: 1 });
});

test("agrees with a plain count over many rows", () => {
  const random = seeded(11);
  const rows = Array.from({ length: 60_000 }, () => {
    const input = `input ${Math.floor(random() * 30_000)}`;
    return [input, random() < 0.1 ? null : `label ${Math.floor(random() * 3)}`] as const;
  });
  const kinds = Map.groupBy(rows, ([input]) => input);
  const conflicts = [...kinds.values()].filter(
    (kind) => new Set(kind.map(([, output]) => output).filter((output) => output !== null)).size > 1,
  ).length;
  expect(counted(rows)).toEqual({ duplicates: rows.length - kinds.size, conflicts });
});

test("a hash of zeros is a hash like others; too many inputs are left to the database", () => {
  const repeats = new RepeatCount();
  repeats.add(0, 0, "x");
  repeats.add(0, 0, "y");
  expect(repeats.counts).toEqual({ duplicates: 1, conflicts: 1 });
  for (let n = 1; n < 1_600_000; n += 1) repeats.add(Math.imul(n, 0x9e3779b1) >>> 0, n, null);
  expect(repeats.counts).toBeNull();
});
