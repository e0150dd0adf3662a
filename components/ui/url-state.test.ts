import { expect, it } from "vitest";
import { patchQuery } from "./url-state.ts";

it("changes one key and leaves the others", () => {
  expect(patchQuery("?state=failed&q=a%20b", { kind: "import" })).toBe("?state=failed&q=a+b&kind=import");
});

it("drops what is empty, and the question mark with the last one", () => {
  expect(patchQuery("state=failed", { state: null })).toBe("");
  expect(patchQuery("state=failed", { state: "" })).toBe("");
});

it("a new filter or sort begins at the first page; turning a page keeps the filter", () => {
  expect(patchQuery("cursor=c&back=a~b&state=failed", { sort: "-cost" })).toBe("?state=failed&sort=-cost");
  expect(patchQuery("state=failed", { cursor: "c", back: "" })).toBe("?state=failed&cursor=c");
});

it("cannot be broken out of", () => {
  expect(patchQuery("", { q: "a&b=c#d" })).toBe("?q=a%26b%3Dc%23d");
});
