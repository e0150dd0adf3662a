import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LockedError, lockFolder } from "./lock.ts";
import { startedAt } from "./processes.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stillhouse-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, "stillhouse.lock");

it("lets nobody else in while it is held, and says who holds it", () => {
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(LockedError);
  expect(() => lockFolder(folder)).toThrow(new RegExp(`already runs in this folder \\(process ${process.pid}`));
  lock.release();
  lockFolder(folder).release();
});

it("is readable by its owner only and leaves nothing behind", () => {
  const lock = lockFolder(folder);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  lock.remember([process.pid]);
  expect(readdirSync(folder)).toEqual(["stillhouse.lock"]);
  lock.release();
  expect(existsSync(file())).toBe(false);
});

it("takes over from a process that is gone", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  writeFileSync(file(), JSON.stringify({ pid: child.pid, startedAt: "1", children: [] }));
  expect(lockFolder(folder).orphans).toEqual([]);
});

it("takes over when the id now belongs to another program", () => {
  writeFileSync(file(), JSON.stringify({ pid: process.pid, startedAt: "another time", children: [] }));
  lockFolder(folder).release();
});

it("takes over a damaged lock", () => {
  writeFileSync(file(), "{");
  lockFolder(folder).release();
});

it("names the children that a killed start left running, and only those", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const pid = child.pid ?? 0;
  try {
    const alive = { pid, startedAt: startedAt(pid) };
    const reused = { pid: process.pid, startedAt: "another time" };
    writeFileSync(file(), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: "1", children: [alive, reused] }));
    expect(lockFolder(folder).orphans).toEqual([alive]);
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});
