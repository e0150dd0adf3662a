import { setImmediate as breathe } from "node:timers/promises";
import { type Prisma, pool, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { rowsToJudge, type Source, sourceFacts, storeRows } from "#lib/evaluations/collect.ts";
import { type JudgedRow, judge } from "#lib/evaluations/judge.ts";
import { labelSpelling } from "#lib/evaluations/labels.ts";
import type { EvaluationReport } from "#lib/evaluations/report.ts";
import { formatDuration, formatPercent, plural } from "#lib/format.ts";
import { loadPredictor } from "#lib/students/predictor.ts";
import type { Outcome, RunContext, RunHandler } from "./runtime.ts";

type Ctx = RunContext<"evaluation">;
type Row = JudgedRow & { position: number };
type Asking = {
  total: number;
  predict: (input: string) => { label: string; confidence: number };
  /** to the spelling of the task's labels */
  spell: (label: string) => string;
};

const phases = ["Load the student", "Warm up", "Ask the student", "Judge", "Store"];
/** predictions before the first that counts: the engine compiles and caches fill */
const WARM_UP = 50;
/** longest stretch without letting the heartbeat run */
const SLICE_MS = 50;
const STORE_BATCH = 5_000;

/**
 * Puts the student to the rows of an evaluation, one at a time and in this process, sets its answers beside the teacher's
 * stored ones, and writes the report. Safe to run again at any point: rows and report are replaced under the run's id.
 */
export const evaluationHandler: RunHandler<"evaluation"> = async (ctx) => {
  const { payload, run } = ctx;
  if (ctx.signal.aborted) return stopped(ctx);
  ctx.progress({ phase: "Load the student", phases, done: 0, total: null, unit: "rows", etaMs: null });
  const student = await ctx.fenced((tx) => tx.student.findUnique({ where: { id: payload.studentId } }));
  if (!student) throw new AppError("NOT_FOUND", "The student was deleted.", { todo: "Train one, then evaluate it." });
  const predictor = await loadPredictor(student);
  const source: Source = {
    versionId: payload.datasetVersionId,
    generationRunId: payload.generationRunId,
    rows: payload.rows,
  };
  const facts = await sourceFacts(pool, source, student.datasetVersionId);
  if (facts.total === 0) {
    throw new AppError("INVALID", "There are no rows that both could be judged on.", {
      todo:
        facts.notAsked > 0
          ? "The labelling run answered none of these rows: label them, or evaluate without a teacher."
          : "Choose a version with a hold-out.",
    });
  }

  const taskLabels = payload.labels.length > 0 ? payload.labels : predictor.labels;
  const spell = labelSpelling(taskLabels);
  const rows = await askStudent(ctx, source, {
    total: facts.total,
    predict: (input) => predictor.predict(input),
    spell,
  });
  if (ctx.signal.aborted) return stopped(ctx);

  ctx.progress({ phase: "Judge", etaMs: null });
  const spent = await ctx.fenced((tx) =>
    tx.run.aggregate({ where: { projectId: run.projectId }, _sum: { costMicros: true } }),
  );
  const context = {
    taskLabels,
    studentLabels: predictor.labels.map(spell),
    hasTeacher: payload.generationRunId !== null,
    notAsked: facts.notAsked,
    duplicates: facts.duplicates,
    seenInTraining: facts.seenInTraining,
    memoryBytes: predictor.bytes,
    teacherPer1kMicros: facts.teacherPer1kMicros,
    limits: { ...payload.limits, spentMicros: Number(spent._sum.costMicros ?? 0) },
  };
  const report = await judge(rows, context, () => breathe());
  say(ctx, report);
  if (ctx.signal.aborted) return stopped(ctx);
  await store(ctx, rows, report, run.simulated || student.simulated);
  return {
    end: "succeeded",
    result: {
      evaluationId: run.id,
      rows: report.rows.total,
      quality: report.views.all.student.figures.accuracy?.value ?? null,
      basis: report.basis,
      verdict: report.views.all.verdict?.sentence ?? null,
      outcome: report.outcome,
    },
  };
};

/** Answers of the student with the time each took, next to gold and teacher, all in the task's spelling. */
async function askStudent(ctx: Ctx, source: Source, { total, predict, spell }: Asking): Promise<Row[]> {
  const spelled = (label: string | null): string | null => (label === null ? null : spell(label));
  const rows: Row[] = [];
  const begun = performance.now();
  let lastBreath = begun;
  let warm = false;
  for await (const page of rowsToJudge(pool, source)) {
    if (!warm) {
      ctx.progress({ phase: "Warm up" });
      for (let i = 0; i < WARM_UP; i++) predict(page[i % page.length]?.input ?? "");
      warm = true;
      ctx.progress({ phase: "Ask the student", total });
    }
    for (const row of page) {
      const start = performance.now();
      const answer = predict(row.input);
      const end = performance.now();
      rows.push({
        position: row.position,
        gold: spelled(row.gold),
        teacher: spelled(row.teacher),
        student: spell(answer.label),
        confidence: answer.confidence,
        studentLatencyMs: end - start,
        teacherLatencyMs: row.teacherLatencyMs,
      });
      if (end - lastBreath > SLICE_MS) {
        await breathe();
        if (ctx.signal.aborted) return rows;
        const perSec = rows.length / ((performance.now() - begun) / 1000);
        ctx.progress({ done: rows.length, ratePerSec: perSec, etaMs: ((total - rows.length) / perSec) * 1000 });
        lastBreath = performance.now();
      }
    }
  }
  ctx.progress({ done: rows.length, total: rows.length });
  return rows;
}

function say(ctx: Ctx, report: EvaluationReport): void {
  const { all } = report.views;
  const name =
    report.basis === "gold" ? "accuracy" : "agreement with the teacher (no gold labels: this is not accuracy)";
  const figure = all.student.figures.accuracy;
  if (figure) ctx.log("info", `Student: ${name} ${formatPercent(figure.value)} on ${plural(all.n, "row")}.`);
  const latency = report.latency.student;
  if (latency) {
    const { p50Ms, p95Ms } = latency;
    ctx.log(
      "info",
      `One prediction takes ${formatDuration(p50Ms)} (median), ${formatDuration(p95Ms)} (p95), in process.`,
    );
  }
  if (all.verdict) ctx.log("info", all.verdict.sentence);
  if (report.rows.seenInTraining > 0) {
    ctx.log("warn", `${plural(report.rows.seenInTraining, "row")} also occur among the rows the student learned from.`);
  }
  if (report.unseen.rows > 0) {
    ctx.log("warn", `${plural(report.unseen.rows, "row")} have a label that the student never saw in training.`);
  }
}

/** Rows in batches of their own transaction, so that the heartbeat is never held up; the report last, which makes them visible. */
async function store(ctx: Ctx, rows: readonly Row[], report: EvaluationReport, simulated: boolean): Promise<void> {
  const { run, payload } = ctx;
  ctx.progress({ phase: "Store", done: 0, total: rows.length });
  await ctx.fenced((tx) => forget(tx, run.id));
  for (let from = 0; from < rows.length; from += STORE_BATCH) {
    await ctx.fenced((tx) => storeRows(tx, run.id, rows.slice(from, from + STORE_BATCH)));
    ctx.progress({ done: Math.min(rows.length, from + STORE_BATCH) });
  }
  await ctx.fenced((tx) =>
    tx.evaluation.create({
      data: {
        id: run.id,
        teamId: run.teamId,
        projectId: run.projectId,
        runId: run.id,
        studentId: payload.studentId,
        datasetVersionId: payload.datasetVersionId,
        generationRunId: payload.generationRunId,
        report: report as unknown as Prisma.InputJsonObject,
        simulated,
      },
    }),
  );
}

async function forget(tx: Tx, evaluationId: string): Promise<void> {
  await tx.evaluationRow.deleteMany({ where: { evaluationId } });
  await tx.evaluation.deleteMany({ where: { id: evaluationId } });
}

/** A cancelled evaluation leaves nothing; any other stop is repaired by the next claim, which begins anew. */
async function stopped(ctx: Ctx): Promise<Outcome<"evaluation">> {
  if (ctx.signal.reason === "cancel") await ctx.fenced((tx) => forget(tx, ctx.run.id));
  return { end: "later", afterMs: 0 };
}
