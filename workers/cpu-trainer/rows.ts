import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { type Example, SparseDataset, splitPoint } from "#lib/recipes/cpu-softmax/dataset.ts";
import { type CpuSoftmaxParams, MAX_WEIGHTS } from "#lib/recipes/cpu-softmax/recipe.ts";
import { DocumentFrequencies, type Vocabulary } from "#lib/recipes/cpu-softmax/vocabulary.ts";
import { badInput } from "./failure.ts";

const Line = z.object({
  input: z.string(),
  label: z.string().min(1),
  soft: z.array(z.tuple([z.string(), z.number().min(0).max(1)])).optional(),
  weight: z.number().positive().max(1e6).optional(),
});

/** Non-zeros of the training matrix that are kept in memory (8 bytes each), and dual variables (4 bytes each). */
const MAX_NON_ZEROS = 60_000_000;
const MAX_DUALS = 100_000_000;
/** Below this many validation rows a curve or a temperature says nothing. */
const LEAST_VALIDATION_ROWS = 20;
const WARNED_LABELS = 10;

export type Prepared = {
  data: SparseDataset;
  vocabulary: Vocabulary;
  labels: string[];
  dropped: number;
  /** rows left out because they do not fit into memory */
  sampledAway: number;
  /** empty when there are too few rows to set any aside */
  validation: Int32Array;
  sha256: string;
  warnings: { code: string; message: string }[];
};

async function* examples(file: string, onChunk?: (chunk: Buffer) => void): AsyncGenerator<Example | null> {
  const stream = createReadStream(file, { highWaterMark: 256 * 1024 });
  if (onChunk) stream.on("data", (chunk) => onChunk(chunk as Buffer));
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== "") yield parse(line);
  }
}

function parse(line: string): Example | null {
  try {
    const parsed = Line.safeParse(JSON.parse(line));
    if (!parsed.success || parsed.data.input.trim() === "") return null;
    const { input, label, soft, weight } = parsed.data;
    return { input, label, ...(soft ? { soft } : {}), ...(weight === undefined ? {} : { weight }) };
  } catch {
    return null;
  }
}

/**
 * Reads train.jsonl twice: first counting n-grams and labels, then as a sparse matrix.
 * @param beat called for every row, so that a heartbeat can be given
 * @throws TrainerFailure bad input when there is nothing to learn
 */
export async function prepare(file: string, params: CpuSoftmaxParams, beat: () => void): Promise<Prepared> {
  const frequencies = new DocumentFrequencies();
  const rowsOf = new Map<string, number>();
  const digest = createHash("sha256");
  let dropped = 0;
  for await (const example of examples(file, (chunk) => digest.update(chunk))) {
    beat();
    if (example === null) {
      dropped++;
      continue;
    }
    frequencies.add(example.input);
    rowsOf.set(example.label, (rowsOf.get(example.label) ?? 0) + 1);
    for (const [label] of example.soft ?? []) if (!rowsOf.has(label)) rowsOf.set(label, 0);
  }
  const rows = frequencies.rows;
  const labels = [...rowsOf.keys()].sort();
  if (rows === 0) throw badInput("no_rows", "There is no row to learn from: every row is held out or has no label.");
  if (labels.length < 2) {
    throw badInput(
      "one_label",
      `All ${rows} rows have the same label (${JSON.stringify(labels[0])}); there is nothing to tell apart.`,
    );
  }
  const keep = Math.min(1, MAX_NON_ZEROS / frequencies.nonZeros, MAX_DUALS / (rows * labels.length));
  // Validation rows must be judged with labels and n-grams of their own kind too: small sets learn from everything.
  const share = rows * params.validationShare < LEAST_VALIDATION_ROWS ? 0 : params.validationShare;
  const vocabulary = frequencies.vocabulary(
    Math.min(params.minRows, rows < 100 ? 1 : params.minRows),
    Math.min(params.maxFeatures, Math.floor(MAX_WEIGHTS / labels.length)),
  );
  const data = new SparseDataset(vocabulary, labels);
  for await (const example of examples(file)) {
    beat();
    if (example === null || splitPoint(example.input, params.seed + 1) >= keep) continue;
    data.add(example, splitPoint(example.input, params.seed) < share);
  }
  if (data.side(false).length === 0)
    throw badInput("no_rows", "All rows fell on the validation side. Lower the validation share.");
  return {
    data,
    vocabulary,
    labels,
    dropped,
    sampledAway: rows - data.rows,
    validation: data.side(true),
    sha256: digest.digest("hex"),
    warnings: warningsOf(rowsOf, rows, data.rows, share, params),
  };
}

function warningsOf(rowsOf: Map<string, number>, rows: number, kept: number, share: number, params: CpuSoftmaxParams) {
  const warnings: Prepared["warnings"] = [];
  const single = [...rowsOf].filter(([, count]) => count === 1).map(([label]) => JSON.stringify(label));
  if (single.length > 0) {
    const more = single.length > WARNED_LABELS ? ` and ${single.length - WARNED_LABELS} more` : "";
    const message = `Labels with a single row can hardly be learnt: ${single.slice(0, WARNED_LABELS).join(", ")}${more}.`;
    warnings.push({ code: "single_row_label", message });
  }
  if (kept < rows) {
    const message = `${rows - kept} of ${rows} rows were left out, chosen by the seed: more do not fit into memory.`;
    warnings.push({ code: "rows_left_out", message });
  }
  if (share === 0 && params.validationShare > 0) {
    const message = `${rows} rows are too few to set some aside: no validation curve, and confidences are not calibrated.`;
    warnings.push({ code: "no_validation", message });
  }
  return warnings;
}
