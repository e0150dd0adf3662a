import { z } from "zod";
import { defineKind } from "./kind.ts";

/** Labels and limits are the task's at the time of asking: editing the task never changes a verdict. */
export const evaluationKind = defineKind({
  payload: z.object({
    studentId: z.uuid(),
    datasetVersionId: z.uuid(),
    /** labelling run with the teacher's answers on the same version */
    generationRunId: z.uuid().nullable(),
    rows: z.enum(["holdout", "all"]),
    labels: z.array(z.string()),
    limits: z.object({
      minQuality: z.number().nullable(),
      maxP95LatencyMs: z.number().nullable(),
      maxMemoryBytes: z.number().nullable(),
      budgetMicros: z.number().nullable(),
      margin: z.number(),
    }),
  }),
  /** the id of an evaluation is the id of its run */
  result: z.object({
    evaluationId: z.uuid(),
    rows: z.number().int(),
    /** null where no row had a reference */
    quality: z.number().nullable(),
    basis: z.enum(["gold", "teacher"]),
    verdict: z.string().nullable(),
    outcome: z.enum(["pass", "fail", "open", "none"]),
  }),
  pausable: false,
  perWorker: 1,
});
