import { AppError } from "#lib/core/errors.ts";
import { csv } from "./csv.ts";
import { readHead, refuseOtherContent } from "./encoding.ts";
import { jsonl } from "./jsonl.ts";
import { type Format, type Head, maxColumns, type Sniffed } from "./types.ts";

/** Source formats, most telling first: whatever is text could be CSV, so it comes last. */
const formats: readonly Format[] = [jsonl, csv];

/** @throws AppError INTERNAL for an id that is not listed */
export function formatById(id: string): Format {
  const format = formats.find((candidate) => candidate.id === id);
  if (!format) throw new AppError("INTERNAL", `There is no source format "${id}".`);
  return format;
}

/**
 * Tells what a file is by looking at its first bytes, never at its name.
 * @param bytes the first `headBytes` of the file, or all of it
 * @param complete whether that is all of it
 * @throws AppError INVALID that says what the file is instead and what to do
 */
export function sniff(
  bytes: Uint8Array,
  complete: boolean,
  fileName: string,
): { head: Head; how: Sniffed; columns: string[] } {
  const head = readHead(bytes, complete);
  refuseOtherContent(bytes, head, fileName);
  refusePrettyPrinted(head, fileName);
  for (const format of formats) {
    const how = format.detect(head);
    if (!how) continue;
    const columns = format.columnsOf(head, how);
    if (columns.length > maxColumns) {
      throw new AppError("INVALID", `The rows have more than ${maxColumns} fields.`, {
        where: fileName,
        todo: "Keep the fields with the input and the answer, and upload that.",
      });
    }
    return { head, how, columns };
  }
  throw new AppError("INVALID", "The file is neither CSV nor JSONL.", {
    where: fileName,
    todo: "Export it as one of them.",
  });
}

/** One JSON value over several lines looks like CSV otherwise. */
function refusePrettyPrinted(head: Head, fileName: string): void {
  const first = head.text.trimStart().split(/\r?\n/, 1)[0]?.trim();
  if (first !== "{") return;
  throw new AppError("INVALID", "The JSON objects are spread over several lines each.", {
    where: fileName,
    todo: "Write one object per line, for instance with: jq -c . file.json > file.jsonl",
  });
}
