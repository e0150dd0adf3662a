import { randomUUID } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobState } from "./executor.ts";
import { localExecutor } from "./local.ts";
import { parseTrainerEvent, type TrainingSpec } from "./protocol.ts";
import { parseKey, until } from "./run-directory.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "stillhouse-runs-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A program as a job: it gets the run directory as its only argument. */
async function job(source: string) {
  const runId = randomUUID();
  const key = `${runId}-a1`;
  const program = path.join(root, `${runId}.mjs`);
  await writeFile(program, `const dir = process.argv[2];\n${source}`);
  const executor = localExecutor(root);
  const spec: TrainingSpec = {
    v: 1,
    key,
    attempt: 1,
    name: "$(touch canary); `touch canary`\n../../x",
    recipe: "none",
    params: {},
    provenance: {
      projectId: "p",
      runId,
      datasetVersionId: "d",
      datasetName: "D",
      datasetVersionNumber: 1,
      datasetContentHash: null,
      generationRunId: null,
      teacherModel: null,
      labelSource: "gold",
      goldRows: 1,
      teacherRows: 0,
      simulated: false,
    },
    createdBy: "test",
  };
  // path.join of the repository and a relative way to the program
  const submission = { spec, program: path.relative(path.resolve(import.meta.dirname, "../.."), program), files: {} };
  const stateIs = (...states: JobState[]) =>
    until(async () => states.includes((await executor.status([key])).get(key)?.state ?? "unknown"), 15_000);
  return { executor, key, runId, folder: path.join(root, runId), submission, stateIs };
}

describe("local executor", { timeout: 60_000 }, () => {
  test("submit is idempotent by key; the exit code is reported; nothing of the environment leaks", async () => {
    process.env.CANARY_SECRET = "s3cret";
    const { executor, key, folder, submission, stateIs } = await job(
      `import { writeFileSync } from "node:fs"; writeFileSync(dir + "/seen", JSON.stringify([process.argv, process.env])); process.exit(4);`,
    );
    expect((await executor.status([key])).get(key)).toEqual({ state: "unknown" });
    const first = await executor.submit(submission);
    expect(first.created).toBe(true);
    expect(await executor.submit(submission)).toEqual({ engineId: first.engineId, created: false });
    expect(await stateIs("exited")).toBe(true);
    expect((await executor.status([key])).get(key)).toMatchObject({ state: "exited", exitCode: 4 });
    expect(await readFile(path.join(folder, "seen"), "utf8")).not.toContain("s3cret");
    delete process.env.CANARY_SECRET;
    expect(await readdir(folder)).not.toContain("canary");
  });

  test("cancel ends the whole group, also what ignores TERM, and is idempotent", async () => {
    const { executor, key, submission, stateIs, folder } = await job(
      `import { spawn } from "node:child_process"; import { writeFileSync } from "node:fs";
       process.on("SIGTERM", () => {}); const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)"]);
       child.on("spawn", () => writeFileSync(dir + "/ready", String(child.pid))); setInterval(() => {}, 1e6);`,
    );
    await executor.submit(submission);
    expect(await until(async () => (await readdir(folder)).includes("ready"), 15_000)).toBe(true);
    await executor.cancel(key, 0.2);
    expect(await stateIs("cancelled")).toBe(true);
    await executor.cancel(key, 0.2);
    const grandchild = Number(await readFile(path.join(folder, "ready"), "utf8"));
    // gone, or a zombie that nobody has reaped: in no case running
    const state = await readFile(`/proc/${grandchild}/stat`, "utf8").catch(() => "gone Z");
    expect(state).toMatch(/ Z/);
    await executor.cleanup(key);
    expect((await executor.status([key])).get(key)?.state).toBe("unknown");
  });

  test("a group killed without a word is lost; a killed program is an exit of 137", async () => {
    const lost = await job("setInterval(() => {}, 1e6);");
    const { engineId } = await lost.executor.submit(lost.submission);
    expect(await lost.stateIs("running")).toBe(true);
    await expect(lost.executor.cleanup(lost.key)).rejects.toMatchObject({ code: "CONFLICT" });
    process.kill(-Number(engineId), "SIGKILL");
    expect(await lost.stateIs("lost")).toBe(true);

    const killed = await job("process.kill(process.pid, 'SIGKILL');");
    await killed.executor.submit(killed.submission);
    expect(await killed.stateIs("exited")).toBe(true);
    expect((await killed.executor.status([killed.key])).get(killed.key)?.exitCode).toBe(137);
  });

  test("events are read by whole lines from an offset", async () => {
    const { executor, key, folder } = await job("");
    await mkdir(folder, { recursive: true });
    const events = path.join(folder, "events.jsonl");
    expect(await executor.read(key, "events", 0)).toEqual({ bytes: Buffer.alloc(0), nextOffset: 0 });
    await writeFile(events, 'é\n{"half');
    const first = await executor.read(key, "events", 0);
    expect(first).toEqual({ bytes: Buffer.from("é\n"), nextOffset: 3 });
    await appendFile(events, '":1}\n');
    expect((await executor.read(key, "events", first.nextOffset)).bytes.toString()).toBe('{"half":1}\n');
    // a line longer than one read is stepped over, not waited for
    await writeFile(events, `${"x".repeat(3_000_000)}\nnext\n`);
    let offset = 0;
    let text = "";
    for (let i = 0; i < 10; i++) {
      const { bytes, nextOffset } = await executor.read(key, "events", offset);
      text += bytes.toString();
      offset = nextOffset;
    }
    expect(text.endsWith("next\n")).toBe(true);
  });

  test("collect refuses what is not there", async () => {
    const { executor, key } = await job("");
    await expect(executor.collect(key, async () => undefined)).rejects.toThrow("no manifest");
  });

  test.each(["", "x-a1", "../../etc-a1", `${randomUUID()}-a0`, `${randomUUID()}/..-a1`, `${randomUUID()}-a1\n`])(
    "a malformed key %j is refused",
    (key) => {
      expect(() => parseKey(key)).toThrow("malformed");
    },
  );

  test("preflight looks at flock and disk", async () => {
    expect(await localExecutor(root).check()).toMatchObject([{ name: "flock", ok: true }, { name: "disk" }]);
  });
});

test("events of another kind, cut lines and wrong numbers are passed over", () => {
  const metric = {
    v: 1,
    seq: 1,
    ts: 1,
    attempt: 1,
    type: "metric",
    step: 1,
    total: 2,
    epoch: 0.5,
    loss: 1,
    from_the_future: 1,
  };
  expect(parseTrainerEvent(JSON.stringify(metric))).toMatchObject({ type: "metric", from_the_future: 1 });
  for (const line of [
    "",
    "{",
    "null",
    "NaN",
    JSON.stringify({ ...metric, type: "new" }),
    JSON.stringify({ ...metric, loss: null }),
    JSON.stringify({ ...metric, seq: 0 }),
    JSON.stringify({ ...metric, v: 2 }),
  ]) {
    expect(parseTrainerEvent(line)).toBeNull();
  }
});
