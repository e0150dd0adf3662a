import { z } from "zod";
import { endpoint, ref } from "#lib/core/endpoint.ts";
import { DatasetVersion, Reason, RowFilter, Side } from "./schema.ts";

/** Most changes of one request; more rows are changed by a filter. */
export const mostChanges = 10_000;

/** Longest text of a row that is typed or sent. */
const Text = z.string().max(1_000_000);
const Position = z.int().min(1).max(2_147_483_646);

/** A change to one row. `position` null adds one. What is absent stays as it is; an edited row keeps its side. */
export const RowEdit = z.object({
  position: Position.nullable(),
  /** takes the row away */
  gone: z.boolean().optional(),
  input: Text.optional(),
  /** gold answer; null (or blanks) takes it away */
  output: Text.nullable().optional(),
  side: Side.optional(),
});
export type RowEdit = z.infer<typeof RowEdit>;

/** What is done to every row of a filter. */
export const WhereAction = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("keep") }),
  z.object({ kind: z.literal("delete") }),
  z.object({ kind: z.literal("setOutput"), output: Text.min(1) }),
  z.object({ kind: z.literal("clearOutput") }),
  /** rows with the same normalised input move along, so that no text stands on both sides */
  z.object({ kind: z.literal("moveTo"), side: Side }),
]);
export type WhereAction = z.infer<typeof WhereAction>;

/** The new version where it was made at once, else the run that makes it. */
export const Changed = z.object({
  /** of the version or of the run */
  id: z.uuid(),
  version: DatasetVersion.nullable(),
  runId: z.uuid().nullable(),
});
export type Changed = z.infer<typeof Changed>;

export const versionChange = endpoint({
  name: "version.change",
  method: "POST",
  path: "/dataset-versions/:datasetVersionId/changes",
  permission: "data.write",
  summary: "Makes the next version by up to 10,000 changes to rows; the version itself stays as it is.",
  input: z.object({
    datasetVersionId: ref("datasetVersion"),
    reason: Reason,
    changes: z.array(RowEdit).min(1, "change at least one row").max(mostChanges),
  }),
  output: Changed,
});

export const versionChangeWhere = endpoint({
  name: "version.changeWhere",
  method: "POST",
  path: "/dataset-versions/:datasetVersionId/changes-where",
  permission: "data.write",
  summary:
    "Makes the next version by doing the same to every row of a filter: at once up to 20,000 rows, else by a run.",
  input: z.object({
    datasetVersionId: ref("datasetVersion"),
    reason: Reason,
    filter: RowFilter.default({}),
    action: WhereAction,
  }),
  output: Changed,
});
