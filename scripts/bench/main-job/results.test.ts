import { afterEach, expect, it, vi } from "vitest";
import { printResults, result } from "./results.ts";

const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
afterEach(() => written.mockClear());

it("judges each bar on the exact value and nothing without a bar", () => {
  expect(result("accuracy", 0.9099999, "", { atLeast: 0.91 }).holds).toBe(false);
  expect(result("accuracy", 0.91, "", { atLeast: 0.91 })).toMatchObject({ holds: true, bar: ">= 0.91" });
  expect(result("seconds", 10, "s", { atMost: 10 }).holds).toBe(true);
  expect(result("p95", 1, "ms", { below: 1 }).holds).toBe(false);
  expect(result("rate", Number.NaN, "", { atLeast: 0 }).holds).toBe(false);
  expect(result("cost", 3, "$")).toMatchObject({ bar: null, holds: null });
});

it("ends with one line of JSON and fails when a bar is missed", () => {
  const good = result("a", 2, "s", { atMost: 3 });
  const bad = result("b", 4, "s", { atMost: 3 });
  expect(printResults("demo", [good, result("c", 1, "")])).toBe(0);
  expect(printResults("demo", [good, bad])).toBe(1);
  const last = String(written.mock.calls.at(-1)?.[0]);
  expect(JSON.parse(last)).toEqual({ bench: "demo", results: [good, bad] });
  expect(written.mock.calls.map(([text]) => text).join("")).toContain("MISSED");
});
