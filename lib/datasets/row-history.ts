import { db, pool } from "#lib/core/db.ts";
import { namesOf } from "./present.ts";
import type { RowState } from "./rows-schema.ts";
import { RowOrigin, type VersionOrigin } from "./schema.ts";
import type { RowSet } from "./version-rows.ts";

const mostStates = 100;

type Stored = {
  fromStep: number;
  current: boolean;
  input: string;
  output: string | null;
  holdout: boolean;
  origin: unknown;
};

/** States of the row at a position over the versions of its line, oldest first; each with the version that brought it. */
export async function rowHistory({ line, step }: RowSet, position: number): Promise<RowState[]> {
  const { rows } = await pool.query<Stored>(
    `SELECT "fromStep", "fromStep" <= $3 AND "toStep" > $3 AS current, "input", "output", "holdout", "origin"
     FROM "Row" WHERE "line" = $1 AND "position" = $2 ORDER BY "fromStep" LIMIT ${mostStates}`,
    [line, position, step],
  );
  const versions = await db.datasetVersion.findMany({
    where: { line, step: { in: rows.map(({ fromStep }) => fromStep) } },
    select: { id: true, number: true, step: true, origin: true, reason: true, createdAt: true, createdById: true },
  });
  const names = await namesOf(
    db,
    versions.map(({ createdById }) => createdById),
  );
  return rows.map(({ fromStep, origin, ...row }) => {
    const version = versions.find((candidate) => candidate.step === fromStep);
    return {
      ...row,
      origin: RowOrigin.nullable().catch(null).parse(origin),
      number: version?.number ?? null,
      versionId: version?.id ?? null,
      versionOrigin: (version?.origin as VersionOrigin | undefined) ?? null,
      reason: version?.reason ?? "",
      at: version?.createdAt.toISOString() ?? null,
      by: version ? (names.get(version.createdById) ?? "someone who left") : "",
    };
  });
}
