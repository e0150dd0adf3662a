import { z } from "zod";
import type { Db } from "#lib/core/db.ts";
import { cpuCostMicros, VCPU_HOUR_MICROS } from "#lib/evaluations/cost.ts";
import type { SummaryReport } from "#lib/evaluations/schema.ts";
import { formatCount, formatDuration, formatMoney, formatPercent, plural } from "#lib/format.ts";
import { searchPrices } from "#lib/llm/price.ts";
import type { Project, Task } from "#prisma/generated/client.ts";
import { type FieldKey, fieldKeys, savingsFields } from "./fields.ts";
import type { SourceKind } from "./schema.ts";

export type Derived = { value: number; source: SourceKind; note: string };
type Reader = Pick<Db, "run" | "$queryRaw">;

/** Traffic at its peak over its mean; with it a virtual CPU that is never more than half busy is counted. */
const PEAK = 5;
const VCPU_MONTH_MICROS = 25_000_000;

/** Everything that task and runs say about a project's costs. Fields that nothing is known of take their fallback. */
export async function deriveInputs(
  db: Reader,
  project: Project,
  task: Task | null,
  report: SummaryReport | null,
): Promise<{ values: Record<FieldKey, Derived>; teacherName: string | null; baselineName: string }> {
  const values = Object.fromEntries(
    fieldKeys.map((key) => [
      key,
      { value: savingsFields[key].fallback, source: "default", note: savingsFields[key].note },
    ]),
  ) as Record<FieldKey, Derived>;
  const put = (key: FieldKey, value: number | null | undefined, source: SourceKind, note: string): void => {
    if (value == null || !Number.isFinite(value)) return;
    values[key] = { value: Math.min(savingsFields[key].max, Math.max(0, value)), source, note };
  };

  const teacher = await measuredTeacher(db, project.id);
  if (teacher) {
    const note = `Mean of ${plural(teacher.answers, "answer")} by ${teacher.name}.`;
    put("teacherInputTokens", teacher.inputTokens, "measured", note);
    put("teacherOutputTokens", teacher.outputTokens, "measured", note);
    put("baselineInputTokens", teacher.inputTokens, "measured", `As the teacher: ${note}`);
    put("baselineOutputTokens", teacher.outputTokens, "measured", `As the teacher: ${note}`);
    put("teacherInputPrice", teacher.inputPrice, "measured", `What ${teacher.name} cost when it labelled.`);
    put("teacherOutputPrice", teacher.outputPrice, "measured", `What ${teacher.name} cost when it labelled.`);
    if (teacher.spread !== null) {
      put(
        "tokenSpread",
        teacher.spread,
        "measured",
        `95 % interval of the mean over ${plural(teacher.answers, "answer")}. Widen it if real traffic is longer or shorter than the data.`,
      );
    }
  }
  put("requestsPerDay", task?.baselineRequestsPerDay, "task", "Set in the task.");
  put("baselineInputTokens", task?.baselineInputTokens, "task", "Set in the task.");
  put("baselineOutputTokens", task?.baselineOutputTokens, "task", "Set in the task.");
  const baseline = await baselinePrice(task?.baselineModel.trim() ?? "", teacher);
  if (baseline.price) {
    put("baselineInputPrice", baseline.price.input, baseline.source, baseline.note);
    put("baselineOutputPrice", baseline.price.output, baseline.source, baseline.note);
  }
  await putOneOff(db, project.id, put);
  putServing(values.requestsPerDay.value, report, put);
  return { values, teacherName: teacher?.name ?? null, baselineName: baseline.name };
}

type Put = (key: FieldKey, value: number | null | undefined, source: SourceKind, note: string) => void;

async function putOneOff(db: Reader, projectId: string, put: Put): Promise<void> {
  const runs = await db.run.findMany({
    where: { projectId, startedAt: { not: null } },
    select: { kind: true, costMicros: true, activeMs: true, startedAt: true, finishedAt: true },
  });
  const labelling = runs.filter((run) => run.kind === "generation");
  if (labelling.length > 0) {
    const total = labelling.reduce((sum, run) => sum + Number(run.costMicros), 0);
    put(
      "labelling",
      total,
      "measured",
      `The ledger of ${plural(labelling.length, "labelling run")}, failed ones included.`,
    );
  }
  const price = `at ${formatMoney(VCPU_HOUR_MICROS)} an hour`;
  const training = runs.filter((run) => run.kind === "finetune" && run.finishedAt);
  if (training.length > 0) {
    // A fine-tune only polls: the time from its start to its end is what the machine was used.
    const ms = training.reduce((sum, run) => sum + Math.max(0, Number(run.finishedAt) - Number(run.startedAt)), 0);
    const calls = training.reduce((sum, run) => sum + Number(run.costMicros), 0);
    put(
      "training",
      Math.round(cpuCostMicros(ms)) + calls,
      "measured",
      `${formatDuration(ms)} of one virtual CPU ${price}.`,
    );
  }
  const evaluations = runs.filter((run) => run.kind === "evaluation");
  if (evaluations.length > 0) {
    const ms = evaluations.reduce((sum, run) => sum + Number(run.activeMs), 0);
    const calls = evaluations.reduce((sum, run) => sum + Number(run.costMicros), 0);
    put(
      "evaluation",
      Math.round(cpuCostMicros(ms)) + calls,
      "measured",
      `${formatDuration(ms)} of one virtual CPU ${price}.`,
    );
  }
}

