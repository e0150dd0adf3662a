import { defineConfig } from "vitest/config";

const database = {
  exclude: ["node_modules", ".next", ".data"],
  globalSetup: ["lib/testing/global-setup.ts"],
  setupFiles: ["lib/testing/setup-db.ts"],
  testTimeout: 30_000,
  hookTimeout: 30_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: ["**/*.db.test.ts", "node_modules", ".next", ".data"],
        },
      },
      { test: { name: "db", include: ["**/*.db.test.ts"], ...database } },
      {
        test: {
          // those that deliver, take or give back runs and jobs: what is run once more on the other queue back end
          name: "queue",
          include: [
            "lib/{generation,http,synthesis}/*.db.test.ts",
            "workers/{evaluate,fetch-killed,finetune,killed,mail,outage,passing,runtime,sample}.db.test.ts",
          ],
          ...database,
        },
      },
    ],
  },
});
