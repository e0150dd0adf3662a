import { randomUUID } from "node:crypto";
import type { Tx } from "#lib/core/db.ts";
import type { RowOrigin } from "./schema.ts";
import { inputDigest, inputHash, isHoldout } from "./split.ts";

/**
 * One change to a version. `position` null adds a row. A field that is absent stays as it is (in a new row: no answer, and the side that
 * its text's hash gives). An edited row stays on its side, so that evaluations keep their hold-out, unless its new text
 * stands on the other one (lib/datasets/sides.ts).
 */
export type RowChange = {
  position: number | null;
  /** takes the row away */
  gone?: boolean;
  input?: string;
  /** null: takes the gold answer away */
  output?: string | null;
  holdout?: boolean;
  origin?: RowOrigin;
};

/**
 * Makes the temporary table that a change is staged in; it goes with the transaction. Columns: "position" (null: a new row), "gone",
 * "input" with its "inputHash" (null: as it was), "setOutput" with "output", "holdout" (null: as it was), "origin". Each position once.
 * @returns its name, for SQL
 */
export async function createStage(tx: Tx): Promise<string> {
  const table = `staged_${randomUUID().replaceAll("-", "")}`;
  await tx.$executeRawUnsafe(`CREATE TEMP TABLE ${table} (
    "position" int UNIQUE, "gone" bool NOT NULL DEFAULT false, "input" text, "inputHash" bigint,
    "setOutput" bool NOT NULL DEFAULT false, "output" text, "holdout" bool, "origin" jsonb) ON COMMIT DROP`);
  return table;
}

/** Stages changes given one by one. Texts have no NUL. @param holdoutFraction of the parent, for new rows */
export async function stageChanges(
  tx: Tx,
  table: string,
  changes: readonly RowChange[],
  holdoutFraction: number,
): Promise<void> {
  const digests = changes.map(({ input }) => (input === undefined ? null : inputDigest(input)));
  const side = ({ position, holdout }: RowChange, digest: string | null) =>
    holdout ?? (position === null && digest !== null ? isHoldout(digest, holdoutFraction) : null);
  await tx.$executeRawUnsafe(
    `INSERT INTO ${table} SELECT * FROM unnest($1::int[], $2::bool[], $3::text[], $4::bigint[], $5::bool[], $6::text[], $7::bool[], $8::jsonb[])`,
    changes.map(({ position }) => position),
    changes.map(({ gone }) => gone ?? false),
    changes.map(({ input }) => input ?? null),
    digests.map((digest) => (digest === null ? null : inputHash(digest))),
    changes.map(({ output }) => output !== undefined),
    changes.map(({ output }) => output ?? null),
    changes.map((change, index) => side(change, digests[index] ?? null)),
    changes.map(({ origin }) => (origin ? JSON.stringify(origin) : null)),
  );
}
