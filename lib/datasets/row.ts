import type { Cell, RejectCode, SourceRecord } from "#lib/formats/types.ts";
import { joinInputs } from "./mapping.ts";
import type { ColumnMapping } from "./schema.ts";

/** What a source record becomes: a row, or the reason why it cannot be one. */
export type Made = { input: string; output: string | null } | { code: RejectCode; reason: string };

/** Columns to read for a mapping, in the order that `makeRow` expects. */
export function columnsOf(mapping: ColumnMapping): string[] {
  return mapping.output === null ? mapping.inputs : [...mapping.inputs, mapping.output];
}

function isBlank(value: Cell): boolean {
  return value === null || value.trim() === "";
}

/** An answer of blanks is no answer. Texts are kept exactly as they were. */
export function makeRow(record: Pick<SourceRecord, "values">, mapping: ColumnMapping): Made {
  const { values } = record;
  const width = mapping.inputs.length;
  const input = joinInputs(values.slice(0, width));
  if (input === null || isBlank(input)) {
    const names = mapping.inputs.map((name) => `"${name}"`).join(", ");
    return { code: "missing_input", reason: `The input is empty (${names}).` };
  }
  const given = mapping.output === null ? null : (values[width] ?? null);
  const output = isBlank(given) ? null : given;
  if (input.includes("\0") || output?.includes("\0")) return { code: "nul", reason: "The row holds a NUL character." };
  return { input, output };
}
