import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./environment.ts";

/** How a command ended. `output` is what it printed, unless that was shown while it ran. */
export type Outcome = { status: number; seconds: number; output: string };

/** Runs a script of a package (or of ours) on this Node, from the root of the project. */
export async function runNode(
  script: string,
  args: readonly string[],
  { env = {}, show = false }: { env?: Record<string, string>; show?: boolean } = {},
): Promise<Outcome> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  const status = await new Promise<number>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done(code ?? 1));
  });
  return { status, seconds: (performance.now() - began) / 1000, output };
}
