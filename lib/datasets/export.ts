import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { csvLine } from "#lib/core/csv.ts";
import type { Browsed } from "./row-walk.ts";
import { everyRow } from "./rows.ts";
import type { Row, RowFilter } from "./schema.ts";

export type ExportFormat = "jsonl" | "csv" | "parquet" | "chat";

type Exported = Pick<Row, "input" | "output" | "holdout">;
type Pages = AsyncIterable<readonly Exported[]>;

/** Rows and characters of one Parquet row group: what is held in memory at a time. */
const groupRows = 20_000;
const groupChars = 8_000_000;

const sideOf = (row: Exported): string => (row.holdout ? "holdout" : "train");

async function* lines(pages: Pages, lineOf: (row: Exported) => string): AsyncGenerator<Buffer> {
  for await (const page of pages) {
    const text = page.map(lineOf).join("");
    if (text) yield Buffer.from(text);
  }
}

function jsonLine(row: Exported): string {
  return `${JSON.stringify({ input: row.input, output: row.output, split: sideOf(row) })}\n`;
}

/** As OpenAI's fine-tuning takes it; a row without an answer teaches nothing and is left out. */
function chatLine({ input, output }: Exported, system: string | undefined): string {
  if (output === null) return "";
  const messages = [
    ...(system ? [{ role: "system", content: system }] : []),
    { role: "user", content: input },
    { role: "assistant", content: output },
  ];
  return `${JSON.stringify({ messages })}\n`;
}

async function* csv(pages: Pages): AsyncGenerator<Buffer> {
  yield Buffer.from(csvLine(["input", "output", "split"]));
  yield* lines(pages, (row) => csvLine([row.input, row.output ?? "", sideOf(row)]));
}

/** Parquet with snappy, a row group at a time: written pieces leave the writer's buffer at once, only the footer is kept to the end. */
async function* parquet(pages: Pages): AsyncGenerator<Buffer> {
  const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: [
      { name: "root", num_children: 3 },
      { name: "input", repetition_type: "REQUIRED", ...text },
      { name: "output", repetition_type: "OPTIONAL", ...text },
      { name: "split", repetition_type: "REQUIRED", ...text },
    ],
    // Smallest and largest text of every group would be texts of rows in the footer.
    statistics: false,
    createdBy: "Stillhouse",
  });
  const taken = (): Buffer => {
    const bytes = Buffer.from(writer.getBytes());
    writer.index = 0;
    return bytes;
  };
  let group: Exported[] = [];
  let chars = 0;
  const write = (): Buffer => {
    const columnData = [
      { name: "input", data: group.map(({ input }) => input) },
      { name: "output", data: group.map(({ output }) => output) },
      { name: "split", data: group.map(sideOf) },
    ].map((column) => ({ ...column, offsetIndex: false }));
    file.write({ columnData, rowGroupSize: groupRows });
    group = [];
    chars = 0;
    return taken();
  };
  for await (const page of pages) {
    for (const row of page) {
      group.push(row);
      chars += row.input.length + (row.output?.length ?? 0);
      if (group.length >= groupRows || chars >= groupChars) yield write();
    }
  }
  if (group.length > 0) yield write();
  file.finish();
  yield taken();
}

/** The bytes of a version's rows in a format, read and written piece by piece. */
export function exportRows(
  version: Browsed,
  filter: RowFilter,
  { format, system }: { format: ExportFormat; system?: string | undefined },
): AsyncGenerator<Buffer> {
  const pages = everyRow(version, filter);
  switch (format) {
    case "csv":
      return csv(pages);
    case "parquet":
      return parquet(pages);
    case "chat":
      return lines(pages, (row) => chatLine(row, system));
    default:
      return lines(pages, jsonLine);
  }
}

/** File ending and content type of a format. */
export const exportKinds: Readonly<Record<ExportFormat, { ending: string; contentType: string }>> = {
  jsonl: { ending: "jsonl", contentType: "application/jsonl; charset=utf-8" },
  chat: { ending: "chat.jsonl", contentType: "application/jsonl; charset=utf-8" },
  csv: { ending: "csv", contentType: "text/csv; charset=utf-8" },
  parquet: { ending: "parquet", contentType: "application/vnd.apache.parquet" },
};
