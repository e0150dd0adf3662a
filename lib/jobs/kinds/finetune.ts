import { z } from "zod";
import { defineKind } from "./kind.ts";

export const finetuneKind = defineKind({
  payload: z.looseObject({
    datasetVersionId: z.uuid(),
    generationRunId: z.uuid().nullable(),
    labelSource: z.enum(["teacher", "gold", "both"]),
    recipe: z.string(),
    params: z.record(z.string(), z.unknown()),
    name: z.string(),
  }),
  result: z.looseObject({ studentId: z.uuid() }),
  pausable: false,
  perWorker: 4,
});
