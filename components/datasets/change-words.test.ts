import { expect, test } from "vitest";
import { effectOf, tallyOf, verbOf } from "./change-words.ts";

const version = { rowCount: 1_000, number: 3 };
const where = (
  action: Parameters<typeof verbOf>[0] extends infer C ? (C extends { action: infer A } ? A : never) : never,
  rows: number | null,
) => ({ kind: "where", filter: {}, action, rows }) as const;

test("a change says what it will do before it is made", () => {
  const edits = [
    { position: 1, gone: true },
    { position: 2, output: "a" },
    { position: null, input: "x" },
  ];
  expect(tallyOf(edits)).toEqual({ added: 1, removed: 1, edited: 1 });
  expect(verbOf({ kind: "rows", changes: edits })).toBe("Make 3 changes");
  expect(verbOf({ kind: "rows", changes: edits.slice(0, 1) })).toBe("Delete 1 row");
  expect(effectOf({ kind: "rows", changes: edits }, version)).toEqual([
    "1 row is added.",
    "1 row is taken away.",
    "1 row is changed.",
    "The new version has 1,000 rows; v3 and everything made with it stay as they are.",
  ]);
  expect(verbOf(where({ kind: "keep" }, 10))).toBe("Keep 10 rows");
  expect(effectOf(where({ kind: "keep" }, 10), version)[0]).toBe("10 rows of the filter are kept, 990 others go.");
  expect(effectOf(where({ kind: "delete" }, null), version)[0]).toBe("All rows of the filter are taken away.");
  expect(effectOf(where({ kind: "setOutput", output: "\u202eevil" }, 1), version)[0]).toBe(
    "1 row of the filter gets the gold answer “⟨U+202E⟩evil”.",
  );
  expect(effectOf(where({ kind: "moveTo", side: "holdout" }, 2), version)[0]).toContain("to the hold-out");
});
