import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive, startedAt } from "./processes.ts";

const Process = z.object({ pid: z.number().int().positive(), startedAt: z.string().nullable() });
/** A process that can be told from a later one with its id. */
export type KnownProcess = z.output<typeof Process>;

const Lock = Process.extend({ children: z.array(Process) });
type Lock = z.output<typeof Lock>;

export type FolderLock = {
  /** What a start that was killed with -9 left running. The caller stops it before it starts anything of its own. */
  orphans: KnownProcess[];
  /** Writes down what runs now, for the next start in case this one is killed. */
  remember(pids: readonly number[]): void;
  release(): void;
};

/** Another live process holds the folder. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  readonly pid: number;
  constructor(pid: number, folder: string) {
    super(`Stillhouse already runs in this folder (process ${pid}, data in ${folder}). Stop it first: kill ${pid}`);
    this.pid = pid;
  }
}

/**
 * Takes a data folder for this process. A lock whose process is gone, or whose id now belongs to another program, is void.
 * @throws LockedError when a live process holds it
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "stillhouse.lock");
  const mine = `${file}.${process.pid}`;
  const self = identify(process.pid);
  const write = (path: string, children: KnownProcess[]) =>
    writeFileSync(path, JSON.stringify({ ...self, children } satisfies Lock), { mode: 0o600 });

  let orphans: KnownProcess[] = [];
  for (;;) {
    write(mine, []);
    try {
      linkSync(mine, file); // fails when the name exists: exactly one of two starters wins
      rmSync(mine);
      break;
    } catch (error) {
      rmSync(mine, { force: true });
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const held = read(file);
    if (held !== null && isSame(held)) throw new LockedError(held.pid, folder);
    // moved away, not deleted, and looked at again: another starter may have replaced the void lock by its own
    const aside = `${mine}.void`;
    if (!tryRename(file, aside)) continue;
    const moved = read(aside);
    if (moved !== null && isSame(moved)) {
      tryRename(aside, file);
      throw new LockedError(moved.pid, folder);
    }
    orphans = moved?.children.filter(isSame) ?? [];
    rmSync(aside, { force: true });
  }
  return {
    orphans,
    remember(pids) {
      write(mine, pids.map(identify));
      renameSync(mine, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** Whether this very process still runs. */
export function isSame(known: KnownProcess): boolean {
  return isAlive(known.pid) && startedAt(known.pid) === known.startedAt;
}

function identify(pid: number): KnownProcess {
  return { pid, startedAt: startedAt(pid) };
}

function read(file: string): Lock | null {
  try {
    return Lock.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
