import { describe, expect, it } from "vitest";
import { resolve, type Said, verdictOf } from "./resolve.ts";

const said = (action: Said["action"], answer: string | null = null): Said => ({ userId: "u", action, answer });

describe("resolve", () => {
  it("waits for as many as are asked; who skips does not count", () => {
    expect(resolve([], 1, "a").state).toBe("open");
    expect(resolve([said("accept"), said("skip"), said(null)], 2, "a").state).toBe("open");
    expect(resolve([said("accept"), said("skip"), said("accept")], 2, "a")).toEqual({
      state: "done",
      verdict: { outcome: "keep", answer: "a" },
    });
  });

  it("takes a correction to the current answer as acceptance", () => {
    expect(resolve([said("accept"), said("correct", "a")], 2, "a").state).toBe("done");
    expect(resolve([said("accept"), said("correct", "b")], 2, "a").state).toBe("disagreed");
    expect(resolve([said("reject"), said("correct", "reject")], 2, "a").state).toBe("disagreed");
  });

  it("follows the majority of three, and finds none among three opinions", () => {
    expect(resolve([said("accept"), said("reject"), said("reject")], 3, "a").verdict).toEqual({ outcome: "reject" });
    expect(resolve([said("accept"), said("reject"), said("correct", "b")], 3, "a").state).toBe("disagreed");
  });

  it("knows that nothing cannot be accepted", () => {
    expect(verdictOf({ action: "accept", answer: null }, null)).toBeNull();
    expect(resolve([said("accept")], 1, null).state).toBe("open");
  });
});
