import type { Tx } from "#lib/core/db.ts";
import { inputDigest, inputHash } from "#lib/datasets/split.ts";
import { type RowChange, stageChanges } from "#lib/datasets/staged.ts";
import { type RowSet, versionRows } from "#lib/datasets/version-rows.ts";
import type { PayloadOf } from "#lib/jobs/catalog.ts";

/**
 * Stages the kept rows of a run that nobody rejected as additions to the training side: what a teacher invented is no evidence, so it
 * never goes into the hold-out. Texts that the version has by now are left out.
 */
export async function stageSynthesis(
  tx: Tx,
  table: string,
  runId: string,
  payload: PayloadOf<"synthesis">,
  onto: RowSet & { holdoutFraction: number },
): Promise<void> {
  const rows = await tx.$queryRaw<{ input: string; output: string | null; item: number; parents: number[] }[]>`
    SELECT s."input", s."output", q."item", q."parents" FROM "SynthesisRow" s
    JOIN "SynthesisRequest" q ON q."runId" = s."runId" AND q."position" = s."request"
    WHERE s."runId" = ${runId}::uuid AND s."status" = 'kept' AND s."decision" IS DISTINCT FROM 'rejected' ORDER BY s."seq"`;
  const hashes = rows.map(({ input }) => inputHash(inputDigest(input)));
  const there = await tx.$queryRawUnsafe<{ hash: string }[]>(
    `SELECT DISTINCT r."inputHash"::text AS hash FROM ${versionRows(onto)} r WHERE r."inputHash" = ANY($1::bigint[])`,
    hashes,
  );
  const known = new Set(there.map(({ hash }) => hash));
  const changes = rows
    .filter((_, index) => !known.has(hashes[index] ?? ""))
    .map(
      ({ input, output, item, parents }): RowChange => ({
        position: null,
        input,
        output,
        holdout: false,
        origin: {
          kind: "synthesis",
          runId,
          parents,
          method: payload.plan[item]?.method ?? "",
          model: payload.teacher.model,
        },
      }),
    );
  if (changes.length > 0) await stageChanges(tx, table, changes, onto.holdoutFraction);
}
