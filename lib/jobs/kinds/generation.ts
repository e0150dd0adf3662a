import { z } from "zod";
import { defineKind } from "./kind.ts";

/** Which rows of a version are labelled. */
export const RowSide = z.enum(["all", "train", "holdout"]);

/** What becomes of a row whose answer is unknown: ask again (a possible second bill) or leave it without a label. */
export const UnknownPolicy = z.enum(["retry", "hold"]);

const Json = z.record(z.string(), z.unknown());

/**
 * Everything that decides an answer or a price is frozen here; only the key stays with the teacher. Cap, concurrency and policy may
 * be changed while the run waits (`generation.update`).
 */
export const generationKind = defineKind({
  payload: z.object({
    datasetVersionId: z.uuid(),
    teacherId: z.uuid(),
    rows: RowSide,
    /** label a random sample of so many rows only */
    limit: z.int().min(1).nullable(),
    policy: UnknownPolicy,
    concurrency: z.int().min(1).max(1024),
    capMicros: z.int().min(0).nullable(),
    maxTokens: z.int().min(1),
    temperature: z.number().min(0).max(2),
    /** go on after the smoke test without a person when the estimate is under the cap */
    autoConfirm: z.boolean(),
    teacher: z.object({ name: z.string(), baseUrl: z.string(), model: z.string() }),
    price: z.object({ inputMicrosPerMtok: z.int(), outputMicrosPerMtok: z.int(), source: z.string() }),
    task: z.object({
      kind: z.enum(["classification", "extraction", "generation"]),
      instruction: z.string(),
      labels: z.array(z.string()),
      jsonSchema: Json.nullable(),
    }),
    prompt: z.object({ system: z.string(), responseFormat: Json.nullable() }),
  }),
  result: z.object({
    datasetVersionId: z.uuid(),
    /** rows with a usable answer */
    ok: z.int(),
    /** rows whose answer is no label: see `statuses` */
    rejected: z.int(),
    held: z.int(),
    statuses: z.record(z.string(), z.int()),
    costMicros: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    /** rows whose tokens are our own estimate */
    estimatedRows: z.int(),
    latencyP50Ms: z.number().nullable(),
    latencyP95Ms: z.number().nullable(),
    /** answer -> rows, classification only, at most 1,000 */
    labels: z.record(z.string(), z.int()),
    /** rows that were in flight when a worker died, over all claims */
    unknownRows: z.int(),
  }),
  pausable: true,
  perWorker: 2,
});
