import { expect, it } from "vitest";
import { backoff, keepRunning } from "./children.ts";
import { isAlive, waitUntil } from "./processes.ts";

const spec = (name: string, code: string) => ({ name, args: ["-e", code], env: process.env });

it("waits longer after every crash, up to half a minute", () => {
  expect([1, 2, 3, 4, 5, 6, 20].map(backoff)).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
});

it("prefixes each line and starts a crashed child again", async () => {
  const lines: string[] = [];
  const pids = new Set<number | undefined>();
  const child = keepRunning(
    spec("web", "console.log('up'); process.exit(3)"),
    (line) => lines.push(line),
    () => {},
  );
  expect(await waitUntil(() => pids.add(child.pid).size >= 2, 10_000)).toBe(true);
  expect(lines).toContain("web     up");
  expect(lines).toContain("web     ended (status 3), starts again in 1 s");
  await child.stop(1_000);
});

it("asks first and kills what does not listen, which then stays down", async () => {
  const lines: string[] = [];
  const deaf = "process.on('SIGTERM', () => console.log('heard')); setInterval(() => {}, 1000); console.log('up')";
  const child = keepRunning(
    spec("worker", deaf),
    (line) => lines.push(line),
    () => {},
  );
  expect(await waitUntil(() => lines.includes("worker  up"), 10_000)).toBe(true);
  const pid = child.pid ?? 0;
  await child.stop(300);
  expect(lines).toContain("worker  heard");
  expect(isAlive(pid)).toBe(false);
  expect(lines.some((line) => line.includes("starts again"))).toBe(false);
});
