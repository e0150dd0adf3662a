import { describe, expect, it } from "vitest";
import { explainSignIn, safeNext } from "./sign-in-words.ts";

describe("safeNext", () => {
  it.each([
    ["/projects/1?tab=a#b", "/projects/1?tab=a#b"],
    ["/", "/"],
    [null, "/"],
    ["", "/"],
    ["https://evil.example/", "/"],
    ["//evil.example/x", "/"],
    ["/\\evil.example", "/"],
    ["\\\\evil.example", "/"],
    ["/\t/evil.example", "/"],
    ["javascript:alert(1)", "/"],
    ["projects", "/"],
    ["/sign-in?next=/sign-in", "/"],
  ])("%j -> %s", (given, path) => expect(safeNext(given)).toBe(path));
});

it("says how long to wait", () => {
  expect(explainSignIn("wait:30")).toContain("a minute");
  expect(explainSignIn("wait:840")).toContain("14 minutes");
  expect(explainSignIn("<script>")).not.toContain("script");
});
