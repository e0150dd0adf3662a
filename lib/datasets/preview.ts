import { delimiterNames } from "#lib/formats/csv-header.ts";
import { formatById, sniff } from "#lib/formats/registry.ts";
import type { Rejection, Sniffed, SourceRecord } from "#lib/formats/types.ts";
import { guessMapping, type SampledColumn } from "./mapping.ts";
import type { Preview } from "./preview-schema.ts";
import { columnsOf, makeRow } from "./row.ts";
import type { ColumnMapping } from "./schema.ts";
import { inputDigest, unitOf } from "./split.ts";

const sampledRecords = 500;
const shownRows = 50;
const shownRejected = 20;
const pieceBytes = 64 * 1024;
const sampleChars = 300;
const rowChars = 2_000;

type Sample = { records: SourceRecord[]; rejections: Rejection[]; bytes: number };

async function* pieces(bytes: Uint8Array, from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** The first records. Where the head is not the whole file its last piece is left out: a row may be cut off there. */
async function takeSample(bytes: Uint8Array, complete: boolean, how: Sniffed, columns: string[]): Promise<Sample> {
  const sample: Sample = { records: [], rejections: [], bytes: 0 };
  let whole = how.start.offset;
  for await (const batch of formatById(how.format).parse(pieces(bytes, how.start.offset), how, how.start, columns)) {
    if (!complete && whole > how.start.offset && batch.next.offset > bytes.length - pieceBytes) break;
    sample.records.push(...batch.records);
    sample.rejections.push(...batch.rejections);
    whole = batch.next.offset;
    if (sample.records.length >= sampledRecords) break;
  }
  sample.bytes = whole - how.start.offset;
  return sample;
}

function sampleColumns(names: string[], records: SourceRecord[]): SampledColumn[] {
  return names.map((name, index) => ({ name, values: records.map((record) => record.values[index] ?? null) }));
}

function describeColumn({ name, values }: SampledColumn): Preview["columns"][number] {
  const filled = values.filter((value) => value !== null && value.trim() !== "") as string[];
  const samples = [...new Set(filled)].slice(0, 3).map((value) => value.slice(0, sampleChars));
  return { name, samples, filled: values.length === 0 ? 0 : filled.length / values.length };
}

/** The rows as an import with this mapping would make them. */
function mapSample(sample: Sample, columns: string[], mapping: ColumnMapping | null) {
  const rows: Preview["rows"] = [];
  const rejected: Preview["rejected"] = sample.rejections.map(({ line, code, reason, text }) => ({
    line,
    code,
    reason,
    text,
  }));
  const labels = new Map<string, number>();
  if (mapping) {
    const at = columnsOf(mapping).map((name) => columns.indexOf(name));
    for (const { line, values, text } of sample.records) {
      const made = makeRow({ values: at.map((index) => values[index] ?? null) }, mapping);
      if ("code" in made) {
        rejected.push({ line, ...made, text });
        continue;
      }
      const { input, output } = made;
      rows.push({
        line,
        input: input.slice(0, rowChars),
        output: output?.slice(0, rowChars) ?? null,
        unit: unitOf(inputDigest(input)),
      });
      if (output !== null) labels.set(output, (labels.get(output) ?? 0) + 1);
    }
  }
  rejected.sort((a, b) => a.line - b.line);
  return { rows, rejected, labels };
}

function warningsOf(how: Sniffed, mapped: ReturnType<typeof mapSample>, seen: number): string[] {
  const warnings = [...how.warnings];
  const bad = mapped.rejected.length;
  if (seen === 0) warnings.push("There is no data row in the part of the file that was looked at.");
  else if (bad * 2 > seen) {
    warnings.push(
      `${bad} of the first ${seen} rows would be rejected. An import with more than half stops: correct the mapping or the file.`,
    );
  }
  const answers = [...mapped.labels.keys()];
  if (answers.length === 1 && mapped.rows.length > 1)
    warnings.push("All rows looked at have the same answer: there is nothing to learn.");
  if (answers.length > 1 && answers.every((label) => /^\d+$/.test(label))) {
    warnings.push(
      "The answers are numbers. If they stand for class names, replace them by the names before importing.",
    );
  }
  return warnings;
}

/**
 * What a file is and how it would be imported, from its first bytes.
 * @param bytes the first `headBytes`, or all
 * @param totalBytes size of the whole file, for the estimate of its rows
 * @param given a mapping chosen by a person; else the guess is used
 * @throws AppError INVALID when the file is no table of text
 */
export async function previewFile(
  bytes: Uint8Array,
  totalBytes: number,
  fileName: string,
  given: ColumnMapping | null,
): Promise<Omit<Preview, "upload" | "twin">> {
  const complete = bytes.length >= totalBytes;
  const { how, columns } = sniff(bytes, complete, fileName);
  const wanted = [...new Set([...columns, ...(given ? columnsOf(given) : [])])];
  const sample = await takeSample(bytes, complete, how, wanted);
  const sampled = sampleColumns(wanted, sample.records);
  const guess = guessMapping(sampled.slice(0, columns.length));
  const mapping = given ?? guess.mapping;
  const mapped = mapSample(sample, wanted, mapping);
  const seen = sample.records.length + sample.rejections.length;
  const share = sample.bytes === 0 ? 0 : (totalBytes - how.start.offset) / sample.bytes;
  return {
    format: how.format,
    encoding: how.encoding,
    delimiter: how.delimiter === null ? null : (delimiterNames[how.delimiter] ?? how.delimiter),
    columns: sampled.map(describeColumn),
    guess: guess.mapping,
    reason: guess.reason,
    mapping,
    rows: mapped.rows.slice(0, shownRows),
    rejected: mapped.rejected.slice(0, shownRejected),
    estimatedRows:
      complete && sample.records.length < sampledRecords ? sample.records.length : Math.round(seen * share),
    sampledRows: seen,
    sampledLabels: [...mapped.labels]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 200)
      .map(([label, rows]) => ({ label: label.slice(0, 200), rows })),
    warnings: warningsOf(how, mapped, seen),
  };
}
