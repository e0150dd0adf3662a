import { z } from "zod";
import type { Tx } from "#lib/core/db.ts";
import { WhereAction } from "./change-schema.ts";
import { defineOperation, type Version } from "./operation.ts";
import { hasOwnTable } from "./partition.ts";
import { build } from "./row-conditions.ts";
import { RowFilter, type RowOrigin } from "./schema.ts";
import { versionRows } from "./version-rows.ts";

/** Positions looked at by one statement: often enough to tell how far it is and to stop. */
const windowRows = 200_000;
/** A count that takes longer says: too many to do it while a person waits. */
const countMs = 2_000;

const WhereOp = z.object({ kind: z.literal("where"), filter: RowFilter, action: WhereAction });
export type WhereOp = z.infer<typeof WhereOp>;

/** Rows that an action changes, as conditions on `r` with their values; the stage columns with what goes into them. */
function plan(version: Version, { filter, action }: WhereOp, userId: string) {
  const indexed = hasOwnTable(version.line) && version.searchableAt !== null;
  const { where, values: given } = build(versionRows(version), filter, { indexed });
  const values = [...given];
  const param = (value: unknown) => `$${values.push(value)}`;
  const matches = `(true${where})`;
  switch (action.kind) {
    case "delete":
      return { values, columns: `"gone"`, select: "true", when: `${matches}` };
    case "keep":
      // IS NOT TRUE: what a filter cannot tell, such as the label of a row without one, does not match.
      return { values, columns: `"gone"`, select: "true", when: `${matches} IS NOT TRUE` };
    case "moveTo": {
      const holdout = action.side === "holdout";
      return { values, columns: `"holdout"`, select: `${holdout}`, when: `${matches} AND r."holdout" <> ${holdout}` };
    }
    default: {
      const origin: RowOrigin = { kind: "edit", userId };
      const output = `${param(action.kind === "setOutput" ? action.output : null)}::text`;
      return {
        values,
        columns: `"setOutput", "output", "origin"`,
        select: `true, ${output}, ${param(JSON.stringify(origin))}::jsonb`,
        when: `${matches} AND r."output" IS DISTINCT FROM ${output}`,
      };
    }
  }
}

/** Does the same to every row of a filter. */
export const whereOperation = defineOperation<WhereOp>({
  kind: "where",
  schema: WhereOp,
  origin: "filter",
  async stage(tx, table, { op, parent, userId, tell }) {
    const { values, columns, select, when } = plan(parent, op, userId);
    const [from, to] = [`$${values.length + 1}`, `$${values.length + 2}`];
    // Repeats are found over the whole version, so windows would find them again and again.
    const window = op.filter.repeated ? Math.max(1, parent.lastPosition) : windowRows;
    for (let at = 0; at < parent.lastPosition; at += window) {
      tell(at, parent.lastPosition);
      await tx.$executeRawUnsafe(
        `INSERT INTO ${table} ("position", ${columns}) SELECT r."position", ${select} FROM ${versionRows(parent)} r
         WHERE ${when} AND r."position" > ${from}::int AND r."position" <= ${to}::int`,
        ...values,
        at,
        at + window,
      );
    }
    tell(parent.lastPosition, parent.lastPosition);
  },
});

/**
 * How many rows an action changes, if at most `limit` and found within `ms`; else null. Asked inside the caller's transaction, which goes on
 * as if nothing had been asked: a request that waits for a second connection could wait for itself.
 */
export async function countWhere(
  tx: Tx,
  version: Version,
  op: WhereOp,
  limit: number,
  ms = countMs,
): Promise<number | null> {
  // The author stands in what is written only, never in what is counted.
  const { values, select, when } = plan(version, op, "");
  await tx.$executeRawUnsafe("SAVEPOINT counting");
  try {
    await tx.$executeRawUnsafe(`SET LOCAL statement_timeout = ${ms}`);
    const [found] = await tx.$queryRawUnsafe<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM (SELECT ${select} FROM ${versionRows(version)} r WHERE ${when} LIMIT ${limit + 1}) found`,
      ...values,
    );
    const n = found?.n ?? 0;
    return n > limit ? null : n;
  } catch (error) {
    if (error instanceof Error && /\b57014\b|statement timeout/.test(error.message)) return null;
    throw error;
  } finally {
    // Takes the time limit back, too.
    await tx.$executeRawUnsafe("ROLLBACK TO SAVEPOINT counting");
  }
}
