import { mostCorrections } from "#lib/datasets/corrections-schema.ts";
import { CsvRecord } from "#lib/formats/csv-record.ts";

export type Correction = { seq: number; text: string };

/**
 * Reads the rejected lines back from the CSV that was downloaded, after somebody corrected its column "text".
 * @throws Error that says what is wrong with the file
 */
export function readCorrectedCsv(csv: string): Correction[] {
  const record = new CsvRecord(",");
  const rows: string[][] = [];
  for (const line of csv.replace(/^\ufeff/, "").split(/\r?\n/)) {
    if (!record.isOpen && line === "") continue;
    const step = record.add(line);
    if (step === "done") rows.push(record.cells);
    else if (step !== "open") throw new Error(`Row ${rows.length + 1} of the CSV cannot be read: look at its quotes.`);
  }
  const [header, ...body] = rows;
  const [seqAt, textAt] = [header?.indexOf("number") ?? -1, header?.indexOf("text") ?? -1];
  if (seqAt < 0 || textAt < 0)
    throw new Error('This is not the downloaded file: it needs the columns "number" and "text".');
  if (body.length > mostCorrections)
    throw new Error(`At most ${mostCorrections} lines at a time: keep only those that you corrected.`);
  return body.map((cells, index) => {
    const seq = Number(cells[seqAt]);
    if (!Number.isInteger(seq) || seq < 1) throw new Error(`Row ${index + 2} of the CSV has no number.`);
    // The download puts an apostrophe before what a spreadsheet would run as a formula.
    return { seq, text: (cells[textAt] ?? "").replace(/^'(?=[=+\-@\t\r])/, "") };
  });
}
