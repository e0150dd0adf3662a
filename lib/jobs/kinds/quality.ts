import { z } from "zod";
import { defineKind } from "./kind.ts";

/** Looks a version over: duplicates, leakage, labels, texts, lengths, drift. Policy and task are read when it begins. */
export const qualityKind = defineKind({
  payload: z.object({
    datasetVersionId: z.uuid(),
    /** for drift; null: the version before */
    compareWith: z.uuid().nullable(),
  }),
  result: z.object({
    datasetVersionId: z.uuid(),
    status: z.enum(["pass", "warn", "block"]),
    rows: z.int(),
    /** checks that found something, worst first */
    found: z.array(z.object({ check: z.string(), rows: z.int() })),
  }),
  pausable: false,
  perWorker: 1,
});
