import type { Prisma, Tx } from "#lib/core/db.ts";
import type { Run } from "#prisma/generated/client.ts";

/** `answers`: of a labelling run; they go with the rows where the run was cancelled for the deletion. */
export type Need = { kind: "run" | "student" | "evaluation" | "review" | "answers"; says: string; run?: Run };

const mostNamed = 3;

/** Runs that are not over and work on one of these versions, those that build on others first: that is the order to cancel them in. */
export async function activeRuns(tx: Tx, projectId: string, versionIds: readonly string[]): Promise<Run[]> {
  const on: Prisma.RunWhereInput[] = versionIds.map((id) => ({ payload: { path: ["datasetVersionId"], equals: id } }));
  const runs = await tx.run.findMany({
    where: { projectId, state: { in: ["queued", "running", "paused"] }, OR: on },
    orderBy: { id: "desc" },
  });
  const order = ["evaluation", "finetune", "generation", "synthesis", "quality", "derive", "import"];
  return runs.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Results that rest on one of these versions, each as a sentence. A result is what a person may still look at, use or have to explain. */
export async function resultsOn(tx: Tx, projectId: string, versionIds: readonly string[]): Promise<Need[]> {
  const where = { datasetVersionId: { in: [...versionIds] } };
  const students = await tx.student.findMany({ where, select: { name: true }, take: mostNamed + 1 });
  const evaluations = await tx.evaluation.count({ where });
  const reviews = await tx.review.findMany({ where, select: { name: true }, take: mostNamed + 1 });
  const labellings = await tx.$queryRaw<{ title: string }[]>`
    SELECT r."title" FROM "Run" r WHERE r."projectId" = ${projectId}::uuid AND r."kind" = 'generation'
      AND r."state" IN ('succeeded', 'failed', 'cancelled') AND r."payload"->>'datasetVersionId' = ANY(${[...versionIds]}::text[])
      AND EXISTS (SELECT 1 FROM "GenerationResult" g WHERE g."runId" = r."id" AND g."status" = 'ok')
    ORDER BY r."id" DESC LIMIT ${mostNamed + 1}`;
  return [
    ...students.map(({ name }) => ({ kind: "student" as const, says: `The student "${name}" was trained on it.` })),
    ...(evaluations === 0
      ? []
      : [
          {
            kind: "evaluation" as const,
            says: `${evaluations} ${evaluations === 1 ? "evaluation rests" : "evaluations rest"} on its hold-out.`,
          },
        ]),
    ...reviews.map(({ name }) => ({ kind: "review" as const, says: `The review "${name}" is about its rows.` })),
    ...labellings.map(({ title }) => ({
      kind: "answers" as const,
      says: `The answers of "${title}" belong to its rows.`,
    })),
  ];
}

/** Everything that would lose its ground if these versions of a project went; runs under way first. */
export async function needsOf(tx: Tx, projectId: string, versionIds: readonly string[]): Promise<Need[]> {
  if (versionIds.length === 0) return [];
  const runs = await activeRuns(tx, projectId, versionIds);
  return [
    ...runs.map((run) => ({ kind: "run" as const, says: `The run "${run.title}" is ${run.state} and uses it.`, run })),
    ...(await resultsOn(tx, projectId, versionIds)),
  ];
}

/** The first needs as one text. */
export function needWords(needs: readonly Pick<Need, "says">[]): string {
  const shown = needs.slice(0, mostNamed).map(({ says }) => says);
  const more = needs.length - shown.length;
  return shown.join(" ") + (more > 0 ? ` And ${more} more.` : "");
}
