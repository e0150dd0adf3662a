import { describe, expect, test } from "vitest";
import { pool } from "#lib/core/db.ts";
import { afterOf, cursorOf, isTimeout, reading } from "./row-select.ts";

describe("reading", () => {
  // Hostile case 63.
  test("cuts a statement off, and leaves no setting behind on the connection", async () => {
    const endless = reading(50, (client) => client.query("SELECT pg_sleep(600)"));
    await expect(endless.catch((error: unknown) => isTimeout(error))).resolves.toBe(true);
    const inside = await reading(1_234, async (client) => (await client.query("SHOW statement_timeout")).rows);
    expect(inside).toEqual([{ statement_timeout: "1234ms" }]);
    // More connections than the pool has been asked for: every one of them has its own time limit again.
    const settings = await Promise.all(Array.from({ length: 12 }, () => pool.query("SHOW statement_timeout")));
    for (const { rows } of settings) expect(rows).toEqual([{ statement_timeout: "15s" }]);
  });

  test("writes nothing", async () => {
    const writing = reading(1_000, (client) => client.query(`DELETE FROM "Row"`));
    await expect(writing).rejects.toMatchObject({ code: "25006" });
  });
});

describe("cursors", () => {
  test("lead back to where they were taken, in every order", () => {
    const row = { position: 17, chars: 230 };
    expect(afterOf(cursorOf(row, "position"), "position")).toEqual({ position: 17, chars: 0 });
    expect(afterOf(cursorOf(row, "-position"), "-position")).toEqual({ position: 17, chars: 0 });
    expect(afterOf(cursorOf(row, "length"), "length")).toEqual(row);
    expect(afterOf(undefined, "length")).toBeNull();
  });

  test.each([
    ["17", "length"],
    ["1.2", "position"],
    ["1.2.3", "length"],
    ["-1", "position"],
    ["1e9", "length"],
    ["99999999999", "position"],
    ["", "position"],
    ["1.", "length"],
  ] as const)("refuse %j where rows are sorted by %s", (cursor, sort) => {
    expect(() => afterOf(cursor, sort)).toThrow(/not one of this list/);
  });
});
