import type { Result } from "./schema.ts";

/** Columns of both formats, in order. */
const columns = [
  "position",
  "input",
  "answer",
  "status",
  "gold",
  "raw",
  "error",
  "holdout",
  "inputTokens",
  "outputTokens",
  "costMicros",
  "latencyMs",
  "attempts",
] as const;

/** Quoted where needed; what a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection). */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The file in blocks of text. JSON lines carry values as they are. */
export async function* exportLines(blocks: AsyncIterable<Result[]>, format: "jsonl" | "csv"): AsyncGenerator<string> {
  if (format === "csv") yield `${columns.join(",")}\r\n`;
  for await (const block of blocks) {
    yield block
      .map((row) =>
        format === "csv"
          ? `${columns.map((column) => csvCell(row[column])).join(",")}\r\n`
          : `${JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column]])))}\n`,
      )
      .join("");
  }
}
