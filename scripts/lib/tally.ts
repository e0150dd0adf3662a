import { z } from "zod";

/** Tests of one suite. */
export type Tally = { passed: number; failed: number; skipped: number };

const Vitest = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});
const Playwright = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()),
});

/**
 * Counts a report of Vitest or Playwright (their JSON reporters). A file that could not be loaded counts as one failed
 * test, and so does a suite that left no report or ended badly although no test failed: nothing that breaks may look green.
 * @param report text of the report, or null when there is none
 * @param status exit status of the suite
 */
export function tally(report: string | null, status: number): Tally {
  const counted = (report === null ? null : (countVitest(report) ?? countPlaywright(report))) ?? {
    passed: 0,
    failed: 0,
    skipped: 0,
  };
  if ((status !== 0 || report === null) && counted.failed === 0) counted.failed = 1;
  return counted;
}

function countVitest(report: string): Tally | null {
  const { data } = Vitest.safeParse(parse(report));
  if (data === undefined) return null;
  const notLoaded = data.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return {
    passed: data.numPassedTests,
    failed: data.numFailedTests + notLoaded.length,
    skipped: data.numPendingTests + data.numTodoTests,
  };
}

function countPlaywright(report: string): Tally | null {
  const { data } = Playwright.safeParse(parse(report));
  if (data === undefined) return null;
  const { expected, unexpected, flaky, skipped } = data.stats;
  return { passed: expected, failed: unexpected + flaky + data.errors.length, skipped };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `N passed, N failed`, and `, N skipped` where some were. */
export function sumLine(tallies: readonly Tally[]): string {
  const sum = (key: keyof Tally) => tallies.reduce((total, one) => total + one[key], 0);
  return `${sum("passed")} passed, ${sum("failed")} failed${sum("skipped") > 0 ? `, ${sum("skipped")} skipped` : ""}`;
}
