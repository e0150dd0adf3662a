import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { signalGroup, waitUntil } from "./processes.ts";

export type ChildSpec = {
  /** shown before each of its lines */
  name: string;
  /** arguments of Node: a script and what it is given */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
};

export type Child = {
  readonly name: string;
  readonly pid: number | undefined;
  /** SIGTERM, then SIGKILL after `graceMs`; it is not started again */
  stop(graceMs: number): Promise<void>;
  /** SIGTERM and a new process; for changed sources in development */
  restart(): void;
};

/** The first wait after a crash, and the longest. A child that stayed up this long begins anew. */
const backoffMs = { first: 1_000, longest: 30_000, forgottenAfter: 60_000 };

/** How long to wait before the n-th start in a row (n >= 1 crashes so far). */
export function backoff(crashes: number): number {
  return Math.min(backoffMs.longest, backoffMs.first * 2 ** (crashes - 1));
}

/**
 * Keeps a Node process running: prefixes its output, starts it again when it ends by itself.
 * It has its own process group, so that Ctrl-C in the terminal reaches only us, and we stop things in order.
 * @param onChange called with every new process id
 */
export function keepRunning(spec: ChildSpec, print: (line: string) => void, onChange: () => void): Child {
  let child: ChildProcess | undefined;
  let stopping = false;
  let crashes = 0;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  const prefixed = (line: string) => print(`${spec.name.padEnd(7)} ${line}`);

  const start = () => {
    const begun = performance.now();
    const started = spawn(process.execPath, spec.args, {
      env: spec.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) createInterface({ input: stream }).on("line", prefixed);
    started.once("exit", (code, signal) => {
      if (stopping) return;
      if (performance.now() - begun > backoffMs.forgottenAfter) crashes = 0;
      const wait = again ? 0 : backoff(++crashes);
      if (!again) prefixed(`ended (${signal ?? `status ${code}`}), starts again in ${wait / 1000} s`);
      again = false;
      timer = setTimeout(start, wait);
    });
    onChange();
  };
  start();

  return {
    name: spec.name,
    get pid() {
      return child?.pid;
    },
    async stop(graceMs) {
      stopping = true;
      clearTimeout(timer);
      if (child) await endProcess(child, graceMs);
    },
    restart() {
      again = true;
      child?.kill("SIGTERM");
    },
  };
}

async function endProcess(child: ChildProcess, graceMs: number): Promise<void> {
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  if (ended()) return;
  child.kill("SIGTERM");
  if (await waitUntil(ended, graceMs, 20)) return;
  if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL"); // with what it started itself, as `next dev` does
  await waitUntil(ended, 1_000, 20);
}
