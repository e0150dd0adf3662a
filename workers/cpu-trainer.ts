/**
 * Trains a `cpu-softmax` student: `node workers/cpu-trainer.ts <runDir>`.
 *
 * Reads job.json and train.jsonl, writes events.jsonl (protocol version 1), checkpoints and artifacts, all in the run
 * directory. Knows neither database nor settings nor secrets. Exit codes: see `exitCodes` of lib/executors/protocol.ts.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { exitCodes, runFiles, TrainingSpec } from "#lib/executors/protocol.ts";
import { FEATURES_VERSION } from "#lib/recipes/cpu-softmax/features.ts";
import { CpuSoftmaxParams } from "#lib/recipes/cpu-softmax/recipe.ts";
import { MANIFEST_FILE } from "#lib/recipes/manifest.ts";
import { EventLog } from "./cpu-trainer/event-log.ts";
import { exportStudent } from "./cpu-trainer/export.ts";
import { asFailure } from "./cpu-trainer/failure.ts";
import { fitStudent } from "./cpu-trainer/fit.ts";
import { prepare } from "./cpu-trainer/rows.ts";

let stopSignal: string | null = null;
for (const signal of ["SIGTERM", "SIGINT", "SIGUSR1"] as const) {
  process.on(signal, () => {
    stopSignal ??= signal;
  });
}

function readSpec(directory: string): { spec: TrainingSpec; params: CpuSoftmaxParams } {
  const spec = TrainingSpec.parse(JSON.parse(readFileSync(path.join(directory, runFiles.job), "utf8")));
  return { spec, params: CpuSoftmaxParams.parse(spec.params) };
}

/** Checkpoints of other settings, other data or other feature code are never continued. */
function signatureOf(params: CpuSoftmaxParams, dataSha256: string): string {
  return createHash("sha256")
    .update(JSON.stringify([FEATURES_VERSION, params, dataSha256]))
    .digest("hex");
}

async function train(directory: string, { spec, params }: ReturnType<typeof readSpec>, log: EventLog): Promise<number> {
  const say = (text: string) => process.stdout.write(`${new Date().toISOString()} ${text}\n`);
  log.write({ type: "start", key: spec.key, recipe: spec.recipe });
  log.write({
    type: "env",
    node: process.version,
    cpus: availableParallelism(),
    platform: process.platform,
    arch: process.arch,
  });
  const artifacts = path.join(directory, runFiles.artifacts);
  if (existsSync(path.join(artifacts, MANIFEST_FILE))) {
    // An earlier attempt was killed between its last file and its last word.
    log.write({ type: "artifacts", manifest: `${runFiles.artifacts}/${MANIFEST_FILE}` });
    log.write({ type: "done" });
    return exitCodes.done;
  }

  say(`reading ${runFiles.rows}`);
  const prepared = await prepare(path.join(directory, runFiles.rows), params, () => log.beat(0, 0, "read"));
  for (const { code, message } of prepared.warnings) log.write({ type: "warning", code, message });
  log.write({
    type: "data",
    rows: prepared.data.rows,
    dropped: prepared.dropped + prepared.sampledAway,
    labels: prepared.labels.length,
    validation_rows: prepared.validation.length,
    features: prepared.vocabulary.size,
  });
  say(`${prepared.data.rows} rows, ${prepared.labels.length} labels, ${prepared.vocabulary.size} features`);

  const result = await fitStudent({
    prepared,
    params,
    log,
    checkpoints: path.join(directory, runFiles.checkpoints),
    signature: signatureOf(params, prepared.sha256),
    stopSignal: () => stopSignal,
  });
  if (result.stopped !== null) {
    log.write({ type: "stopped", step: result.state.step, signal: result.stopped });
    say(`stopped by ${result.stopped} at step ${result.state.step}`);
    return exitCodes.stopped;
  }
  const manifest = exportStudent(artifacts, spec, params, prepared, result);
  log.write({ type: "artifacts", manifest: `${runFiles.artifacts}/${MANIFEST_FILE}` });
  log.write({ type: "done", ms: manifest.training.ms, peak_memory_bytes: process.resourceUsage().maxRSS * 1024 });
  say(`done in ${(manifest.training.ms / 1000).toFixed(1)} s`);
  return exitCodes.done;
}

const directory = path.resolve(process.argv[2] ?? "");
let job: ReturnType<typeof readSpec>;
try {
  job = readSpec(directory);
} catch (error) {
  process.stderr.write(`${runFiles.job} cannot be used: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(exitCodes.environment);
}
const log = new EventLog(path.join(directory, runFiles.events), job.spec.attempt);
try {
  process.exitCode = await train(directory, job, log);
} catch (error) {
  const failure = asFailure(error);
  const trace = error instanceof Error ? error.stack : undefined;
  process.stderr.write(`${trace ?? failure.message}\n`);
  process.exitCode = failure.exitCode;
  log.write({
    type: "error",
    code: failure.code,
    retryable: failure.exitCode === exitCodes.failed,
    message: failure.message,
    ...(trace ? { trace } : {}),
  });
} finally {
  log.close();
}
