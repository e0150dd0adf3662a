import { z } from "zod";
import { type Db, pool } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { invalidInput, mutation, query } from "#lib/core/verb.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { createRun } from "#lib/jobs/runs.ts";
import { assertTrainable, leakageOf } from "#lib/quality/leakage.ts";
import type { Recipe, TaskKind } from "#lib/recipes/recipe.ts";
import { getRecipe, recipes } from "#lib/recipes/registry.ts";
import type { DatasetVersion, Run } from "#prisma/generated/client.ts";
import { countLabels, countRows, type TrainingCounts, type TrainingSource, unseenLabels } from "./rows.ts";
import { finetuneChoices, finetuneCreate, finetunePreview, recipeList } from "./schema.ts";

/** More different answers than this are no classification. */
const MAX_LABELS = 1_000;
const NAMED_LABELS = 20;

/** What is read of a labelling run's frozen inputs and outcome. */
const Labelling = z.object({ datasetVersionId: z.string(), rows: z.string(), teacher: z.object({ name: z.string() }) });
const LabellingResult = z.object({ ok: z.number() });

type Version = DatasetVersion & {
  dataset: { name: string; projectId: string; simulated: boolean; deletedAt: Date | null };
};
type Choice = {
  projectId: string;
  version: Version;
  labelling: Run | null | undefined;
  labelSource: TrainingSource["labelSource"];
};

const list = query(recipeList, async () => ({
  items: recipes.map(({ name, title, summary, taskKinds, device, params }) => ({
    name,
    title,
    summary,
    taskKinds: [...taskKinds],
    device,
    // Input side: parameters with a default need not be given.
    params: z.toJSONSchema(params, { io: "input" }) as Record<string, unknown>,
  })),
}));

const choices = query(finetuneChoices, async ({ actor, db, input }) => {
  const { projectId } = input;
  const [task, versions, runs] = await Promise.all([
    db.task.findUnique({ where: { projectId } }),
    db.datasetVersion.findMany({
      where: { teamId: actor.teamId, state: "ready", deletedAt: null, dataset: { projectId, deletedAt: null } },
      include: { dataset: { select: { name: true, simulated: true } } },
      orderBy: { id: "desc" },
      take: 200,
    }),
    db.run.findMany({
      where: { projectId, kind: "generation", state: "succeeded" },
      orderBy: { id: "desc" },
      take: 500,
    }),
  ]);
  const labellings = runs.flatMap((run) => {
    const payload = Labelling.safeParse(run.payload).data;
    if (!payload || payload.rows === "holdout") return [];
    const answers = LabellingResult.safeParse(run.result).data?.ok ?? 0;
    return [{ versionId: payload.datasetVersionId, teacher: { runId: run.id, name: payload.teacher.name, answers } }];
  });
  return {
    taskKind: task?.kind ?? null,
    versions: versions.map((version) => ({
      id: version.id,
      name: `${version.dataset.name} v${version.number}`,
      trainRows: version.rowCount - version.holdoutCount,
      simulated: version.dataset.simulated,
      teachers: labellings.filter(({ versionId }) => versionId === version.id).map(({ teacher }) => teacher),
    })),
  };
});

/** Checks that version, labels and project belong together. @throws AppError */
function sourceOf({ projectId, version, labelling, labelSource }: Choice): TrainingSource {
  const named = `${version.dataset.name} v${version.number}`;
  if (version.dataset.projectId !== projectId || version.dataset.deletedAt) throw notFound("dataset version");
  if (version.state !== "ready") {
    throw new AppError("CONFLICT", `${named} is not ready.`, {
      where: "datasetVersionId",
      todo: "Wait for its import to end.",
    });
  }
  if (labelSource === "gold") return { datasetVersionId: version.id, generationRunId: null, labelSource };
  if (!labelling) {
    throw new AppError("INVALID", "Say which labelling run's answers to learn from.", {
      where: "generationRunId",
      todo: "Choose one, or learn from gold labels only.",
    });
  }
  if (labelling.kind !== "generation" || labelling.projectId !== projectId) throw notFound("labelling run");
  if (labelling.state !== "succeeded") {
    throw new AppError("CONFLICT", `"${labelling.title}" is ${labelling.state}.`, {
      where: "generationRunId",
      todo: "Wait until it has succeeded.",
    });
  }
  if (Labelling.safeParse(labelling.payload).data?.datasetVersionId !== version.id) {
    throw new AppError("INVALID", `"${labelling.title}" labelled other rows than those of ${named}.`, {
      where: "generationRunId",
      todo: "Choose a labelling run of this version.",
    });
  }
  return { datasetVersionId: version.id, generationRunId: labelling.id, labelSource };
}

