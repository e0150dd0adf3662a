import { z } from "zod";
import { endpoint, ref } from "#lib/core/endpoint.ts";
import { Imported, Reason } from "./schema.ts";

/** Lines that can be corrected at once. */
export const mostCorrections = 1_000;

export const versionCorrect = endpoint({
  name: "version.correct",
  method: "POST",
  path: "/dataset-versions/:datasetVersionId/rejected/corrections",
  permission: "data.write",
  summary:
    "Reads corrected texts of rejected lines as the import read its file, and adds their rows in a new version; all or none.",
  input: z.object({
    datasetVersionId: ref("datasetVersion").meta({ description: "the version whose import rejected the lines" }),
    ontoId: ref("datasetVersion")
      .optional()
      .meta({ description: "the version to add to, of the same dataset; default: its newest" }),
    reason: Reason,
    lines: z
      .array(z.object({ seq: z.int().min(1), text: z.string().min(1).max(1_048_576) }))
      .min(1, "correct at least one line")
      .max(mostCorrections),
  }),
  output: Imported.omit({ runId: true }).extend({ added: z.int() }),
});
