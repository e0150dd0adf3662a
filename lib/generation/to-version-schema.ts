import { z } from "zod";
import { endpoint, ref } from "#lib/core/endpoint.ts";
import { Changed } from "#lib/datasets/change-schema.ts";
import { Reason } from "#lib/datasets/schema.ts";

export const generationToVersion = endpoint({
  name: "generation.toVersion",
  method: "POST",
  path: "/generations/:runId/versions",
  permission: "data.write",
  summary: "Makes the next version of the labelled data, with the run's usable answers as its gold answers.",
  input: z.object({
    runId: ref("run"),
    reason: Reason,
    /** leaves gold answers that are there as they are */
    onlyWithoutGold: z.boolean().default(true),
    /** a later version of the same data to go on from; rows whose input was changed since are left alone */
    datasetVersionId: ref("datasetVersion").optional(),
  }),
  output: Changed,
});
