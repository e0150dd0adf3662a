import { pool } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { wilson } from "#lib/metrics/proportion.ts";
import type { ReviewFigures, SynthesisRow } from "./schema.ts";

type Filter = {
  status?: string | undefined;
  review?: boolean | undefined;
  undecided?: boolean | undefined;
  item?: number | undefined;
};

/** One page of the rows of a run, in the order of the plan. */
export async function listRows(runId: string, filter: Filter, cursor: string | undefined, limit: number) {
  const after = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(after) || after < 0 || after > 2_147_483_647) {
    throw new AppError("INVALID", "The cursor is not one of this list.", {
      where: "cursor",
      todo: "Use `nextCursor` of the page before.",
    });
  }
  const { rows } = await pool.query<SynthesisRow>(
    `SELECT s."seq", s."input", s."output", s."status", s."nearest", s."nearestText", s."review", s."decision", q."item", q."parents"
     FROM "SynthesisRow" s JOIN "SynthesisRequest" q ON q."runId" = s."runId" AND q."position" = s."request"
     WHERE s."runId" = $1::uuid AND s."seq" > $2 AND ($3::text IS NULL OR s."status" = $3) AND ($4::bool IS NULL OR s."review" = $4)
       AND ($5::bool IS NOT TRUE OR s."decision" IS NULL) AND ($6::int IS NULL OR q."item" = $6)
     ORDER BY s."seq" LIMIT $7`,
    [
      runId,
      after,
      filter.status ?? null,
      filter.review ?? null,
      filter.undecided ?? null,
      filter.item ?? null,
      limit + 1,
    ],
  );
  return toPage(rows, limit, (row) => String(row.seq));
}

/** How far the first look is, and how good the rows are. */
export async function reviewFigures(
  queries: { $queryRaw: <T>(query: TemplateStringsArray, ...values: unknown[]) => Promise<T> },
  runId: string,
  madeVersionId: string | null,
): Promise<ReviewFigures> {
  const [counts] = await queries.$queryRaw<{ toReview: number; accepted: number; rejected: number }[]>`
    SELECT count(*) FILTER (WHERE "review")::int AS "toReview", count(*) FILTER (WHERE "decision" = 'accepted')::int AS accepted,
      count(*) FILTER (WHERE "decision" = 'rejected')::int AS rejected
    FROM "SynthesisRow" WHERE "runId" = ${runId}::uuid AND "status" = 'kept'`;
  const { toReview, accepted, rejected } = counts ?? { toReview: 0, accepted: 0, rejected: 0 };
  return {
    toReview,
    accepted,
    rejected,
    rate: wilson(accepted, accepted + rejected),
    madeVersionId,
  };
}
