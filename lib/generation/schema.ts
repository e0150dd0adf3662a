import { z } from "zod";
import { endpoint, Instant, Int, Page, pageOf, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { RowSide, UnknownPolicy } from "#lib/jobs/kinds/generation.ts";

/** Rows of the smoke test. */
export const smokeRows = 16;

/** How a row ended; `ok` first, then by how the answer failed. */
export const resultStatuses = [
  "ok",
  "outside_labels",
  "empty",
  "truncated",
  "refusal",
  "content_filter",
  "schema",
  "invalid_response",
  "request_error",
  "held",
] as const;
export const ResultStatus = z.enum(resultStatuses);
export type ResultStatus = z.infer<typeof ResultStatus>;

/** What a status means, and what a person can do about it. */
export const statusWords: Record<ResultStatus, { word: string; says: string }> = {
  ok: { word: "Usable", says: "A label, valid JSON or text that is used for training." },
  outside_labels: {
    word: "Not a label",
    says: "The answer is not exactly one of the labels. Make the instruction stricter, or add the label.",
  },
  empty: { word: "Empty", says: "The teacher answered with nothing." },
  truncated: { word: "Cut off", says: "The answer reached the token limit. Raise it." },
  refusal: { word: "Refused", says: "The teacher declined to answer." },
  content_filter: { word: "Filtered", says: "The endpoint's content filter stopped the answer." },
  schema: { word: "Breaks the schema", says: "The answer is not JSON, or does not follow the task's JSON Schema." },
  invalid_response: { word: "No completion", says: "What came back was no chat completion, three times." },
  request_error: {
    word: "Request failed",
    says: "The endpoint refused this row, or failed on it while it answered others.",
  },
  held: {
    word: "Held",
    says: "The answer is unknown (broken connection or dead worker) and the run's policy is not to ask again.",
  },
};

const Micros = z.int().min(0);
const Band = z.object({ mid: z.number(), low: z.number(), high: z.number() });

/** What a run will take. `basedOn` 0: from character counts alone, before any call. Micro-dollars, ms. */
export const Estimate = z.object({
  rows: z.int(),
  inputTokens: Band,
  outputTokens: Band,
  costMicros: Band,
  durationMs: z.number().nullable(),
  basedOn: z.int(),
});
export type Estimate = z.infer<typeof Estimate>;

const Choice = {
  projectId: ref("project"),
  datasetVersionId: ref("datasetVersion"),
  teacherId: ref("teacher"),
  rows: RowSide.default("all"),
};
const MaxTokens = z.coerce.number().int().min(1).max(100_000);
const Limit = z.coerce.number().int().min(1).max(100_000_000);

export const GenerationRef = z.object({ id: z.uuid(), projectId: z.uuid(), title: z.string(), state: z.string() });

export const generationCreate = endpoint({
  name: "generation.create",
  method: "POST",
  path: "/projects/:projectId/generations",
  permission: "run.write",
  summary: "Starts a labelling run: smoke test, estimate, then (once confirmed) all rows, under a hard dollar cap.",
  input: z.object({
    ...Choice,
    limit: Limit.nullable().default(null).meta({ description: "a random sample of so many rows; null: all" }),
    capMicros: Micros.nullable().meta({ description: "most that the run may spend, in micro-dollars; null: no cap" }),
    concurrency: z
      .int()
      .min(1)
      .max(1024)
      .optional()
      .meta({ description: "requests in flight; default: the teacher's" }),
    policy: UnknownPolicy.default("retry"),
    maxTokens: MaxTokens.optional().meta({ description: "longest answer; default by the kind of task" }),
    temperature: z.number().min(0).max(2).default(0),
    autoConfirm: z.boolean().default(false),
  }),
  output: GenerationRef,
});

export const generationUpdate = endpoint({
  name: "generation.update",
  method: "PATCH",
  path: "/generations/:runId",
  permission: "run.write",
  summary:
    "Changes cap, concurrency or policy of a labelling or writing run that waits. Prompt, rows and prices stay frozen.",
  input: z.object({
    runId: ref("run"),
    capMicros: Micros.nullable().optional(),
    concurrency: z.int().min(1).max(1024).optional(),
    policy: UnknownPolicy.optional(),
  }),
  output: GenerationRef,
});

export const Preview = z.object({
  rows: z.int(),
  position: z.int().nullable(),
  /** the request as it would be sent for that row, without the key */
  request: z.record(z.string(), z.unknown()).nullable(),
  estimate: Estimate,
  /** most that one row can cost: what the cap reserves while it is in flight */
  rowMostMicros: z.number(),
  maxTokens: z.int(),
});
export type Preview = z.infer<typeof Preview>;

export const generationPreview = endpoint({
  name: "generation.preview",
  method: "GET",
  path: "/projects/:projectId/generations/preview",
  permission: "run.read",
  summary: "The exact request for a row, and what a run would roughly cost, before any call.",
  input: z.object({
    ...Choice,
    limit: Limit.optional(),
    maxTokens: MaxTokens.optional(),
    temperature: z.coerce.number().min(0).max(2).default(0),
    position: z.coerce.number().int().min(1).optional().meta({ description: "which row; default: the first" }),
  }),
  output: Preview,
});

export const Result = z.object({
  position: z.int(),
  input: z.string(),
  gold: z.string().nullable(),
  holdout: z.boolean(),
  status: ResultStatus,
  answer: z.string().nullable(),
  raw: z.string(),
  error: z.string().nullable(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  estimated: z.boolean(),
  costMicros: Int,
  latencyMs: z.number(),
  attempts: z.int(),
  at: Instant,
});
export type Result = z.infer<typeof Result>;

const ResultFilter = {
  runId: ref("run"),
  /** a status, or `rejected` for all but ok and held */
  status: z.enum([...resultStatuses, "rejected"]).optional(),
  answer: z.string().max(2_000).optional().meta({ description: "only rows with this answer" }),
  error: z.string().max(2_000).optional().meta({ description: "only rows with this reason" }),
  /** only rows where gold and answer exist and differ (true) or agree (false) */
  disagrees: QueryFlag.optional(),
};

export const generationResults = endpoint({
  name: "generation.results",
  method: "GET",
  path: "/generations/:runId/results",
  permission: "run.read",
  summary: "Answers with their rows, last row first.",
  input: Page.extend(ResultFilter),
  output: pageOf(Result),
});

export const Groups = z.object({
  statuses: z.array(z.object({ status: ResultStatus, rows: z.int() })),
  /** why rows were rejected, most frequent first, at most 50, each with one example */
  reasons: z.array(z.object({ status: ResultStatus, reason: z.string(), rows: z.int(), position: z.int() })),
  answers: z.array(z.object({ answer: z.string(), rows: z.int() })),
  /** usable answers on rows with gold, and how many of them are equal to it */
  gold: z.object({ compared: z.int(), agreed: z.int() }),
});
export type Groups = z.infer<typeof Groups>;

export const generationGroups = endpoint({
  name: "generation.groups",
  method: "GET",
  path: "/generations/:runId/groups",
  permission: "run.read",
  summary: "Answers counted by status, reason and label, and their agreement with gold.",
  input: z.object({ runId: ref("run") }),
  output: Groups,
});

export const UnknownAttempt = z.object({
  position: z.int(),
  epoch: z.int(),
  at: Instant,
  reservedMicros: Int,
  /** answered: asked again later; held: left alone; open: not dealt with yet */
  now: z.enum(["answered", "held", "open"]),
});

export const generationUnknown = endpoint({
  name: "generation.unknown",
  method: "GET",
  path: "/generations/:runId/unknown",
  permission: "run.read",
  summary:
    "Every call whose answer was lost when a worker died, from the ledger: the calls that may have been billed twice.",
  input: Page.extend({ runId: ref("run") }),
  output: pageOf(UnknownAttempt),
});

export const generationExport = endpoint({
  name: "generation.export",
  method: "GET",
  path: "/generations/:runId/export",
  permission: "data.read",
  summary: "Answers as JSON lines or CSV (cells that a spreadsheet would run are neutralised there).",
  input: z.object({ ...ResultFilter, format: z.enum(["jsonl", "csv"]).default("jsonl") }),
  output: z.string(),
});
