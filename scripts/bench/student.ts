/**
 * `npm run bench -- student`: the CPU student alone, through the real executor and trainer process, on public data beside the
 * repository. Banking77 has bars; CLINC150, XSTest (recorded GPT-4 labels) and the SNLI control are reported. Test splits are only
 * ever judged here: settings were chosen on splits of Banking77's training rows.
 */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { localExecutor } from "#lib/executors/local.ts";
import { parseTrainerEvent } from "#lib/executors/protocol.ts";
import { CpuSoftmaxPredictor, MODEL_FILE } from "#lib/recipes/cpu-softmax/predict.ts";
import { CpuSoftmaxParams, cpuSoftmax } from "#lib/recipes/cpu-softmax/recipe.ts";
import { printResults, type Result, result } from "./main-job/results.ts";

const data = join(import.meta.dirname, "../../../shared/data");
type Row = { input: string; output: string | null; gold?: string };
type Trial = { predictor: CpuSoftmaxPredictor; trainMs: number; peakBytes: number };

function read(file: string): Row[] {
  const bytes = readFileSync(join(data, file));
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
}

/** Trains as a fine-tune does: a process of its own, files collected with their checksums verified. */
async function train(rows: readonly Row[]): Promise<Trial> {
  const folder = await mkdtemp(join(tmpdir(), "stillhouse-bench-student-"));
  const executor = localExecutor(folder);
  const runId = randomUUID();
  const key = `${runId}-a1`;
  const labelled = rows.filter((row) => row.output !== null);
  async function* lines() {
    for (const { input, output } of labelled) yield Buffer.from(`${JSON.stringify({ input, label: output })}\n`);
  }
  const provenance = {
    projectId: "bench",
    runId,
    datasetVersionId: "bench",
    datasetName: "bench",
    datasetVersionNumber: 1,
    datasetContentHash: null,
    generationRunId: null,
    teacherModel: null,
    labelSource: "gold" as const,
    goldRows: labelled.length,
    teacherRows: 0,
    simulated: false,
  };
  try {
    await executor.submit({
      program: cpuSoftmax.program,
      files: { "train.jsonl": lines },
      spec: {
        v: 1,
        key,
        attempt: 1,
        name: "bench",
        recipe: cpuSoftmax.name,
        params: CpuSoftmaxParams.parse({}),
        provenance,
        createdBy: "bench",
      },
    });
    while ((await executor.status([key])).get(key)?.state === "running") await sleep(50);
    const { bytes } = await executor.read(key, "events", 0);
    const done = bytes
      .toString("utf8")
      .split("\n")
      .map(parseTrainerEvent)
      .find((event) => event?.type === "done");
    const parts: Buffer[] = [];
    const manifest = await executor.collect(key, async (name, chunks) => {
      for await (const chunk of chunks) if (name === MODEL_FILE) parts.push(Buffer.from(chunk));
    });
    const predictor = new CpuSoftmaxPredictor(manifest, Buffer.concat(parts));
    return { predictor, trainMs: manifest.training.ms, peakBytes: Number(done?.peak_memory_bytes ?? Number.NaN) };
  } finally {
    await executor.cleanup(key);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Accuracy against gold, and the p95 of one prediction, ms. */
function judge(predictor: CpuSoftmaxPredictor, rows: readonly Row[]): { accuracy: number; p95Ms: number } {
  for (const row of rows.slice(0, 50)) predictor.predict(row.input);
  let correct = 0;
  const times = rows.map((row) => {
    const begun = performance.now();
    const { label } = predictor.predict(row.input);
    const took = performance.now() - begun;
    if (label === (row.gold ?? row.output)) correct++;
    return took;
  });
  times.sort((a, b) => a - b);
  return { accuracy: correct / rows.length, p95Ms: times[Math.floor(times.length * 0.95)] ?? Number.NaN };
}

if (!existsSync(join(data, "intents/banking77/train.jsonl"))) {
  process.stderr.write("bench student: skipped, because ../shared/data is not there.\n");
  process.exit(0);
}
const results: Result[] = [];
const banking = await train(read("intents/banking77/train.jsonl"));
const judged = judge(banking.predictor, read("intents/banking77/test.jsonl"));
results.push(
  result("Banking77, official test, accuracy", judged.accuracy, "", { atLeast: 0.91 }),
  result("Banking77, training", banking.trainMs / 1_000, "s", { atMost: 10 }),
  result("Banking77, peak memory of the trainer", banking.peakBytes / 2 ** 20, "MiB", { atMost: 1024 }),
  result("Banking77, one prediction, p95", judged.p95Ms, "ms", { below: 1 }),
);
const clinc = await train(read("intents/clinc150/train.jsonl"));
const inScope = read("intents/clinc150/test.jsonl").filter((row) => row.output !== "oos");
results.push(
  result("CLINC150, in-scope accuracy (oos is one of 151 labels)", judge(clinc.predictor, inScope).accuracy, ""),
  result("CLINC150, training", clinc.trainMs / 1_000, "s"),
);
const xstest = await train(read("teacher/xstest_gpt4/train.jsonl"));
results.push(
  result(
    "XSTest, trained on GPT-4's labels, accuracy against gold",
    judge(xstest.predictor, read("teacher/xstest_gpt4/test.jsonl")).accuracy,
    "",
  ),
);
const snli = await train(read("teacher/snli_palm540b/train.jsonl.gz"));
// The control: a bag of n-grams cannot do this task, and must not look as if it could.
results.push(
  result(
    "SNLI control, trained on PaLM's labels, accuracy against gold",
    judge(snli.predictor, read("teacher/snli_palm540b/test.jsonl.gz")).accuracy,
    "",
    { atMost: 0.6 },
  ),
);
process.exitCode = printResults("student", results);
