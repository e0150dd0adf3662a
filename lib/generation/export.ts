import { csvLine } from "#lib/core/csv.ts";
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

/** The file in blocks of text. JSON lines carry values as they are. */
export async function* exportLines(blocks: AsyncIterable<Result[]>, format: "jsonl" | "csv"): AsyncGenerator<string> {
  if (format === "csv") yield csvLine(columns);
  for await (const block of blocks) {
    yield block
      .map((row) =>
        format === "csv"
          ? csvLine(columns.map((column) => row[column]))
          : `${JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column]])))}\n`,
      )
      .join("");
  }
}
