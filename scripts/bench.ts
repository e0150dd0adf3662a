/**
 * `npm run bench -- NAME [arguments]`: runs scripts/bench/NAME.ts, which prints a table and, as its last line, JSON
 * `{ bench, results: [{ name, value, unit, bar, holds }] }`. Exit status 1: a bar was missed.
 */
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "./lib/environment.ts";
import { runNode } from "./lib/run.ts";

const known = globSync("*.ts", { cwd: join(ROOT, "scripts/bench") }).map((file) => basename(file, ".ts"));
const [name, ...args] = process.argv.slice(2);
if (name === undefined || !known.includes(name)) {
  console.error(
    `${name === undefined ? "Which bench?" : `There is no bench "${name}".`} Right: npm run bench -- ${known.sort().join(" | ")}`,
  );
  process.exit(2);
}
const { status } = await runNode(`scripts/bench/${name}.ts`, args, { env: { NODE_ENV: "production" }, show: true });
process.exit(status);
