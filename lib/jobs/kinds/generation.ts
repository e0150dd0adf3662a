import { z } from "zod";
import { defineKind } from "./kind.ts";

/** Everything that decides an answer or a price is frozen here; only the key stays with the teacher. */
export const generationKind = defineKind({
  payload: z.looseObject({
    datasetVersionId: z.uuid(),
    teacherId: z.uuid(),
    rows: z.enum(["all", "train", "holdout"]),
  }),
  result: z.looseObject({
    datasetVersionId: z.uuid(),
    ok: z.number().int(),
    rejected: z.number().int(),
    costMicros: z.number().int(),
  }),
  pausable: true,
  perWorker: 2,
});
