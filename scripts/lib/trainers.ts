import { readdirSync } from "node:fs";
import { sep } from "node:path";
import { commandLine, signalGroup, waitUntil } from "./processes.ts";

/**
 * Stops the jobs that the local executor left running in the run directories below `folder`: SIGTERM, upon which a trainer
 * writes its checkpoint, then SIGKILL, each to the job's whole process group. The next start goes on from the checkpoint.
 * Linux only; elsewhere jobs end by themselves and are attached to later.
 */
export async function stopTrainers(folder: string, graceMs: number): Promise<void> {
  const pids = runningJobs(folder);
  const runs = (pid: number) => commandLine(pid) !== null; // also false for one that ended and was not yet waited for
  for (const pid of pids) signalGroup(pid, "SIGTERM");
  if (await waitUntil(() => !pids.some(runs), graceMs, 20)) return;
  for (const pid of pids.filter(runs)) signalGroup(pid, "SIGKILL");
}

/** Ids of the launchers (lib/executors/launch.sh), each the leader of its job's process group. */
export function runningJobs(folder: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const command = commandLine(Number(name));
    return command?.includes(`launch.sh ${folder}${sep}`) ? [Number(name)] : [];
  });
}
