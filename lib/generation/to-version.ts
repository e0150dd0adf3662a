import { z } from "zod";
import type { Tx } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { mutation } from "#lib/core/verb.ts";
import { madeAtOnce } from "#lib/datasets/change.ts";
import { atOnceRows, defineOperation, deriveBy, queueDerive, type Version } from "#lib/datasets/operation.ts";
import type { RowOrigin } from "#lib/datasets/schema.ts";
import { type RowSet, versionRows } from "#lib/datasets/version-rows.ts";
import { generationKind } from "#lib/jobs/kinds/generation.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { generationToVersion } from "./to-version-schema.ts";

/** Positions looked at by one statement. */
const windowRows = 200_000;

const LabelsOp = z.object({
  kind: z.literal("labels"),
  generationRunId: z.uuid(),
  /** the version that the run labelled */
  labelledVersionId: z.uuid(),
  onlyWithoutGold: z.boolean(),
});
type LabelsOp = z.infer<typeof LabelsOp>;

/** Usable answers of the run ($1) that differ from the gold answers of `parent`, on rows whose input is still the labelled one. */
function answersSql(parent: RowSet, labelled: RowSet, onlyWithoutGold: boolean): string {
  return `FROM "GenerationResult" g JOIN ${versionRows(parent)} r ON r."position" = g."position"
    ${parent.step === labelled.step ? "" : `JOIN ${versionRows(labelled)} l ON l."position" = g."position" AND l."inputHash" = r."inputHash"`}
    WHERE g."runId" = $1::uuid AND g."status" = 'ok' AND nullif(g."answer", '') IS NOT NULL
      AND ${onlyWithoutGold ? `r."output" IS NULL` : `r."output" IS DISTINCT FROM g."answer"`}`;
}

/** The answers of a labelling run become gold answers. */
export const labelsOperation = defineOperation<LabelsOp>({
  kind: "labels",
  schema: LabelsOp,
  origin: "label",
  async stage(tx, table, { op, parent, tell }) {
    const origin: RowOrigin = { kind: "label", runId: op.generationRunId };
    const labelled = await tx.datasetVersion.findUniqueOrThrow({
      where: { id: op.labelledVersionId },
      select: { line: true, step: true },
    });
    const answers = answersSql(parent, labelled, op.onlyWithoutGold);
    for (let at = 0; at < parent.lastPosition; at += windowRows) {
      tell(at, parent.lastPosition);
      await tx.$executeRawUnsafe(
        `INSERT INTO ${table} ("position", "setOutput", "output", "origin")
         SELECT g."position", true, g."answer", $2::jsonb ${answers} AND g."position" > $3::int AND g."position" <= $4::int`,
        op.generationRunId,
        JSON.stringify(origin),
        at,
        at + windowRows,
      );
    }
    tell(parent.lastPosition, parent.lastPosition);
  },
});

async function fewAnswers(tx: Tx, parent: Version, labelled: RowSet, op: LabelsOp): Promise<boolean> {
  const [found] = await tx.$queryRawUnsafe<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM (SELECT 1 ${answersSql(parent, labelled, op.onlyWithoutGold)} LIMIT ${atOnceRows + 1}) found`,
    op.generationRunId,
  );
  return (found?.n ?? 0) <= atOnceRows;
}

const toVersion = mutation(generationToVersion, async ({ actor, tx, input, found, after }) => {
  const run = found.runId;
  if (run.kind !== "generation") throw notFound("labelling run");
  if (run.state !== "succeeded" && run.state !== "cancelled" && run.state !== "failed") {
    throw new AppError("CONFLICT", `This run is ${run.state}; more answers may come.`, {
      where: run.title,
      todo: "Wait for its end, or cancel it to use what there is.",
    });
  }
  const { datasetVersionId } = generationKind.payload.parse(run.payload);
  const labelled = await tx.datasetVersion.findFirst({
    where: { id: datasetVersionId, teamId: actor.teamId, deletedAt: null, dataset: { deletedAt: null } },
    include: { dataset: true },
  });
  if (!labelled) throw notFound("dataset version");
  const parent = found.datasetVersionId ?? labelled;
  if (parent.line !== labelled.line) {
    throw new AppError("INVALID", "This version was not made from the labelled one.", {
      where: "datasetVersionId",
      todo: `Choose a version that goes back to the same import as ${labelled.dataset.name} v${labelled.number}.`,
    });
  }
  const { reason, onlyWithoutGold } = input;
  const op: LabelsOp = { kind: "labels", generationRunId: run.id, labelledVersionId: labelled.id, onlyWithoutGold };
  const planned = { parent, reason, operation: labelsOperation, op };
  if (await fewAnswers(tx, parent, labelled, op)) return madeAtOnce(tx, await deriveBy(tx, actor, planned));
  const title = `Take answers as gold in ${parent.dataset.name} v${parent.number}`;
  const derive = await queueDerive(tx, actor, planned, title);
  after(() => enqueueRun(derive));
  return { id: derive.id, version: null, runId: derive.id };
});

export const toVersionVerbs = [toVersion];
