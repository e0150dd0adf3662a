import type { RowEdit, WhereAction } from "#lib/datasets/change-schema.ts";
import type { DatasetVersion, RowFilter } from "#lib/datasets/schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { oneLine } from "./visible.ts";

/** A change that a person is about to make. */
export type PlannedChange =
  | { kind: "rows"; changes: readonly RowEdit[] }
  /** `rows`: how many the filter has, where known */
  | { kind: "where"; filter: RowFilter; action: WhereAction; rows: number | null };

/** What the button says. */
export function verbOf(change: PlannedChange): string {
  if (change.kind === "where") {
    const { action } = change;
    const count = change.rows === null ? "rows" : plural(change.rows, "row");
    if (action.kind === "keep") return `Keep ${count}`;
    if (action.kind === "delete") return `Delete ${count}`;
    if (action.kind === "moveTo") return `Move ${count}`;
    return `${action.kind === "setOutput" ? "Label" : "Clear"} ${count}`;
  }
  const { added, removed, edited } = tallyOf(change.changes);
  if (removed === change.changes.length) return `Delete ${plural(removed, "row")}`;
  if (added === change.changes.length) return `Add ${plural(added, "row")}`;
  if (edited === change.changes.length) return `Change ${plural(edited, "row")}`;
  return `Make ${plural(change.changes.length, "change")}`;
}

/** Rows added, removed and edited by changes given one by one. */
export function tallyOf(changes: readonly RowEdit[]): { added: number; removed: number; edited: number } {
  const removed = changes.filter(({ gone }) => gone).length;
  const added = changes.filter(({ position }) => position === null).length;
  return { added, removed, edited: changes.length - added - removed };
}

/** What will be different in the new version, one sentence each. */
export function effectOf(change: PlannedChange, version: Pick<DatasetVersion, "rowCount" | "number">): string[] {
  const stays = `v${version.number} and everything made with it stay as they are.`;
  if (change.kind === "rows") {
    const { added, removed, edited } = tallyOf(change.changes);
    const total = version.rowCount + added - removed;
    return [
      ...(added > 0 ? [`${plural(added, "row is", "rows are")} added.`] : []),
      ...(removed > 0 ? [`${plural(removed, "row is", "rows are")} taken away.`] : []),
      ...(edited > 0 ? [`${plural(edited, "row is", "rows are")} changed.`] : []),
      `The new version has ${plural(total, "row")}; ${stays}`,
    ];
  }
  return [whereEffect(change, version.rowCount), stays];
}

function whereEffect({ action, rows }: Extract<PlannedChange, { kind: "where" }>, of: number): string {
  const these = rows === null ? "All rows of the filter" : plural(rows, "row of the filter", "rows of the filter");
  const verb = rows === 1 ? "is" : "are";
  switch (action.kind) {
    case "keep":
      return `${these} ${verb} kept${rows === null ? "" : `, ${formatCount(of - rows)} others go`}.`;
    case "delete":
      return `${these} ${verb} taken away${rows === null ? "" : `, ${formatCount(of - rows)} stay`}.`;
    case "setOutput":
      return `${these} ${rows === 1 ? "gets" : "get"} the gold answer “${oneLine(action.output).slice(0, 80)}”.`;
    case "clearOutput":
      return `${these} ${rows === 1 ? "loses its" : "lose their"} gold answer.`;
    case "moveTo":
      return `${these} ${verb} moved to the ${action.side === "holdout" ? "hold-out" : "training side"}, rows with the same input with them.`;
  }
}
