/** `npm run check`: format, lint, import rules, types and dead code, in well under a minute. */
import { runChecks } from "./lib/checks.ts";

const { failed } = await runChecks(console.log);
process.exitCode = failed === 0 ? 0 : 1;
