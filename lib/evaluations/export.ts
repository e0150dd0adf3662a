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

/**
 * One CSV cell (RFC 4180). A text that a spreadsheet would run as a formula gets a leading apostrophe
 * (OWASP "CSV injection"); numbers stay numbers.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of the export file, page by page, so that memory stays flat however many rows there are. */
export async function* exportLines(
  target: Parameters<typeof findRows>[0],
  query: RowQuery,
  format: "csv" | "jsonl",
): AsyncGenerator<string> {
  // The mark makes spreadsheets read UTF-8.
  if (format === "csv") yield `\uFEFF${columns.join(",")}\r\n`;
  const line = (row: EvaluationRowItem): string =>
    format === "csv" ? `${columns.map((column) => csvCell(row[column])).join(",")}\r\n` : `${JSON.stringify(row)}\n`;
  let cursor: string | undefined;
  for (;;) {
    const rows = await findRows(target, query, { sort: "position", cursor, limit: 2000 });
    if (rows.length > 0) yield rows.map(line).join("");
    const last = rows.at(-1);
    if (!last || rows.length < 2000) return;
    cursor = rowCursor(last);
  }
}
