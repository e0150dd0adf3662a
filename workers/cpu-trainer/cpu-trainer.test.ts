import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exitCodes, type TrainerEvent } from "#lib/executors/protocol.ts";
import { CpuSoftmaxPredictor } from "#lib/recipes/cpu-softmax/predict.ts";
import { parseManifest } from "#lib/recipes/manifest.ts";
import { EventLog } from "./event-log.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "stillhouse-trainer-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Row = { input: string; label: string };
const program = path.resolve(import.meta.dirname, "../cpu-trainer.ts");
const provenance = {
  projectId: "p",
  runId: "r",
  datasetVersionId: "d",
  datasetName: "Tickets <script>",
  datasetVersionNumber: 1,
  datasetContentHash: null,
  generationRunId: null,
  teacherModel: null,
  labelSource: "gold",
  goldRows: 1,
  teacherRows: 0,
  simulated: true,
};

async function prepare(rows: readonly (Row | string)[], params: Record<string, unknown> = {}): Promise<string> {
  const folder = await mkdtemp(path.join(root, "run-"));
  await writeFile(
    path.join(folder, "train.jsonl"),
    rows.map((row) => `${typeof row === "string" ? row : JSON.stringify(row)}\n`).join(""),
  );
  const spec = {
    v: 1,
    key: `${randomUUID()}-a1`,
    attempt: 1,
    name: "T",
    recipe: "cpu-softmax",
    params,
    provenance,
    createdBy: "test",
  };
  await writeFile(path.join(folder, "job.json"), JSON.stringify(spec));
  return folder;
}

