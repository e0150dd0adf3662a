import { csvLine } from "#lib/core/csv.ts";
import { findRows, type RowQuery, rowCursor } from "./rows.ts";
import type { EvaluationRowItem } from "./schema.ts";

const columns = [
  "position",
  "input",
  "gold",
  "teacher",
  "student",
  "confidence",
  "teacherLatencyMs",
  "studentLatencyMs",
] as const;

/** Lines of the export file, page by page, so that memory stays flat however many rows there are. */
export async function* exportLines(
  target: Parameters<typeof findRows>[0],
  query: RowQuery,
  format: "csv" | "jsonl",
): AsyncGenerator<string> {
  // The mark makes spreadsheets read UTF-8.
  if (format === "csv") yield `\uFEFF${csvLine(columns)}`;
  const line = (row: EvaluationRowItem): string =>
    format === "csv" ? csvLine(columns.map((column) => row[column])) : `${JSON.stringify(row)}\n`;
  let cursor: string | undefined;
  for (;;) {
    const rows = await findRows(target, query, { sort: "position", cursor, limit: 2000 });
    if (rows.length > 0) yield rows.map(line).join("");
    const last = rows.at(-1);
    if (!last || rows.length < 2000) return;
    cursor = rowCursor(last);
  }
}
