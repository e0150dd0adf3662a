import { expect, it } from "vitest";
import { sumLine, tally } from "./tally.ts";

const vitest = (passed: number, failed: number, files: object[] = []) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: files,
  });

it("counts a report of Vitest", () => {
  expect(tally(vitest(5, 2), 1)).toEqual({ passed: 5, failed: 2, skipped: 1 });
});

it("counts a test file that could not be loaded", () => {
  expect(tally(vitest(5, 0, [{ status: "failed", assertionResults: [] }]), 1).failed).toBe(1);
});

it("counts a report of Playwright, flaky tests as failed", () => {
  const report = { stats: { expected: 7, unexpected: 1, flaky: 1, skipped: 2 }, errors: [] };
  expect(tally(JSON.stringify(report), 1)).toEqual({ passed: 7, failed: 2, skipped: 2 });
});

it.each([
  ["no report", null, 0],
  ["a cut report", '{"numPassedTests": 5', 1],
  ["a bad end without a failed test", vitest(5, 0), 1],
])("never calls %s green", (_what, report, status) => {
  expect(tally(report, status).failed).toBe(1);
});

it("sums suites into one line", () => {
  const suites = [
    { passed: 3, failed: 0, skipped: 0 },
    { passed: 4, failed: 1, skipped: 0 },
  ];
  expect(sumLine(suites)).toBe("7 passed, 1 failed");
  expect(sumLine([...suites, { passed: 0, failed: 0, skipped: 2 }])).toBe("7 passed, 1 failed, 2 skipped");
});
