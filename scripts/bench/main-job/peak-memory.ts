import { readdirSync, readFileSync } from "node:fs";

/** Watches the trainer processes of this machine (Linux) and remembers the largest resident size that one of them ever had, in bytes. */
export function watchTrainerMemory(everyMs = 50): { stop(): number } {
  let peak = 0;
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc")) peak = Math.max(peak, /^\d+$/.test(pid) ? highWater(pid) : 0);
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

/** `VmHWM` of a trainer, 0 for every other process and for one that has just gone. */
function highWater(pid: string): number {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("cpu-trainer")) return 0;
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}