/** Virtual CPUs for the peak at the measured time of a prediction, half busy, and one more for availability. */
function putServing(requestsPerDay: number, report: SummaryReport | null, put: Put): void {
  const meanMs = report?.latency.student?.meanMs;
  if (meanMs === undefined) return;
  const busy = ((requestsPerDay * PEAK) / 86_400) * (meanMs / 1000);
  const cpus = Math.max(1, Math.ceil(busy * 2)) + 1;
  put(
    "studentMonthly",
    cpus * VCPU_MONTH_MICROS,
    "default",
    `${formatCount(cpus)} virtual CPUs at ${formatMoney(VCPU_MONTH_MICROS)} a month, one of them for availability: at ${formatDuration(meanMs)} a prediction, ${PEAK} times the mean traffic keeps one busy ${formatPercent(Math.min(1, busy / (cpus - 1)))} of the time.`,
  );
}

/** What a labelling run froze of its teacher. */
const Labelling = z.object({
  teacher: z.object({ name: z.string() }),
  price: z.object({ inputMicrosPerMtok: z.number(), outputMicrosPerMtok: z.number() }),
});

type MeasuredTeacher = {
  name: string;
  answers: number;
  inputTokens: number;
  outputTokens: number;
  inputPrice: number;
  outputPrice: number;
  /** half width of the 95 % interval of the mean tokens over that mean; null below 30 answers */
  spread: number | null;
};

/** Mean tokens of the newest labelling run that has answers, with the price it ran at. */
async function measuredTeacher(db: Reader, projectId: string): Promise<MeasuredTeacher | null> {
  const runs = await db.run.findMany({
    where: { projectId, kind: "generation" },
    orderBy: { id: "desc" },
    take: 10,
    select: { id: true, payload: true },
  });
  for (const run of runs) {
    const [measured] = await db.$queryRaw<{ n: number; input: number; output: number; sd: number | null }[]>`
      SELECT count(*)::int AS n, coalesce(avg("inputTokens"), 0)::float8 AS input, coalesce(avg("outputTokens"), 0)::float8 AS output,
         stddev_samp("inputTokens" + "outputTokens")::float8 AS sd
       FROM "GenerationResult" WHERE "runId" = ${run.id}::uuid AND "status" = 'ok'`;
    if (!measured || measured.n === 0) continue;
    const { data: frozen } = Labelling.safeParse(run.payload);
    const mean = measured.input + measured.output;
    const half = measured.sd === null ? null : (1.96 * measured.sd) / Math.sqrt(measured.n);
    return {
      name: frozen?.teacher.name ?? "the teacher",
      answers: measured.n,
      inputTokens: Math.round(measured.input * 10) / 10,
      outputTokens: Math.round(measured.output * 10) / 10,
      inputPrice: frozen?.price.inputMicrosPerMtok ?? 0,
      outputPrice: frozen?.price.outputMicrosPerMtok ?? 0,
      spread: half === null || measured.n < 30 || mean === 0 ? null : Math.round((half / mean) * 1e4) / 1e4,
    };
  }
  return null;
}

type BaselinePrice = {
  name: string;
  price: { input: number; output: number } | null;
  source: SourceKind;
  note: string;
};

/** Today's model at its list price; without one, the teacher itself is what would be paid. */
async function baselinePrice(model: string, teacher: MeasuredTeacher | null): Promise<BaselinePrice> {
  if (model === "") {
    const name = teacher?.name ?? "Today's model";
    const price = teacher && { input: teacher.inputPrice, output: teacher.outputPrice };
    return {
      name,
      price,
      source: "measured",
      note: "The task names no model of today: the teacher's price stands in for it.",
    };
  }
  const wanted = model.toLowerCase();
  const found = (await searchPrices(model, 20)).find((entry) =>
    [entry.model, entry.modelName, `${entry.provider}/${entry.model}`].some((name) => name.toLowerCase() === wanted),
  );
  if (!found) return { name: model, price: null, source: "default", note: "" };
  return {
    name: model,
    price: { input: found.inputMicrosPerMtok, output: found.outputMicrosPerMtok },
    source: "task",
    note: `${found.modelName} at ${found.providerName}, list price (${found.source.replace("book:", "")}).`,
  };
}
