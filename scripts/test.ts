/**
 * `npm test`: checks, unit tests, database tests, those of the queue on both back ends, a production build and the journeys in a real browser.
 * `npm test -- unit|db|e2e …` runs parts. The very last line is `N passed, N failed`, summed over everything that ran.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWeb } from "./lib/build.ts";
import { runChecks } from "./lib/checks.ts";
import { ROOT } from "./lib/environment.ts";
import { ensurePrograms } from "./lib/needs.ts";
import { startRedis } from "./lib/redis.ts";
import { runNode } from "./lib/run.ts";
import { sumLine, type Tally, tally } from "./lib/tally.ts";
import { startPostgres } from "./postgres.ts";

const parts = ["check", "unit", "db", "e2e"] as const;
type Part = (typeof parts)[number];

const reports = join(ROOT, "test-results");
const suites: { name: string; tally: Tally; seconds: number }[] = [];

function record(name: string, counted: Tally, seconds: number): void {
  suites.push({ name, tally: counted, seconds });
  console.log(`-- ${name}: ${sumLine([counted])} (${seconds.toFixed(0)} s)\n`);
}

async function vitest(name: string, project: "unit" | "db" | "queue", env: Record<string, string> = {}): Promise<void> {
  const report = join(reports, `${name.replace(/\W+/g, "-")}.json`);
  rmSync(report, { force: true });
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  const { status, seconds } = await runNode(
    "node_modules/vitest/vitest.mjs",
    ["run", "--project", project, ...reporters],
    {
      env: { NODE_ENV: "test", ...env },
      show: true,
    },
  );
  record(name, tally(readReport(report), status), seconds);
}

async function databaseTests(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "stillhouse-test-"));
  const postgres = await startPostgres({ dir: join(folder, "postgres"), durable: false });
  const redis = await startRedis(folder);
  const stop = async () => {
    await Promise.all([postgres.stop(1_000), redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  const interrupted = () => void stop().then(() => process.exit(130));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  const servers = { TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url };
  try {
    await vitest("database, queue on postgres", "db", { ...servers, QUEUE: "postgres" });
    await vitest("runs, queue on redis", "queue", { ...servers, QUEUE: "redis" });
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    await stop();
  }
}

async function browserTests(): Promise<void> {
  const began = performance.now();
  await buildWeb(console.log);
  record("build", { passed: 1, failed: 0, skipped: 0 }, (performance.now() - began) / 1000);
  const report = join(reports, "e2e.json");
  rmSync(report, { force: true });
  const { status, seconds } = await runNode("node_modules/@playwright/test/cli.js", ["test"], {
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    show: true,
  });
  record("browser", tally(readReport(report), status), seconds);
}

function readReport(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

const steps: Record<Part, () => Promise<void>> = {
  async check() {
    const began = performance.now();
    const { passed, failed } = await runChecks(console.log);
    record("checks", { passed, failed, skipped: 0 }, (performance.now() - began) / 1000);
  },
  unit: () => vitest("unit", "unit"),
  db: databaseTests,
  e2e: browserTests,
};

const asked = process.argv.slice(2);
const unknown = asked.find((part) => !(parts as readonly string[]).includes(part));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}". Right: npm test -- ${parts.join(" | ")}, or npm test for all.`);
  process.exit(2);
}
const chosen = parts.filter((part) => asked.length === 0 || asked.includes(part));
mkdirSync(reports, { recursive: true });
try {
  ensurePrograms({ redis: chosen.includes("db"), chromium: chosen.includes("e2e") });
  for (const part of chosen) {
    const began = performance.now();
    try {
      await steps[part]();
    } catch (error) {
      // a part that cannot even run is a failure, and the next part still tells what it can
      console.error((error as Error).message);
      record(part, { passed: 0, failed: 1, skipped: 0 }, (performance.now() - began) / 1000);
    }
  }
} catch (error) {
  console.error((error as Error).message);
  record("what tests need", { passed: 0, failed: 1, skipped: 0 }, 0);
}
for (const { name, tally: counted, seconds } of suites)
  console.log(`${name.padEnd(28)} ${sumLine([counted])} (${seconds.toFixed(0)} s)`);
console.log(sumLine(suites.map((suite) => suite.tally)));
process.exit(suites.some((suite) => suite.tally.failed > 0) ? 1 : 0);
