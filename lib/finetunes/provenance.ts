import type { Tx } from "#lib/core/db.ts";
import type { PayloadOf } from "#lib/jobs/catalog.ts";
import type { Provenance } from "#lib/recipes/manifest.ts";
import type { Run } from "#prisma/generated/client.ts";

/** What the student's manifest says about its origin, so that the files explain themselves away from this installation. */
export async function provenanceOf(tx: Tx, run: Run, payload: PayloadOf<"finetune">): Promise<Provenance> {
  const version = await tx.datasetVersion.findUniqueOrThrow({
    where: { id: payload.datasetVersionId },
    include: { dataset: { select: { name: true } } },
  });
  const labelling = payload.generationRunId
    ? await tx.run.findUnique({ where: { id: payload.generationRunId }, select: { payload: true } })
    : null;
  const teacher = Object(Object(labelling?.payload).teacher) as { model?: unknown };
  return {
    projectId: run.projectId,
    runId: run.id,
    datasetVersionId: version.id,
    datasetName: version.dataset.name,
    datasetVersionNumber: version.number,
    datasetContentHash: version.contentHash,
    generationRunId: payload.generationRunId,
    teacherModel: typeof teacher.model === "string" ? teacher.model : null,
    labelSource: payload.labelSource,
    goldRows: payload.rows.gold,
    teacherRows: payload.rows.teacher,
    simulated: run.simulated,
  };
}
