import { AppError } from "#lib/core/errors.ts";
import { csv } from "./csv.ts";
import { readHead } from "./encoding.ts";
import { json } from "./json.ts";
import { jsonl } from "./jsonl.ts";
import { refuseOtherContent } from "./lies.ts";
import { detectShape } from "./shapes/registry.ts";
import type { Shape } from "./shapes/shape.ts";
import { text } from "./text.ts";
import { type Encoding, type Format, type Head, type JsonObject, maxColumns, type Syntax } from "./types.ts";

/** Source formats, most telling first: whatever is text could be CSV, so it comes last. */
const formats: readonly Format[] = [json, jsonl, text, csv];

/** @throws AppError INTERNAL for an id that is not listed */
export function formatById(id: string): Format {
  const format = formats.find((candidate) => candidate.id === id);
  if (!format) throw new AppError("INTERNAL", `There is no source format "${id}".`);
  return format;
}

/** How many rows of a head tell the shape of a file. */
const shapedBy = 200;

/**
 * The shape of a file's rows. Cells of CSV are columns already; only conversations and preferences in them are read as what they are.
 */
export function shapeOf(objects: readonly JsonObject[], format: string): Shape | null {
  const shape = detectShape(objects);
  if (format !== "csv" || !shape) return shape;
  return shape.conversational || (shape.refusal && shape.columns.length > 1) ? shape : null;
}

export type Seen = { head: Head; how: Syntax; columns: string[]; shape: Shape | null };

/**
 * Tells what a text file is by looking at its first bytes, never at its name.
 * @param bytes the first `headBytes` of the file, or all of it
 * @param complete whether that is all of it
 * @param encoding of text without a byte order mark; absent: by its content
 * @throws AppError INVALID that says what the file is instead and what to do
 */
export function sniff(bytes: Uint8Array, complete: boolean, fileName: string, encoding?: Encoding): Seen {
  const head = readHead(bytes, complete, encoding);
  refuseOtherContent(bytes, head, fileName);
  for (const format of formats) {
    const how = format.detect(head);
    if (!how) continue;
    if (head.warning) how.warnings.unshift(head.warning);
    const shape = shapeOf(format.objects(head, how, shapedBy), format.id);
    const columns = columnsWith(shape, format.columnsOf(head, how), fileName);
    return { head, how, columns, shape };
  }
  throw new AppError("INVALID", "The file is neither CSV nor JSON.", {
    where: fileName,
    todo: "Export it as one of them.",
  });
}

/** Columns of the shape, then the fields as they are. @throws AppError INVALID for too many */
export function columnsWith(shape: Shape | null, fields: readonly string[], fileName: string): string[] {
  if (fields.length > maxColumns) {
    throw new AppError("INVALID", `The rows have more than ${maxColumns} fields.`, {
      where: fileName,
      todo: "Keep the fields with the input and the answer, and upload that.",
    });
  }
  return [...new Set([...(shape?.columns ?? []), ...fields])];
}
