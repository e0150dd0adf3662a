import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isAlive, waitUntil } from "./processes.ts";
import { runningJobs, stopTrainers } from "./trainers.ts";

const onLinux = it.runIf(process.platform === "linux");
const launcher = join(import.meta.dirname, "../../lib/executors/launch.sh");

let folder: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stillhouse-jobs-"));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** A job as the local executor starts it; resolves once its program runs. */
async function startJob(runs: string, onTerm: string): Promise<ChildProcess> {
  const directory = join(folder, runs, "one");
  mkdirSync(directory, { recursive: true });
  const code = `process.on("SIGTERM", () => { ${onTerm} }); setInterval(() => {}, 1000); process.stdout.write("up")`;
  const child = spawn("/bin/sh", [launcher, directory, "key", process.execPath, "-e", code], { detached: true });
  started.push(child);
  await once(child.stdout, "data");
  return child;
}

onLinux("lets a job write its checkpoint and end", async () => {
  const job = await startJob("runs", "process.exit(143)");
  expect(runningJobs(join(folder, "runs"))).toEqual([job.pid]);
  await stopTrainers(join(folder, "runs"), 10_000);
  expect(await waitUntil(() => job.exitCode === 143, 2_000)).toBe(true);
  expect(readFileSync(join(folder, "runs/one/exit-key"), "utf8").trim()).toBe("143");
});

onLinux("kills a job that does not listen, with everything it started", async () => {
  const job = await startJob("runs", "");
  const group = job.pid ?? 0;
  await stopTrainers(join(folder, "runs"), 100);
  expect(await waitUntil(() => !isAlive(-group), 5_000)).toBe(true);
});

onLinux("leaves the jobs of another installation alone", async () => {
  const stranger = await startJob("runs-of-others", "process.exit(143)");
  await stopTrainers(join(folder, "runs"), 100);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  process.kill(-(stranger.pid ?? 0), "SIGKILL");
});
