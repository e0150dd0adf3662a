import { expect, it } from "vitest";
import { plainReading, readingInput, refusalOf, toggledMember } from "./reading.ts";

it("names the files of an archive only where not all are read", () => {
  const all = ["a.csv", "b.csv", "c.csv"];
  expect(toggledMember(all, all, "b.csv")).toEqual(["a.csv", "c.csv"]);
  expect(toggledMember(all, ["c.csv"], "a.csv")).toEqual(["a.csv", "c.csv"]);
  expect(toggledMember(all, ["a.csv", "c.csv"], "b.csv")).toBeNull();
  expect(readingInput(plainReading)).toEqual({ turns: "last", unlabelled: false, ownSplits: false });
  expect(readingInput({ ...plainReading, members: ["a.csv"] })).toMatchObject({ members: ["a.csv"] });
});

it("what is no training data is imported only where it can be and somebody says so", () => {
  const refusal = { reason: "These are preference pairs.", todo: "Take the chosen ones." };
  const choices = { turns: false, unlabelled: true, ownSplits: false };
  expect(refusalOf({ refusal: null, choices }, plainReading)).toBeNull();
  expect(refusalOf({ refusal, choices }, plainReading)).toMatch(/without answers/);
  expect(refusalOf({ refusal, choices }, { ...plainReading, unlabelled: true })).toBeNull();
  const never = { ...choices, unlabelled: false };
  expect(refusalOf({ refusal, choices: never }, { ...plainReading, unlabelled: true })).toBe(refusal.reason);
});
