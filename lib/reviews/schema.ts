import { z } from "zod";
import { endpoint, Instant, Page, pageOf, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { Reason } from "#lib/datasets/schema.ts";
import { RowSide } from "#lib/jobs/kinds/generation.ts";
import { TaskKind } from "#lib/projects/schema.ts";

/** Rows that one review may hold. */
export const mostItems = 20_000;

/** Why a row is in a queue. */
export const doubtReasons = ["disagreement", "noise", "confidence", "audit"] as const;
export const DoubtReason = z.enum(doubtReasons);
export type DoubtReason = z.infer<typeof DoubtReason>;

/** open: not decided by enough people; disagreed: people differ; done: decided; settled: somebody decided a disagreement. */
export const itemStates = ["open", "disagreed", "done", "settled"] as const;
export const ItemState = z.enum(itemStates);
export type ItemState = z.infer<typeof ItemState>;

export const DecisionAction = z.enum(["accept", "correct", "reject", "skip"]);
export type DecisionAction = z.infer<typeof DecisionAction>;

export const ReviewState = z.enum(["open", "closed"]);

/** The task as it was when the review was made. */
export const ReviewTask = z.object({
  kind: TaskKind,
  /** what reviewers choose from; classification only */
  labels: z.array(z.string()),
  jsonSchema: z.record(z.string(), z.unknown()).nullable(),
  instruction: z.string(),
});
export type ReviewTask = z.infer<typeof ReviewTask>;

const Counts = z.object({ disagreement: z.int(), noise: z.int(), confidence: z.int(), audit: z.int() });

/** What was asked for, and what it gave. */
export const ReviewMix = z.object({
  rows: RowSide,
  auditShare: z.number(),
  maxConfidence: z.number(),
  /** rows of the version with each reason */
  found: Counts,
  /** items of the queue with each reason; an item may have several */
  queued: Counts,
});
export type ReviewMix = z.infer<typeof ReviewMix>;

const Person = z.object({ userId: z.uuid(), name: z.string() });

export const ReviewPerson = Person.extend({
  /** still asked */
  assigned: z.boolean(),
  accepted: z.int(),
  corrected: z.int(),
  rejected: z.int(),
  skipped: z.int(),
  /** decisions an hour, from the time that rows were looked at; null below five decisions */
  rowsPerHour: z.number().nullable(),
});
export type ReviewPerson = z.infer<typeof ReviewPerson>;

export const ReviewSummary = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  projectName: z.string(),
  name: z.string(),
  state: ReviewState,
  simulated: z.boolean(),
  /** people asked per row */
  reviewers: z.int(),
  itemCount: z.int(),
  /** items by state */
  items: z.object({ open: z.int(), disagreed: z.int(), done: z.int(), settled: z.int() }),
  /** items that the caller has decided, and is still asked for */
  mine: z.object({ assigned: z.boolean(), decided: z.int(), remaining: z.int() }),
  createdBy: z.string(),
  createdAt: Instant,
});
export type ReviewSummary = z.infer<typeof ReviewSummary>;

export const Review = ReviewSummary.extend({
  note: z.string(),
  task: ReviewTask,
  mix: ReviewMix,
  /** the version whose rows it holds, such as "Tickets v3" */
  versionName: z.string(),
  teacherName: z.string().nullable(),
  studentName: z.string().nullable(),
  people: z.array(ReviewPerson),
});
export type Review = z.infer<typeof Review>;

/** For people who may read data: what a review was made of and what came of it. */
export const ReviewDetail = Review.extend({
  datasetVersionId: z.uuid(),
  generationRunId: z.uuid().nullable(),
  evaluationId: z.uuid().nullable(),
  resultVersion: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  /** ready versions that decisions can be put on, newest first */
  targets: z.array(z.object({ id: z.uuid(), name: z.string() })),
});
export type ReviewDetail = z.infer<typeof ReviewDetail>;

const Choice = {
  projectId: ref("project"),
  datasetVersionId: ref("datasetVersion"),
  generationRunId: ref("run").optional().meta({ description: "labelling run whose answers are held against the gold" }),
  evaluationId: ref("evaluation").optional().meta({ description: "evaluation whose student was unsure" }),
  noise: QueryFlag.default(true).meta({ description: "take suspected wrong labels of the version's quality report" }),
  rows: RowSide.default("all"),
  maxConfidence: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .meta({ description: "the student's answers below this are low" }),
  auditShare: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .meta({ description: "share of the queue drawn at random from all rows: it tells the error rate" }),
  limit: z.coerce.number().int().min(1).max(mostItems).default(500).meta({ description: "most items of the queue" }),
};

