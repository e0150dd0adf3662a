import { z } from "zod";
import { UnknownPolicy } from "./generation.ts";
import { defineKind } from "./kind.ts";

const Label = z.string().min(1).max(2_000);
const Rows = z.int().min(1).max(10_000);

/** One wish: what kind of rows, for which answer, how many. `label` null: for all answers in turn, or for rows without any. */
export const PlanItem = z.discriminatedUnion("method", [
  z.object({ method: z.literal("label"), label: Label, rows: Rows }),
  z.object({ method: z.literal("paraphrase"), label: Label.nullable(), rows: Rows }),
  z.object({ method: z.literal("hardNegative"), label: Label, confusedWith: Label, rows: Rows }),
  /** `label`: the answer that such rows get, such as "oos"; null: none */
  z.object({ method: z.literal("outOfScope"), label: Label.nullable(), rows: Rows }),
  z.object({ method: z.literal("typos"), label: Label.nullable(), rows: Rows }),
  z.object({
    method: z.literal("topic"),
    /** from the root of the topic tree to the leaf */
    path: z.array(z.string().trim().min(1).max(200)).min(1).max(6),
    label: Label.nullable(),
    rows: Rows,
  }),
  z.object({ method: z.literal("length"), length: z.enum(["short", "long"]), label: Label.nullable(), rows: Rows }),
  z.object({ method: z.literal("language"), language: z.string().min(2).max(60), label: Label.nullable(), rows: Rows }),
]);
export type PlanItem = z.infer<typeof PlanItem>;
export type Method = PlanItem["method"];

/** How varied a set of texts is. */
export const Diversity = z.object({
  rows: z.int(),
  /** distinct over all word n-grams (Li et al. 2016), 0..1, for n = 1, 2, 3 */
  distinct: z.tuple([z.number(), z.number(), z.number()]),
  /** mean over the texts of 1 - similarity to the nearest other text, 0..1 */
  nearestDistance: z.number().nullable(),
});
export type Diversity = z.infer<typeof Diversity>;

export const synthesisKind = defineKind({
  payload: z.object({
    datasetVersionId: z.uuid(),
    teacherId: z.uuid(),
    plan: z.array(PlanItem).min(1).max(200),
    /** rows asked for in one request */
    perRequest: z.int().min(1).max(50),
    /** share of the kept rows that a person looks at first, 0..1 */
    reviewShare: z.number().min(0).max(1),
    /** similarity from which a new text counts as a near duplicate, 0..1 */
    nearDuplicate: z.number().min(0.3).max(1),
    /** decides which rows the teacher is shown and which go to review */
    seed: z.int(),
    policy: UnknownPolicy,
    concurrency: z.int().min(1).max(1024),
    capMicros: z.int().min(0).nullable(),
    maxTokens: z.int().min(1),
    temperature: z.number().min(0).max(2),
    autoConfirm: z.boolean(),
    teacher: z.object({ name: z.string(), baseUrl: z.string(), model: z.string() }),
    price: z.object({ inputMicrosPerMtok: z.int(), outputMicrosPerMtok: z.int(), source: z.string() }),
    system: z.string(),
  }),
  result: z.object({
    datasetVersionId: z.uuid(),
    requests: z.int(),
    /** requests without a usable answer */
    failed: z.int(),
    /** rows that the teacher wrote */
    written: z.int(),
    kept: z.int(),
    duplicates: z.int(),
    nearDuplicates: z.int(),
    tooLong: z.int(),
    toReview: z.int(),
    costMicros: z.int(),
    /** of a sample of the version's own texts, and of the kept ones */
    diversity: z.object({ before: Diversity, after: Diversity }),
    /** answer -> training rows in the version, and kept rows */
    balance: z.array(z.object({ label: z.string(), before: z.int(), added: z.int() })),
  }),
  pausable: true,
  perWorker: 1,
});
