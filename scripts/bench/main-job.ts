/**
 * `npm run bench -- main-job`: the whole main job over the public API, as a user's script would do it, on Banking77. Without
 * `--url` and `--token` it starts a stack of its own on free ports with data in a temporary folder. With them, that installation
 * must allow the replayed teacher's address (STILLHOUSE_ALLOW_ADDRESSES): `--teacher-port` fixes its port.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { startStack } from "#e2e/support/stack.ts";
import { evaluationCreate, evaluationGet } from "#lib/evaluations/schema.ts";
import { finetuneCreate } from "#lib/finetunes/schema.ts";
import { generationCreate } from "#lib/generation/schema.ts";
import { finetuneKind } from "#lib/jobs/kinds/finetune.ts";
import { projectCreate } from "#lib/projects/schema.ts";
import { savingsGet } from "#lib/savings/schema.ts";
import { taskPut } from "#lib/tasks/schema.ts";
import { teacherCreate } from "#lib/teachers/schema.ts";
import { files, isDataThere, readExamples } from "./main-job/data.ts";
import { watchTrainerMemory } from "./main-job/peak-memory.ts";
import { labellingRate } from "./main-job/rate.ts";
import { replay } from "./main-job/replay-teacher.ts";
import { printResults, type Result, result } from "./main-job/results.ts";
import { idIn, Script } from "./main-job/script.ts";

const inFlight = 64;
const say = (text: string) => process.stderr.write(`${text}\n`);

/** Runs the job and returns its figures. */
async function mainJob(script: Script, teacherUrl: string): Promise<Result[]> {
  const seconds = (from: number) => (performance.now() - from) / 1_000;
  const { id: projectId } = await script.call(projectCreate, {
    name: `Bench ${new Date().toISOString()}`,
    kind: "classification",
  });

  const begun = performance.now();
  say("Importing the train and test splits …");
  const train = await script.importFile(projectId, "Banking77 train", files.train, 0);
  const test = await script.importFile(projectId, "Banking77 official test", files.test, 1);
  const importSeconds = seconds(begun);
  await script.call(taskPut, {
    projectId,
    kind: "classification",
    instruction: "Read the customer's message and answer with its intent.",
    labelsFrom: train,
    minQuality: 0.85,
    baselineModel: "gpt-4o",
    baselineRequestsPerDay: 20_000,
    baselineInputTokens: 900,
    baselineOutputTokens: 6,
  });

  say(`Labelling with a replayed teacher: ${replay.errorRate * 100} % of its answers are wrong on purpose …`);
  const { id: teacherId } = await script.call(teacherCreate, {
    name: `Replay ${projectId}`,
    baseUrl: teacherUrl,
    model: "replay",
    inputPriceMicrosPerMtok: 2_500_000,
    outputPriceMicrosPerMtok: 10_000_000,
    maxConcurrency: inFlight,
  });
  const label = async (datasetVersionId: string, look?: Parameters<Script["finish"]>[1]) => {
    const choice = { projectId, datasetVersionId, teacherId, rows: "all", capMicros: null } as const;
    const { id } = await script.call(generationCreate, { ...choice, concurrency: inFlight, autoConfirm: true });
    await script.finish(id, look);
    return id;
  };
  const rate = labellingRate();
  const trainLabels = await label(train, rate.look);
  const testLabels = await label(test);

  const memory = watchTrainerMemory();
  const learn = async (labelSource: "gold" | "teacher") => {
    say(`Training on ${labelSource} labels …`);
    const generationRunId = labelSource === "teacher" ? trainLabels : null;
    const { id } = await script.call(finetuneCreate, {
      projectId,
      datasetVersionId: train,
      generationRunId,
      labelSource,
      // The official split has 25 test texts that also occur in train; published figures have them too.
      overrideLeakage: { reason: "The official split of Banking77, as published." },
    });
    return finetuneKind.result.parse((await script.finish(id)).result);
  };
  const judge = async (studentId: string) => {
    const chosen = { projectId, studentId, datasetVersionId: test, generationRunId: testLabels, rows: "all" } as const;
    const run = await script.finish((await script.call(evaluationCreate, chosen)).id);
    return (await script.call(evaluationGet, { evaluationId: idIn(run, "evaluationId") })).report;
  };

  const taught = await learn("teacher");
  const taughtReport = await judge(taught.studentId);
  const verdictSeconds = seconds(begun);
  const savings = await script.call(savingsGet, { projectId });
  const gold = await learn("gold");
  const goldReport = await judge(gold.studentId);
  const peakBytes = memory.stop();

  say(`Verdict: ${taughtReport.views.all.verdict?.sentence ?? "none"}`);
  say(`Savings at 20,000 requests a day against gpt-4o's list price: ${savings.headline.sentence}`);
  const accuracy = (report: typeof goldReport) => report.views.all.student.figures.accuracy?.value ?? Number.NaN;
  const [onGold, onTeacher] = [accuracy(goldReport), accuracy(taughtReport)];
  return [
    result("Student accuracy, trained on gold labels", onGold, "", { atLeast: 0.91 }),
    result(`Student accuracy, trained on labels with ${replay.errorRate * 100} % errors`, onTeacher, ""),
    result("Accuracy that the label errors cost", onGold - onTeacher, ""),
    result(
      "Replayed teacher's accuracy on the test split",
      taughtReport.views.all.teacher?.figures.accuracy?.value ?? Number.NaN,
      "",
    ),
    result("Training, gold labels", gold.trainMs / 1_000, "s", { atMost: 10 }),
    result("Training, peak memory of the trainer", peakBytes / 2 ** 20, "MiB", { atMost: 1024 }),
    result("Prediction in process, p95", goldReport.latency.student?.p95Ms ?? Number.NaN, "ms", { below: 1 }),
    result("Rows labelled per second", rate.rowsPerSec(), "rows/s"),
    result("Share of in-flight / latency", rate.rowsPerSec() / (inFlight / (replay.latencyMs / 1_000)), "", {
      atLeast: 0.8,
    }),
    result("Import of both files", importSeconds, "s"),
    result("Upload to verdict", verdictSeconds, "s", { below: 180 }),
  ];
}

/** Starts the replay teacher as a process of its own. */
async function startReplay(port: string): Promise<{ url: string; stop(): void }> {
  const program = join(import.meta.dirname, "main-job/replay-teacher.ts");
  const child = spawn(process.execPath, [program, port], { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { url, stop: () => void child.kill() };
}

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { url: text, token: text, "teacher-port": text } });
if (!isDataThere()) {
  say("bench main-job: skipped, because ../shared/data/intents/banking77 is not there.");
  process.exit(0);
}
const examples = readExamples(files.train).length + readExamples(files.test).length;
const teacher = await startReplay(values["teacher-port"] ?? "0");
const given = values.url && values.token ? { url: values.url, token: values.token } : null;
const allowed = new URL(teacher.url).host;
const stack = given ? null : await startStack({ STILLHOUSE_ALLOW_ADDRESSES: allowed, STILLHOUSE_SAMPLE: "off" });
const target = given ?? stack;
if (!target) throw new Error("Nothing to talk to.");
try {
  say(`bench main-job: ${examples.toLocaleString("en-US")} rows of Banking77`);
  const results = await mainJob(new Script(target), teacher.url);
  process.exitCode = printResults("main-job", results);
} finally {
  teacher.stop();
  await stack?.stop();
}
