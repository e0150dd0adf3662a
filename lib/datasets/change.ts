import type { Db } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { mutation } from "#lib/core/verb.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { type Changed, type RowEdit, versionChange, versionChangeWhere } from "./change-schema.ts";
import { deriveVersion } from "./derive.ts";
import { atOnceRows, deriveBy, queueDerive, type Version } from "./operation.ts";
import { namesOf, presentVersion } from "./present.ts";
import type { RowOrigin } from "./schema.ts";
import { type RowChange, stageChanges } from "./staged.ts";
import { countWhere, type WhereOp, whereOperation } from "./where.ts";

const blank = (text: string | null | undefined) => text !== undefined && text !== null && text.trim() === "";

/** One edit as it is staged. @throws AppError INVALID naming its place in the list */
function rowChange(edit: RowEdit, index: number, origin: RowOrigin): RowChange {
  const { position, gone = false, input, output, side } = edit;
  const wrong = (message: string, todo: string) =>
    new AppError("INVALID", message, {
      where: `changes.${index}${position === null ? "" : `, row ${position}`}`,
      todo,
    });
  if (gone && (position === null || input !== undefined || output !== undefined || side)) {
    throw wrong("A row that goes has a position and nothing else.", "Send it as { position, gone: true }.");
  }
  if (blank(input)) throw wrong("The input is empty.", "Type a text, or take the row away.");
  if (position === null && input === undefined) throw wrong("A new row needs an input.", "Give it one.");
  return {
    position,
    ...(gone ? { gone } : {}),
    ...(input === undefined ? {} : { input }),
    // An answer of blanks is no answer, as in an import.
    ...(output === undefined ? {} : { output: blank(output) ? null : output }),
    ...(side ? { holdout: side === "holdout" } : {}),
    ...(gone || (input === undefined && output === undefined) ? {} : { origin }),
  };
}

function refuseTwice(edits: readonly RowEdit[]): void {
  const seen = new Set<number>();
  for (const { position } of edits) {
    if (position === null) continue;
    if (seen.has(position)) {
      throw new AppError("INVALID", `Row ${position} is changed twice.`, {
        where: "changes",
        todo: "Send one change per row.",
      });
    }
    seen.add(position);
  }
}

/** A version made at once, as its verb answers. */
export async function madeAtOnce(db: Pick<Db, "user">, version: Version): Promise<Changed> {
  const { report: _, ...shown } = presentVersion(version, await namesOf(db, [version.createdById]));
  return { id: version.id, version: shown, runId: null };
}

const change = mutation(versionChange, async ({ actor, tx, input, found, audit }) => {
  const parent = found.datasetVersionId;
  refuseTwice(input.changes);
  const changes = input.changes.map((edit, index) => rowChange(edit, index, { kind: "edit", userId: actor.userId }));
  const stage = (t: typeof tx, table: string) => stageChanges(t, table, changes, parent.holdoutFraction);
  const version = await deriveVersion(tx, { actor, parent, origin: "edit", reason: input.reason, stage });
  // The texts stand in the rows; the audit names what was done to how many.
  audit(version.id, { datasetVersionId: parent.id, reason: input.reason, changes: version.changes });
  return madeAtOnce(tx, version);
});

const actionWords = {
  keep: "Keep rows of",
  delete: "Delete rows of",
  setOutput: "Set gold answers in",
  clearOutput: "Clear gold answers in",
  moveTo: "Move rows of",
} as const;

const changeWhere = mutation(versionChangeWhere, async ({ actor, tx, input, found, after }) => {
  const parent = found.datasetVersionId;
  const { reason, filter, action } = input;
  if (action.kind === "setOutput" && blank(action.output)) {
    throw new AppError("INVALID", "The gold answer is empty.", { where: "action.output", todo: "Use clearOutput." });
  }
  const op: WhereOp = { kind: "where", filter, action };
  const planned = { parent, reason, operation: whereOperation, op };
  const rows = parent.state === "ready" ? await countWhere(tx, parent, op, atOnceRows) : 0;
  if (rows !== null) return madeAtOnce(tx, await deriveBy(tx, actor, planned));
  const title = `${actionWords[action.kind]} ${parent.dataset.name} v${parent.number}`;
  const run = await queueDerive(tx, actor, planned, title);
  after(() => enqueueRun(run));
  return { id: run.id, version: null, runId: run.id };
});

export const changeVerbs = [change, changeWhere];
