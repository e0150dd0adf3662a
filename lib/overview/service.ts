import type { Actor } from "#lib/core/actor.ts";
import type { Db } from "#lib/core/db.ts";
import { query } from "#lib/core/verb.ts";
import type { EvaluationSummary } from "#lib/evaluations/schema.ts";
import { evaluationVerbs } from "#lib/evaluations/service.ts";
import { formatCount, plural } from "#lib/format.ts";
import type { Project } from "#lib/projects/schema.ts";
import { projectVerbs } from "#lib/projects/service.ts";
import { stepOfKind } from "#lib/projects/stages.ts";
import type { Run } from "#lib/runs/schema.ts";
import { runVerbs } from "#lib/runs/service.ts";
import type { Savings } from "#lib/savings/schema.ts";
import { savingsVerbs } from "#lib/savings/service.ts";
import { roundMoney } from "#lib/savings/words.ts";
import { candidatesOf } from "./candidates.ts";
import { type NextFacts, nextStep } from "./next.ts";
import { type Overview, projectOverview, type TrackStep } from "./schema.ts";

type Callable = { endpoint: { name: string }; call(call: { actor: Actor }, raw: unknown): Promise<unknown> };

/** Asks another noun's verb for the same actor, so that rights and shapes are its own. */
async function ask<T>(verbs: readonly Callable[], name: string, actor: Actor, input: object): Promise<T> {
  const verb = verbs.find((candidate) => candidate.endpoint.name === name);
  if (!verb) throw new Error(`no verb is called ${name}`);
  return (await verb.call({ actor }, input)) as T;
}

const overview = query(projectOverview, async ({ db, actor, input }) => {
  const { projectId } = input;
  const [project, savings, evaluations, runs, facts] = await Promise.all([
    ask<Project>(projectVerbs, "project.get", actor, { projectId }),
    ask<Savings>(savingsVerbs, "savings.get", actor, { projectId }),
    ask<{ items: EvaluationSummary[] }>(evaluationVerbs, "evaluation.list", actor, { projectId, limit: 50 }),
    ask<{ items: Run[] }>(runVerbs, "run.list", actor, { projectId, limit: 50 }),
    factsOf(db, projectId),
  ]);
  const verdict = evaluations.items.find((item) => item.id === savings.proof?.evaluationId) ?? null;
  const track = trackOf(project, savings, verdict, facts);
  const newest = facts.student;
  return {
    project,
    track,
    next: nextStep({
      kind: project.kind,
      stages: project.stages,
      activeRuns: project.activeRuns,
      failedRuns: failedRuns(runs.items),
      goldRows: facts.version?.labelledCount ?? 0,
      verdict,
      newStudent: newest && !evaluations.items.some((item) => item.student.id === newest.id) ? newest.name : null,
      savingsComplete: savings.complete,
    }),
    verdict,
    candidates: candidatesOf(evaluations.items, savings),
    costBasis: savings.complete ? "serving" : "processor",
    savings: {
      complete: savings.complete,
      headline: savings.headline,
      baseline: savings.baseline,
      net: savings.model.monthly.net,
      payback: savings.model.payback,
    },
    spent: { micros: facts.spentMicros, budgetMicros: facts.budgetMicros },
    runs: runs.items.slice(0, 5),
  } satisfies Overview;
});

type Facts = Awaited<ReturnType<typeof factsOf>>;

/** The few figures that the track shows under each step. */
async function factsOf(db: Db, projectId: string) {
  const [task, version, labelling, student, spent] = await Promise.all([
    db.task.findUnique({ where: { projectId } }),
    db.datasetVersion.findFirst({
      where: { state: "ready", deletedAt: null, dataset: { projectId, deletedAt: null } },
      orderBy: { id: "desc" },
      select: { rowCount: true, holdoutCount: true, labelledCount: true },
    }),
    db.run.findFirst({
      where: { projectId, kind: "generation", startedAt: { not: null } },
      orderBy: { id: "desc" },
      select: { id: true },
    }),
    db.student.findFirst({
      where: { projectId },
      orderBy: { id: "desc" },
      select: { id: true, name: true, trainRows: true },
    }),
    db.run.aggregate({ where: { projectId }, _sum: { costMicros: true } }),
  ]);
  const answers = labelling ? await db.generationResult.count({ where: { runId: labelling.id, status: "ok" } }) : 0;
  return {
    task,
    version,
    answers,
    student,
    spentMicros: Number(spent._sum.costMicros ?? 0),
    budgetMicros: task?.budgetMicros == null ? null : Number(task.budgetMicros),
  };
}

function trackOf(
  project: Project,
  savings: Savings,
  verdict: EvaluationSummary | null,
  facts: Facts,
): Overview["track"] {
  const { task, version, answers, student } = facts;
  const known: Record<TrackStep, string> = {
    task: task && project.kind === "classification" ? plural(task.labels.length, "label") : project.kind,
    data: version ? `${plural(version.rowCount, "row")}, ${formatCount(version.holdoutCount)} held out` : "no data yet",
    labels: answers > 0 ? plural(answers, "answer") : "none yet",
    student: student ? `learned from ${plural(student.trainRows, "row")}` : "none yet",
    verdict: verdict ? (verdict.report.verdict?.title ?? "Measured") : "not measured",
    savings:
      savings.complete && verdict ? `${roundMoney(savings.model.monthly.net.likely)} a month net` : "not known yet",
  };
  const savingsState = !verdict ? "todo" : savings.complete ? "done" : "attention";
  return [
    ...project.stages.map(({ step, state }) => ({ step, state, fact: known[step] })),
    { step: "savings", state: savingsState, fact: known.savings },
  ];
}

/** The newest run of each step, where it failed. `runs` are newest first. */
function failedRuns(runs: readonly Run[]): NextFacts["failedRuns"] {
  const found: ReturnType<typeof failedRuns> = {};
  const seen = new Set<string>();
  for (const run of runs) {
    const step = stepOfKind[run.kind];
    if (step === null || seen.has(step)) continue;
    seen.add(step);
    if (run.state === "failed") found[step] = { id: run.id, message: run.error?.message ?? "The log has the details." };
  }
  return found;
}

export const overviewVerbs = [overview];