/** A test set of the same project. @throws AppError NOT_FOUND */
function testVersionOf<V extends { dataset: { projectId: string } }>(projectId: string, version: V | undefined) {
  if (version && version.dataset.projectId !== projectId) throw notFound("dataset version");
  return version;
}

async function taskKindOf(db: Pick<Db, "task">, projectId: string): Promise<TaskKind> {
  const task = await db.task.findUnique({ where: { projectId }, select: { kind: true } });
  if (task) return task.kind;
  throw new AppError("INVALID", "The project has no task yet.", {
    where: "task",
    todo: "Describe it on the Task tab.",
  });
}

/** Why this cannot be trained, in words; null when it can. */
function problemOf(recipe: Recipe, kind: TaskKind, counts: TrainingCounts, labels: number): string | null {
  if (!recipe.taskKinds.includes(kind)) {
    return `${kind === "extraction" ? "Structured extraction" : "Free generation"} needs a language model trained on a GPU node, which comes with the issue "GPU nodes". The ${recipe.title} does ${recipe.taskKinds.join(", ")}.`;
  }
  if (counts.trainRows === 0)
    return "Every row of this version is held out: it is a test set. Choose a version with training rows.";
  if (counts.labelledRows === 0)
    return "No training row has such a label. Choose another source of labels, or label the rows first.";
  if (labels < 2) return "All training rows have the same label: there is nothing to tell apart.";
  if (labels > MAX_LABELS)
    return `The rows have more than ${MAX_LABELS} different labels: these are answers rather than classes.`;
  return null;
}

const preview = query(finetunePreview, async ({ db, input, found }) => {
  const version = found.datasetVersionId;
  const recipe = getRecipe(input.recipe);
  const source = sourceOf({ ...input, version, labelling: found.generationRunId });
  const [kind, counts, labels, unseen, leakage] = await Promise.all([
    taskKindOf(db, input.projectId),
    countRows(pool, source),
    countLabels(pool, source, MAX_LABELS + 1),
    unseenLabels(pool, source),
    leakageOf(db, version, testVersionOf(input.projectId, found.testVersionId)),
  ]);
  const params = recipe.params.safeParse(input.epochs === undefined ? {} : { epochs: input.epochs });
  const { inputChars, ...shown } = counts;
  return {
    ...shown,
    holdoutRows: version.holdoutCount,
    labels: labels.length,
    singleRowLabels: labels
      .filter(({ rows }) => rows === 1)
      .slice(0, NAMED_LABELS)
      .map(({ label }) => label),
    unseenLabels: unseen,
    estimate: recipe.estimate(
      { rows: counts.labelledRows, inputChars, labels: labels.length },
      params.success ? params.data : recipe.params.parse({}),
    ),
    leakage,
    problem: problemOf(recipe, kind, counts, labels.length),
  };
});

/** The recipe's parameters with defaults. @throws AppError INVALID with a message per parameter */
function paramsOf(recipe: Recipe, given: Record<string, unknown>): Record<string, unknown> {
  const parsed = z.strictObject(recipe.params.shape).safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidInput(
    new z.ZodError(parsed.error.issues.map((issue) => ({ ...issue, path: ["params", ...issue.path] }))),
  );
}

const create = mutation(finetuneCreate, async ({ actor, tx, input, found, after }) => {
  const { projectId: project, datasetVersionId: version, generationRunId: labelling } = found;
  const recipe = getRecipe(input.recipe);
  const params = paramsOf(recipe, input.params);
  const source = sourceOf({ ...input, version, labelling });
  const kind = await taskKindOf(tx, project.id);
  const [counts, labels] = await Promise.all([countRows(pool, source), countLabels(pool, source, MAX_LABELS + 1)]);
  const problem = problemOf(recipe, kind, counts, labels.length);
  if (problem) throw new AppError("INVALID", problem, { where: `${version.dataset.name} v${version.number}` });
  const testVersion = testVersionOf(project.id, found.testVersionId);
  const leakage = await assertTrainable(tx, actor, { version, testVersion, override: input.overrideLeakage });
  const number = 1 + (await tx.run.count({ where: { projectId: project.id, kind: "finetune" } }));
  const name = input.name ?? `${recipe.title} ${number}`;
  const run = await createRun(tx, actor, {
    kind: "finetune",
    projectId: project.id,
    title: `Train ${name} on ${version.dataset.name} v${version.number}`,
    payload: {
      ...source,
      recipe: recipe.name,
      params,
      name,
      rows: { total: counts.labelledRows, gold: counts.goldRows, teacher: counts.teacherRows },
      leakage,
    },
    simulated: project.simulated || version.dataset.simulated || (labelling?.simulated ?? false),
  });
  after(() => enqueueRun(run));
  return run;
});

export const finetuneVerbs = [list, choices, preview, create];
