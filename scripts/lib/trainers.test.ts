import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stopTrainers, workingBelow } from "./trainers.ts";

it.runIf(process.platform === "linux")(
  "ends processes that work in a run directory, also deaf ones, and no others",
  async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "stillhouse-runs-")));
    const run = join(folder, "runs/one");
    const other = join(folder, "runs-of-others");
    for (const path of [run, other]) mkdirSync(path, { recursive: true });
    const code = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.stdout.write('up')";
    const start = async (cwd: string) => {
      const child = spawn(process.execPath, ["-e", code], { cwd, detached: true });
      await once(child.stdout, "data");
      return child;
    };
    const [trainer, stranger] = [await start(run), await start(other)];
    try {
      expect(workingBelow(join(folder, "runs"))).toEqual([trainer.pid]);
      const ended = once(trainer, "exit");
      await stopTrainers(join(folder, "runs"), 100);
      expect(await ended).toEqual([null, "SIGKILL"]);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    }
  },
);
