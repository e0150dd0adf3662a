import { z } from "zod";
import { defineKind } from "./kind.ts";

/** Mapping and hold-out share stand on the dataset version. */
export const importKind = defineKind({
  payload: z.object({ uploadId: z.uuid(), datasetVersionId: z.uuid() }),
  result: z.object({
    datasetId: z.uuid(),
    datasetVersionId: z.uuid(),
    rows: z.number().int(),
    holdoutRows: z.number().int(),
    rejectedRows: z.number().int(),
    warnings: z.array(z.string()),
  }),
  pausable: false,
  perWorker: 2,
});
