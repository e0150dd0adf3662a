import { readdirSync, readlinkSync } from "node:fs";
import { join, sep } from "node:path";
import { isAlive, waitUntil } from "./processes.ts";

/**
 * Stops what the local executor left running below the folder of run directories: SIGTERM, upon which a trainer writes its
 * checkpoint, then SIGKILL, each to the whole process group. The next start resumes from the checkpoint.
 * Trainers are known by their working directory. Linux only; elsewhere they end by themselves and are attached to later.
 */
export async function stopTrainers(folder: string, graceMs: number): Promise<void> {
  const pids = process.platform === "linux" ? workingBelow(folder) : [];
  for (const pid of pids) signalGroup(pid, "SIGTERM");
  if (await waitUntil(() => !pids.some(isAlive), graceMs, 20)) return;
  for (const pid of pids.filter(isAlive)) signalGroup(pid, "SIGKILL");
}

/** Ids of processes whose working directory lies below `folder`. */
export function workingBelow(folder: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readlinkSync(join("/proc", name, "cwd")).startsWith(folder + sep) ? [Number(name)] : [];
    } catch {
      return []; // it has ended, or belongs to somebody else
    }
  });
}

function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  for (const target of [-pid, pid])
    try {
      process.kill(target, signal);
    } catch {
      // not the leader of a group, or gone
    }
}
