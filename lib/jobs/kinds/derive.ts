import { z } from "zod";
import { defineKind } from "./kind.ts";

/** Makes the next version of a dataset from one that is too large to be changed while a person waits. */
export const deriveKind = defineKind({
  payload: z.object({
    /** the version it is made from */
    datasetVersionId: z.uuid(),
    reason: z.string(),
    /** what is done: `kind` names an operation of workers/derive.ts, the rest is its own */
    op: z.looseObject({ kind: z.string().min(1).max(40) }),
  }),
  result: z.object({
    datasetId: z.uuid(),
    /** the new version */
    datasetVersionId: z.uuid(),
    number: z.int(),
    rows: z.int(),
    added: z.int(),
    removed: z.int(),
    changed: z.int(),
  }),
  pausable: false,
  perWorker: 1,
});
