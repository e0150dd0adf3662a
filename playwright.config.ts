import { defineConfig } from "@playwright/test";
import { findChromium } from "#scripts/lib/needs.ts";
import { freePort } from "#scripts/lib/ports.ts";

// Chosen once, in the main process; the workers inherit it. With E2E_REUSE=1 tests use a product that runs already.
process.env.STILLHOUSE_URL ??= `http://localhost:${await freePort()}`;

/** Journeys in a real browser against the production build, which `e2e/support/stack.ts` starts. No retries: flaky is broken. */
export default defineConfig({
  testDir: "e2e",
  globalSetup: process.env.E2E_REUSE === "1" ? undefined : "./e2e/support/stack.ts",
  outputDir: "test-results/e2e",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: process.env.CI !== undefined,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [["line"], ["json", { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ?? "test-results/e2e.json" }]],
  use: {
    baseURL: process.env.STILLHOUSE_URL,
    viewport: { width: 1440, height: 900 },
    timezoneId: "UTC",
    locale: "en-US",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: findChromium() ?? undefined,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
