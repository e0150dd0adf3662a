import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

export type MemoryGroup = {
  /** how to start a program in the group; `first`: the one that the kernel kills before all others */
  command(program: string[], options?: { first?: boolean }): [string, string[]];
  /** processes that the kernel has killed here for want of memory */
  kills(): number;
  remove(): void;
};

/** A control group that may use so many bytes, of either generation; null where none can be made. */
export function memoryGroup(bytes: number): MemoryGroup | null {
  const name = `stillhouse-test-${process.pid}-${Date.now()}`;
  const first = existsSync("/sys/fs/cgroup/memory/memory.limit_in_bytes");
  const folder = path.join(first ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup", name);
  const limit = path.join(folder, first ? "memory.limit_in_bytes" : "memory.max");
  const counter = path.join(folder, first ? "memory.oom_control" : "memory.events");
  try {
    mkdirSync(folder);
  } catch {
    return null;
  }
  try {
    accessSync(limit, constants.W_OK);
    writeFileSync(limit, String(bytes));
  } catch {
    rmdirSync(folder);
    return null;
  }
  return {
    command([program = "", ...args], { first: victim = false } = {}) {
      const enter = `echo $$ > ${folder}/cgroup.procs; ${victim ? "echo 1000 > /proc/self/oom_score_adj; " : ""}exec "$0" "$@"`;
      return ["sh", ["-c", enter, program, ...args]];
    },
    kills: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(counter, "utf8"))?.[1] ?? 0),
    remove() {
      try {
        rmdirSync(folder);
      } catch {
        // a process in it is still going; an empty folder stays behind
      }
    },
  };
}
