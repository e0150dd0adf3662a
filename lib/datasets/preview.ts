import { delimiterNames } from "#lib/formats/csv-header.ts";
import { inspect } from "#lib/formats/inspect.ts";
import type { Inspected } from "#lib/formats/inspected.ts";
import type { RandomAccess } from "#lib/formats/open-source.ts";
import { mappingOf } from "#lib/formats/shapes/registry.ts";
import type { ReadOptions, Sniffed } from "#lib/formats/sniffed.ts";
import type { Rejection, SourceRecord } from "#lib/formats/types.ts";
import { guessMapping, type SampledColumn } from "./mapping.ts";
import type { Preview } from "./preview-schema.ts";
import { columnsOf, makeRow } from "./row.ts";
import type { ColumnMapping } from "./schema.ts";
import { inputDigest, unitOf } from "./split.ts";

const sampledRecords = 500;
const shownRows = 50;
const shownRejected = 20;
const shownMembers = 200;
const sampleChars = 300;
const rowChars = 2_000;

type Sample = { records: SourceRecord[]; rejections: Rejection[]; bytes: number };

async function takeSample({ how, sample }: Inspected, columns: string[]): Promise<Sample> {
  const taken: Sample = { records: [], rejections: [], bytes: 0 };
  for await (const batch of sample(columns)) {
    taken.records.push(...batch.records);
    taken.rejections.push(...batch.rejections);
    taken.bytes = batch.next.offset - how.start.offset;
    if (taken.records.length >= sampledRecords) break;
  }
  return taken;
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

/** Rows of the whole file: as it says itself, counted, or from the size of the first ones. */
function estimateRows({ rows, complete, dataBytes, how }: Inspected, sample: Sample): number {
  if (rows !== null) return rows;
  if (complete && sample.records.length < sampledRecords) return sample.records.length;
  const share = sample.bytes === 0 ? 0 : (dataBytes - how.start.offset) / sample.bytes;
  return Math.round((sample.records.length + sample.rejections.length) * share);
}

/** What is no training data is shown as it could be imported. */
async function inspectAnyway(source: RandomAccess, fileName: string, reading: ReadOptions): Promise<Inspected> {
  const seen = await inspect(source, fileName, reading);
  return seen.shape?.refusal?.unlabelled && !reading.unlabelled
    ? inspect(source, fileName, { ...reading, unlabelled: true })
    : seen;
}

/**
 * What a file is and how it would be imported, from its beginning.
 * @param given a mapping chosen by a person; else the guess is used
 * @throws AppError INVALID when the file is no table of text
 */
export async function previewFile(
  source: RandomAccess,
  fileName: string,
  given: ColumnMapping | null,
  reading: ReadOptions,
): Promise<Omit<Preview, "upload" | "twin">> {
  const inspected = await inspectAnyway(source, fileName, reading);
  const { how, columns, shape } = inspected;
  const wanted = [...new Set([...columns, ...(given ? columnsOf(given) : [])])];
  const sample = await takeSample(inspected, wanted);
  const sampled = sampleColumns(wanted, sample.records);
  const guess = shape
    ? { mapping: mappingOf(shape, sampled), reason: `${shape.name}: its usual columns.` }
    : guessMapping(sampled.slice(0, columns.length));
  const mapping = given ?? guess.mapping;
  const mapped = mapSample(sample, wanted, mapping);
  const seen = sample.records.length + sample.rejections.length;
  const read = how.members.filter(({ refused }) => refused === null);
  return {
    format: how.format,
    encoding: how.encoding,
    delimiter: how.delimiter === null ? null : (delimiterNames[how.delimiter] ?? how.delimiter),
    container: how.container,
    shape: shape && { id: shape.id, name: shape.name },
    members: how.members.slice(0, shownMembers),
    memberCount: how.members.length,
    choices: {
      turns: shape?.conversational === true,
      unlabelled: shape?.refusal?.unlabelled === true,
      ownSplits: read.some(({ split }) => split === "test" || split === "validation"),
    },
    refusal: shape?.refusal ? { reason: shape.refusal.reason, todo: shape.refusal.todo } : null,
    columns: sampled.map(describeColumn),
    guess: guess.mapping,
    reason: guess.reason,
    mapping,
    rows: mapped.rows.slice(0, shownRows),
    rejected: mapped.rejected.slice(0, shownRejected),
    estimatedRows: estimateRows(inspected, sample),
    sampledRows: seen,
    sampledLabels: [...mapped.labels]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 200)
      .map(([label, rows]) => ({ label: label.slice(0, 200), rows })),
    warnings: warningsOf(how, mapped, seen),
  };
}
