import { z } from "zod";
import { defineKind } from "./kind.ts";

/** Whose labels are learnt. `both`: a row's gold label where it has one, else the teacher's. */
export const LabelSource = z.enum(["teacher", "gold", "both"]);
export type LabelSource = z.infer<typeof LabelSource>;

export const finetuneKind = defineKind({
  payload: z.object({
    datasetVersionId: z.uuid(),
    generationRunId: z.uuid().nullable(),
    labelSource: LabelSource,
    recipe: z.string(),
    /** complete: defaults of the recipe filled in */
    params: z.record(z.string(), z.unknown()),
    name: z.string(),
    /** labelled training rows at the time of asking; the hold-out is never among them */
    rows: z.object({ total: z.int(), gold: z.int(), teacher: z.int() }),
    /** leakage that a person chose to train in spite of, and why; null when there was none */
    leakage: z
      .object({ reason: z.string(), found: z.array(z.string()) })
      .nullable()
      .default(null),
  }),
  /** the id of a student is the id of its run */
  result: z.object({
    studentId: z.uuid(),
    rows: z.int(),
    trainMs: z.number(),
    /** on internal validation rows against the training labels; null with too few rows */
    validationAccuracy: z.number().nullable(),
  }),
  pausable: false,
  perWorker: 4,
});