const Assignees = z.array(z.uuid()).min(1, "ask at least one person").max(50);

export const reviewPreview = endpoint({
  name: "review.preview",
  method: "GET",
  path: "/projects/:projectId/reviews/preview",
  permission: "review.manage",
  summary: "How many rows a review would hold, by reason.",
  input: z.object(Choice),
  output: z.object({ itemCount: z.int(), mix: ReviewMix }),
});

export const reviewCreate = endpoint({
  name: "review.create",
  method: "POST",
  path: "/projects/:projectId/reviews",
  permission: "review.manage",
  summary: "Makes a queue of doubtful rows of a dataset version, frozen, and asks people to decide them.",
  input: z.object({
    ...Choice,
    name: z.string().trim().min(1, "give it a name").max(120),
    note: z.string().trim().max(2_000).default(""),
    reviewers: z.int().min(1).max(2).default(1).meta({ description: "different people asked per row" }),
    assignees: Assignees,
  }),
  output: z.object({ id: z.uuid(), itemCount: z.int() }),
});

const reviewInput = { reviewId: ref("review") };

export const reviewUpdate = endpoint({
  name: "review.update",
  method: "PATCH",
  path: "/reviews/:reviewId",
  permission: "review.manage",
  summary: "Renames a review, asks other people, closes it or opens it again. Decisions stay.",
  input: z.object({
    ...reviewInput,
    name: z.string().trim().min(1, "give it a name").max(120).optional(),
    note: z.string().trim().max(2_000).optional(),
    assignees: Assignees.optional(),
    state: ReviewState.optional(),
  }),
  output: z.object({ id: z.uuid() }),
});

export const reviewDelete = endpoint({
  name: "review.delete",
  method: "DELETE",
  path: "/reviews/:reviewId",
  permission: "review.manage",
  summary: "Deletes a review with its decisions. Versions that were made of them stay, and say who decided their rows.",
  input: z.object(reviewInput),
  output: z.object({ id: z.uuid() }),
});

export const reviewChoices = endpoint({
  name: "review.choices",
  method: "GET",
  path: "/projects/:projectId/reviews/choices",
  permission: "review.manage",
  summary: "What a review can be made of: versions with their labelling runs, evaluations and suspects, and people.",
  input: z.object({ projectId: ref("project") }),
  output: z.object({
    kind: TaskKind.nullable(),
    versions: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        rowCount: z.int(),
        labelledCount: z.int(),
        runs: z.array(z.object({ id: z.uuid(), title: z.string() })),
        evaluations: z.array(z.object({ id: z.uuid(), student: z.string() })),
        /** null: there is no quality report */
        suspects: z.int().nullable(),
      }),
    ),
    people: z.array(Person.extend({ role: z.string() })),
  }),
});

export const reviewList = endpoint({
  name: "review.list",
  method: "GET",
  path: "/reviews",
  permission: "review.read",
  summary: "Reviews, newest first. A reviewer sees those they are asked for.",
  input: Page.extend({
    projectId: ref("project").optional(),
    mine: QueryFlag.default(false).meta({ description: "only those that the caller is asked for" }),
    state: ReviewState.optional(),
  }),
  output: pageOf(ReviewSummary),
});

export const reviewGet = endpoint({
  name: "review.get",
  method: "GET",
  path: "/reviews/:reviewId",
  permission: "review.read",
  summary: "One review with its task, its people and how far it is.",
  input: z.object(reviewInput),
  output: Review,
});

export const reviewDetail = endpoint({
  name: "review.detail",
  method: "GET",
  path: "/reviews/:reviewId/detail",
  permission: "data.read",
  summary: "One review with what it was made of and the version made of it.",
  input: z.object(reviewInput),
  output: ReviewDetail,
});

export const reviewApply = endpoint({
  name: "review.apply",
  method: "POST",
  path: "/reviews/:reviewId/version",
  permission: "review.manage",
  summary: "Makes a dataset version of the decisions: corrections become the gold answer, rejected rows go.",
  input: z.object({
    ...reviewInput,
    datasetVersionId: ref("datasetVersion")
      .optional()
      .meta({ description: "a version of the same line to put them on; default: the newest" }),
    reason: Reason,
  }),
  output: z.object({
    datasetVersionId: z.uuid(),
    name: z.string(),
    corrected: z.int(),
    removed: z.int(),
    /** decided rows that differ from what was reviewed, or are gone, and so stay as they are */
    changedSince: z.int(),
    /** items without a decision, and with two that differ */
    open: z.int(),
    disagreed: z.int(),
  }),
});
