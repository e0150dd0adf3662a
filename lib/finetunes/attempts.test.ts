import { describe, expect, test } from "vitest";
import { type AttemptState, afterExit, isOpen, recentAttempts } from "./attempts.ts";

const jobs = (...states: AttemptState[]) => states.map((state) => ({ state }));

describe("what follows the end of an attempt", () => {
  test.each([
    [0, "done"],
    [2, "failed"],
    [3, "failed"],
    [4, "failed"],
    [78, "failed"],
    [143, "stopped"],
    [137, "again"],
    [null, "again"],
    [1, "again"],
  ] as const)("exit %s: %s", (exitCode, next) => {
    expect(afterExit(exitCode, jobs("submitted"), true)).toBe(next);
  });

  test("a failure is tried once more, and only after progress", () => {
    expect(afterExit(1, jobs("submitted"), false)).toBe("failed");
    expect(afterExit(1, jobs("again", "submitted"), true)).toBe("failed");
  });

  test("what is lost again and again needs a person; orderly stops do not count", () => {
    expect(afterExit(null, jobs("again", "again", "again", "again", "again", "submitted"), true)).toBe("failed");
    expect(afterExit(null, jobs(...Array<AttemptState>(20).fill("stopped"), "submitted"), true)).toBe("again");
    expect(afterExit(143, jobs(...Array<AttemptState>(20).fill("again"), "submitted"), true)).toBe("stopped");
  });

  test("a person's retry starts the count anew", () => {
    expect(recentAttempts(jobs("again", "failed", "again", "submitted"))).toEqual(jobs("again", "submitted"));
    expect(recentAttempts(jobs("cancelled", "submitted"))).toEqual(jobs("submitted"));
    expect(recentAttempts(jobs("again", "submitted"))).toHaveLength(2);
  });
});

test("only attempts that may still run are open", () => {
  const open = (["new", "submitted", "done", "failed", "cancelled", "stopped", "again"] as const).filter((state) =>
    isOpen({ state }),
  );
  expect(open).toEqual(["new", "submitted"]);
});
