import { AppError, notFound } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { mutation, query } from "#lib/core/verb.ts";
import { isTaskReady } from "#lib/projects/stages.ts";
import type { DatasetVersion, Task as TaskRow } from "#prisma/generated/client.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { checkLabels, maxLabels } from "./labels.ts";
import { type Task, taskGet, taskPut } from "./schema.ts";

function present({ teamId: _teamId, ...row }: TaskRow): Task {
  return {
    ...row,
    jsonSchema: row.jsonSchema as Record<string, unknown> | null,
    maxMemoryBytes: row.maxMemoryBytes === null ? null : Number(row.maxMemoryBytes),
    budgetMicros: row.budgetMicros === null ? null : Number(row.budgetMicros),
    ready: isTaskReady(row),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Labels that occur in a dataset version, the most frequent first. @throws AppError INVALID naming what is wrong with them */
function labelsOf(version: DatasetVersion & { dataset: { name: string } }): string[] {
  const where = `${version.dataset.name} version ${version.number}`;
  if (version.state !== "ready") {
    throw new AppError("CONFLICT", `${where} is not imported yet.`, { where, todo: "Wait for its import to finish." });
  }
  const counts = version.labelCounts as Record<string, number>;
  const labels = Object.keys(counts).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a.localeCompare(b, "en"));
  if (labels.length === 0) {
    throw new AppError("INVALID", `${where} has no labels.`, {
      where,
      todo: "Map its label column, or type the labels in.",
    });
  }
  const [problem] = checkLabels(labels);
  if (problem) {
    const more =
      labels.length > maxLabels
        ? "Use a dataset with fewer labels."
        : "Correct it in the file and import it again, or type the labels in.";
    throw new AppError("INVALID", problem.message, { where: `labels of ${where}`, todo: more });
  }
  return labels;
}

const get = query(taskGet, async ({ db, input }) => {
  const task = await db.task.findUnique({ where: { projectId: input.projectId } });
  if (!task) throw notFound("task");
  return present(task);
});

const put = mutation(taskPut, async ({ actor, tx, input, found }) => {
  const { projectId, labelsFrom: _labelsFrom, labels, jsonSchema, ...rest } = input;
  const version = found.labelsFrom;
  if (version && version.dataset.projectId !== projectId) {
    throw new AppError("INVALID", "That dataset belongs to another project.", {
      where: "labelsFrom",
      todo: "Choose one of this project.",
    });
  }
  const fields = {
    ...rest,
    // Labels and schema stay while the kind is tried out in the form; only the kind's own one is used.
    labels: version ? labelsOf(version) : labels,
    jsonSchema: jsonSchema === null ? Prisma.DbNull : (jsonSchema as Prisma.InputJsonObject),
  };
  const task = await tx.task.upsert({
    where: { projectId },
    create: { ...fields, projectId, teamId: actor.teamId },
    update: fields,
  });
  await publish(tx, actor.teamId, `project:${projectId}`);
  return present(task);
});

export const taskVerbs = [get, put] as const;
