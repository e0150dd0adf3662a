import { ROOT } from "./environment.ts";
import { breaches, readSources } from "./layers.ts";
import { runNode } from "./run.ts";

/** Null when all is well, else what is wrong, for people. */
type Check = { name: string; run(): Promise<string | null> };

const tool = (name: string, script: string, args: string[]): Check => ({
  name,
  async run() {
    const { status, output } = await runNode(script, args);
    return status === 0 ? null : output.trim();
  },
});

const checks: Check[] = [
  tool("format and lint", "node_modules/@biomejs/biome/bin/biome", [
    "ci",
    "--error-on-warnings",
    "--max-diagnostics=50",
  ]),
  {
    name: "import rules",
    run: async () => breaches(readSources(ROOT)).join("\n") || null,
  },
  {
    name: "types",
    async run() {
      // writes next-env.d.ts and the types of routes, which a fresh clone does not have
      const routes = await runNode("node_modules/next/dist/bin/next", ["typegen"]);
      if (routes.status !== 0) return routes.output.trim();
      const types = await runNode("node_modules/typescript/bin/tsc", ["--noEmit", "-p", "."]);
      return types.status === 0 ? null : types.output.trim();
    },
  },
  tool("dead code", "node_modules/knip/bin/knip.js", ["--no-progress", "--no-config-hints"]),
];

/** Format, lint, import rules, types and dead code. @returns how many of the checks passed and failed */
export async function runChecks(print: (line: string) => void): Promise<{ passed: number; failed: number }> {
  let failed = 0;
  for (const { name, run } of checks) {
    const began = performance.now();
    const problem = await run();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    print(`${problem === null ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
    if (problem !== null) print(`${problem}\n`);
    if (problem !== null) failed++;
  }
  return { passed: checks.length - failed, failed };
}
