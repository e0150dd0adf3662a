import { z } from "zod";
import { defineKind } from "./kind.ts";

export const evaluationKind = defineKind({
  payload: z.looseObject({
    studentId: z.uuid(),
    datasetVersionId: z.uuid(),
    generationRunId: z.uuid().nullable(),
    rows: z.enum(["holdout", "all"]),
  }),
  result: z.looseObject({ evaluationId: z.uuid() }),
  pausable: false,
  perWorker: 1,
});
