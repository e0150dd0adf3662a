import { z } from "zod";
import { endpoint, Page, pageOf, ref } from "#lib/core/endpoint.ts";
import { ChangeCounts, DatasetVersion } from "./schema.ts";

/** Characters of a text that a difference shows. */
export const diffChars = 2_000;

const Versions = { datasetVersionId: ref("datasetVersion"), baseVersionId: ref("datasetVersion") };

/** Rows whose gold answer was `from` and is `to`; null: none. Answers are cut after 200 characters. */
export const LabelMove = z.object({ from: z.string().nullable(), to: z.string().nullable(), rows: z.int() });
export type LabelMove = z.infer<typeof LabelMove>;

export const VersionDiff = z.object({
  base: DatasetVersion,
  version: DatasetVersion,
  /** made from one another: rows are matched by their number; else by their normalised input */
  sameLine: z.boolean(),
  counts: ChangeCounts.extend({
    /** of the changed ones, those that went to the other side */
    sides: z.int(),
  }),
  /** most frequent first, at most 200 */
  moves: z.array(LabelMove),
  moreMoves: z.boolean(),
});
export type VersionDiff = z.infer<typeof VersionDiff>;

export const versionDiff = endpoint({
  name: "version.diff",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/diff",
  permission: "data.read",
  summary: "What differs from another version of the dataset: rows added, removed and changed, and how labels moved.",
  input: z.object(Versions),
  output: VersionDiff,
});

/** `labels`: changed rows with another gold answer. */
export const DiffKind = z.enum(["added", "removed", "changed", "labels"]);
export type DiffKind = z.infer<typeof DiffKind>;

const RowText = z.object({
  position: z.int(),
  input: z.string(),
  output: z.string().nullable(),
  holdout: z.boolean(),
  /** a text is longer than what is shown */
  cut: z.boolean(),
});

/** A row as it was and as it is. */
export const DiffRow = z.object({
  kind: z.enum(["added", "removed", "changed"]),
  old: RowText.nullable(),
  new: RowText.nullable(),
});
export type DiffRow = z.infer<typeof DiffRow>;

export const versionDiffRows = endpoint({
  name: "version.diffRows",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/diff/rows",
  permission: "data.read",
  summary: "The rows that differ from another version of the dataset, old and new side by side.",
  input: Page.extend({ ...Versions, kind: DiffKind.optional() }),
  output: pageOf(DiffRow),
});
