import { z } from "zod";
import { endpoint, Page, pageOf, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { Imported, Reason } from "#lib/datasets/schema.ts";
import { UnknownPolicy } from "#lib/jobs/kinds/generation.ts";
import { PlanItem } from "#lib/jobs/kinds/synthesis.ts";

/** Longest input that is kept of what the teacher wrote, in characters. */
export const maxInputChars = 20_000;

const Suggestion = z.object({ item: PlanItem, why: z.string() });
export type Suggestion = z.infer<typeof Suggestion>;

export const Gaps = z.object({
  /** answers with their training rows, fewest first; empty when there is no set of answers */
  labels: z.array(z.object({ label: z.string(), train: z.int() })),
  suggestions: z.array(Suggestion),
  /** lengths of inputs in characters, from at most 2,000 training rows */
  lengths: z.object({ mean: z.number(), p10: z.number(), median: z.number(), p90: z.number() }),
  /** of the task's instruction and labels */
  systemChars: z.int(),
});
export type Gaps = z.infer<typeof Gaps>;

const versionInput = { datasetVersionId: ref("datasetVersion") };

export const synthesisGaps = endpoint({
  name: "synthesis.gaps",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/synthesis-gaps",
  permission: "data.read",
  summary:
    "What a version lacks: rare classes, pairs that a student confuses, lengths; each as a wish that can be written.",
  input: z.object(versionInput),
  output: Gaps,
});

export const synthesisTopics = endpoint({
  name: "synthesis.topics",
  method: "POST",
  path: "/dataset-versions/:datasetVersionId/synthesis-topics",
  permission: "run.write",
  summary: "Asks the teacher once for a tree of topics of the task, as an outline that a person edits.",
  input: z.object({ ...versionInput, teacherId: ref("teacher") }),
  output: z.object({
    id: z.uuid().meta({ description: "the version" }),
    /** one topic a line, two blanks deeper a level */
    outline: z.string(),
    costMicros: z.number(),
  }),
});

export const synthesisCreate = endpoint({
  name: "synthesis.create",
  method: "POST",
  path: "/dataset-versions/:datasetVersionId/syntheses",
  permission: "run.write",
  summary:
    "Starts writing new inputs: smoke test, estimate, then (once confirmed) all of the plan, under a hard dollar cap.",
  input: z.object({
    ...versionInput,
    teacherId: ref("teacher"),
    plan: z.array(PlanItem).min(1, "choose what to write").max(200),
    perRequest: z.int().min(1).max(50).default(8),
    capMicros: z
      .int()
      .min(0)
      .nullable()
      .meta({ description: "most that the run may spend, in micro-dollars; null: no cap" }),
    reviewShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .meta({ description: "share of the kept rows that a person looks at before the version is made" }),
    nearDuplicate: z.number().min(0.3).max(1).default(0.8),
    concurrency: z.int().min(1).max(1024).optional(),
    policy: UnknownPolicy.default("retry"),
    temperature: z.number().min(0).max(2).default(0.8),
    autoConfirm: z.boolean().default(false),
  }),
  output: z.object({ id: z.uuid(), projectId: z.uuid(), title: z.string(), state: z.string() }),
});

export const RowStatus = z.enum(["kept", "duplicate", "near_duplicate", "too_long"]);
export const Decision = z.enum(["accepted", "rejected"]);

export const SynthesisRow = z.object({
  seq: z.int(),
  input: z.string(),
  output: z.string().nullable(),
  status: RowStatus,
  /** 0..1, with the text that it is most like */
  nearest: z.number(),
  nearestText: z.string(),
  review: z.boolean(),
  decision: Decision.nullable(),
  /** which wish of the plan, from 0 */
  item: z.int(),
  /** rows that the teacher was shown */
  parents: z.array(z.int()),
});
export type SynthesisRow = z.infer<typeof SynthesisRow>;

const runInput = { runId: ref("run") };

export const synthesisRows = endpoint({
  name: "synthesis.rows",
  method: "GET",
  path: "/syntheses/:runId/rows",
  permission: "data.read",
  summary: "Rows that the teacher wrote, with what became of each.",
  input: Page.extend({
    ...runInput,
    status: RowStatus.optional(),
    review: QueryFlag.optional().meta({ description: "only those that a person looks at first" }),
    undecided: QueryFlag.optional(),
    item: z.coerce.number().int().min(0).max(199).optional(),
  }),
  output: pageOf(SynthesisRow),
});

export const ReviewFigures = z.object({
  toReview: z.int(),
  accepted: z.int(),
  rejected: z.int(),
  /** share of accepted rows among the decided with its 95 % interval; null before the first */
  rate: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** the version that was made of them */
  madeVersionId: z.uuid().nullable(),
});
export type ReviewFigures = z.infer<typeof ReviewFigures>;

export const synthesisReview = endpoint({
  name: "synthesis.review",
  method: "GET",
  path: "/syntheses/:runId/review",
  permission: "data.read",
  summary: "How far the first look at the new rows has come, and what share is good.",
  input: z.object(runInput),
  output: ReviewFigures,
});

export const synthesisDecide = endpoint({
  name: "synthesis.decide",
  method: "POST",
  path: "/syntheses/:runId/decisions",
  permission: "data.write",
  summary: "Accepts or rejects new rows; null takes a decision back.",
  input: z.object({
    ...runInput,
    decisions: z
      .array(z.object({ seq: z.int().min(1), decision: Decision.nullable() }))
      .min(1)
      .max(1_000),
  }),
  output: ReviewFigures.extend({ id: z.uuid() }),
});

export const synthesisToVersion = endpoint({
  name: "synthesis.toVersion",
  method: "POST",
  path: "/syntheses/:runId/version",
  permission: "data.write",
  summary:
    "Adds the kept rows to the training side of a new version; rejected ones and those that are there by now are left out.",
  input: z.object({
    ...runInput,
    /** the version to add to, of the same dataset; default: the one that the run was about */
    datasetVersionId: ref("datasetVersion").optional(),
    reason: Reason,
    withoutReview: z.boolean().default(false).meta({ description: "add rows although the first look is not finished" }),
  }),
  output: Imported.omit({ runId: true }).extend({ added: z.int() }),
});