/** Runs the trainer to its end. `onLine` may signal it when an event appears. */
async function train(folder: string, stopAt?: { text: string; signal: NodeJS.Signals }): Promise<number | null> {
  const child = spawn(process.execPath, [program, folder], { stdio: "ignore" });
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  if (stopAt) {
    for (let i = 0; i < 1_500 && child.exitCode === null; i++) {
      if ((await readFile(path.join(folder, "events.jsonl"), "utf8").catch(() => "")).includes(stopAt.text)) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill(stopAt.signal);
  }
  return ended;
}

async function eventsOf(folder: string): Promise<TrainerEvent[]> {
  const text = await readFile(path.join(folder, "events.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as TrainerEvent);
}
const lastError = async (folder: string) => (await eventsOf(folder)).findLast((event) => event.type === "error");
const labels = ["__proto__", "line\nbreak", "constructor", "a b"] as const;
const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({
    input: `${["red apple", "green pear", "blue plum", "grey stone"][i % 4]} ${i % 97}`,
    label: labels[i % 4] ?? "",
  }));

/** The last metric of each step: after a kill the steps past the checkpoint come again. */
async function curveOf(folder: string) {
  const byStep = new Map<number, unknown>();
  for (const event of await eventsOf(folder)) {
    if (event.type !== "metric") continue;
    const { step, loss, eval_loss, eval_accuracy } = event;
    byStep.set(step, { loss, eval_loss, eval_accuracy });
  }
  return [...byStep].sort((a, b) => a[0] - b[0]);
}

// processes on a busy machine take their time
describe("the trainer process", { timeout: 120_000 }, () => {
  test("speaks the protocol, and its files answer; hostile label names are data", async () => {
    const folder = await prepare([...rowsOf(400), "{broken", JSON.stringify({ input: "  ", label: "x" })]);
    expect(await train(folder)).toBe(exitCodes.done);
    const events = await eventsOf(folder);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    const types = events.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1]);
    expect(types.slice(0, 4)).toEqual(["start", "env", "data", "train"]);
    expect(types.slice(-3)).toEqual(["checkpoint", "artifacts", "done"]);
    expect(events.find((event) => event.type === "data")).toMatchObject({ rows: 400, dropped: 2, labels: 4 });
    const judged = events.filter((event) => event.type === "metric" && event.eval_accuracy !== undefined);
    expect(judged.at(-1)).toMatchObject({ eval_accuracy: 1 });
    const manifest = parseManifest(await readFile(path.join(folder, "artifacts/manifest.json"), "utf8"));
    expect(manifest.labels).toEqual([...labels].sort());
    const predictor = new CpuSoftmaxPredictor(
      manifest,
      await readFile(path.join(folder, "artifacts/model.safetensors")),
    );
    expect(predictor.predict("a red apple").label).toBe("__proto__");
    expect(predictor.top("green pear", 2)[0]?.label).toBe("line\nbreak");
    const probabilities = predictor.top("blue", 10).map(({ probability }) => probability);
    expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    const { words, features } = predictor.explain("blue plum blue", "constructor", 1_000);
    const sum = (list: { score: number }[]) => list.reduce((total, { score }) => total + score, 0);
    expect(words.map(({ text }) => text)).toEqual(["blue", "plum", "blue"]);
    expect(sum(words)).toBeCloseTo(sum(features), 9);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(await readFile(path.join(folder, "artifacts/model-card.md"), "utf8")).toContain("Tickets \\<script\\>");
  });

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "%s in mid-training: the resumed curve and model equal the undisturbed ones",
    async (signal) => {
      const params = { epochs: 30, patience: 50 };
      const whole = await prepare(rowsOf(1_000), params);
      expect(await train(whole)).toBe(exitCodes.done);
      const folder = await prepare(rowsOf(1_000), params);
      expect(await train(folder, { text: '"checkpoint"', signal })).toBe(
        signal === "SIGTERM" ? exitCodes.stopped : null,
      );
      expect(await train(folder)).toBe(exitCodes.done);
      const events = await eventsOf(folder);
      expect(events.some((event) => event.type === "resume")).toBe(true);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
      expect(await curveOf(folder)).toEqual(await curveOf(whole));
      const model = (from: string) => readFile(path.join(from, "artifacts/model.safetensors"));
      expect((await model(folder)).equals(await model(whole))).toBe(true);
    },
  );

  test("says why it cannot train, with the exit code of the retry table", async () => {
    const none = await prepare([]);
    expect(await train(none)).toBe(exitCodes.badInput);
    expect(await lastError(none)).toMatchObject({ code: "no_rows", retryable: false });
    const one = await prepare(rowsOf(40).map((row) => ({ ...row, label: "same" })));
    expect(await train(one)).toBe(exitCodes.badInput);
    expect(await lastError(one)).toMatchObject({ code: "one_label", message: expect.stringContaining('"same"') });
    const wrong = await prepare(rowsOf(40), { epochs: 0 });
    expect(await train(wrong)).toBe(exitCodes.environment);
    const absent = await prepare(rowsOf(40));
    await rm(path.join(absent, "train.jsonl"));
    expect(await train(absent)).toBe(exitCodes.environment);
  });

  test("a label with a single row is a warning, and few rows mean no validation", async () => {
    const folder = await prepare([...rowsOf(40), { input: "one of a kind", label: "lonely" }]);
    expect(await train(folder)).toBe(exitCodes.done);
    const warnings = (await eventsOf(folder)).filter((event) => event.type === "warning");
    expect(warnings.map((event) => event.code)).toEqual(["single_row_label", "no_validation"]);
    expect(warnings[0]).toMatchObject({ message: expect.stringContaining('"lonely"') });
  });
});

test("the event log goes on after a half-written line and never writes NaN", async () => {
  const file = path.join(root, "events.jsonl");
  await writeFile(file, `${JSON.stringify({ v: 1, seq: 7, ts: 1, attempt: 1, type: "done" })}\n{"v":1,"seq":8,"ty`);
  const log = new EventLog(file, 2);
  log.write({ type: "done" });
  expect(() => log.write({ type: "metric", step: 1, total: 1, epoch: 1, loss: Number.NaN })).toThrow(RangeError);
  log.close();
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ seq: 8, attempt: 2, type: "done" });
});
