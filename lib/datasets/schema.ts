import { z } from "zod";
import { endpoint, Instant, Int, Page, pageOf, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { ReadOptions } from "#lib/formats/sniffed.ts";
import { rejectCodes } from "#lib/formats/types.ts";

/** A column or a path to a field. PostgreSQL keeps neither NUL nor half a character. */
const ColumnName = z
  .string()
  .min(1)
  .max(500)
  .refine((name) => !name.includes("\0") && name.isWellFormed(), "a name cannot hold NUL or half a character");

/** Which columns make a row. Several input columns are joined by an empty line. `output` null: the file has no gold answers. */
export const ColumnMapping = z.object({
  inputs: z.array(ColumnName).min(1, "choose at least one input column").max(5),
  output: ColumnName.nullable(),
});
export type ColumnMapping = z.infer<typeof ColumnMapping>;

/** Share of distinct inputs put aside for evaluation. */
export const HoldoutFraction = z.number().min(0).max(1);

const Name = z.string().trim().min(1, "give it a name").max(120);

export const Upload = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  fileName: z.string(),
  bytes: Int,
  sha256: z.string(),
  createdAt: Instant,
});
export type Upload = z.infer<typeof Upload>;

export const RejectCode = z.enum(rejectCodes);
export type RejectCode = z.infer<typeof RejectCode>;

export const LabelCount = z.object({ label: z.string(), rows: z.int(), holdout: z.int() });
export type LabelCount = z.infer<typeof LabelCount>;

/** What an import found, kept on the version. */
export const ImportReport = z.object({
  warnings: z.array(z.string()).default([]),
  rejectedByCode: z.partialRecord(RejectCode, z.int()).default({}),
  /** by label, most frequent first; empty when there are more than 1,000 different answers */
  labels: z.array(LabelCount).default([]),
  /** more than 1,000 different answers: not a set of labels */
  manyAnswers: z.boolean().default(false),
});
export type ImportReport = z.infer<typeof ImportReport>;

export const VersionState = z.enum(["importing", "ready", "failed"]);

export const VersionOrigin = z.enum(["import", "edit", "filter", "label", "fix", "review", "synthesis"]);
export type VersionOrigin = z.infer<typeof VersionOrigin>;

/** What a version changed against its parent, in rows. `labels`: of the changed ones, those with another gold answer. */
export const ChangeCounts = z.object({ added: z.int(), removed: z.int(), changed: z.int(), labels: z.int() });
export type ChangeCounts = z.infer<typeof ChangeCounts>;

/** How a row came about, where it was not imported. Positions are on the row's line. */
export const RowOrigin = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("edit"), userId: z.uuid() }),
  z.object({ kind: z.literal("label"), runId: z.uuid() }),
  z.object({ kind: z.literal("fix"), check: z.string() }),
  z.object({ kind: z.literal("review"), userIds: z.array(z.uuid()) }),
  z.object({
    kind: z.literal("synthesis"),
    runId: z.uuid(),
    /** rows that the teacher was shown */
    parents: z.array(z.int()),
    /** what was asked for: paraphrase, hard negative, topic … */
    method: z.string(),
    model: z.string(),
  }),
]);
export type RowOrigin = z.infer<typeof RowOrigin>;

/** `import`: as it was in the file. */
export const RowOriginKind = z.enum(["import", "edit", "label", "fix", "review", "synthesis"]);
export type RowOriginKind = z.infer<typeof RowOriginKind>;

/** Why a version is made, in a person's words. */
export const Reason = z.string().trim().min(1, "say why").max(500);

export const DatasetVersion = z.object({
  id: z.uuid(),
  datasetId: z.uuid(),
  datasetName: z.string(),
  projectId: z.uuid(),
  number: z.int(),
  state: VersionState,
  importRunId: z.uuid().nullable(),
  sourceFileName: z.string(),
  sourceBytes: Int,
  sourceSha256: z.string(),
  contentHash: z.string().nullable(),
  mapping: ColumnMapping,
  holdoutFraction: z.number(),
  origin: VersionOrigin,
  parentId: z.uuid().nullable(),
  reason: z.string(),
  changes: ChangeCounts.nullable(),
  /** positions go up to this, with gaps where rows were removed */
  lastPosition: z.int(),
  rowCount: z.int(),
  holdoutCount: z.int(),
  rejectedCount: z.int(),
  duplicateCount: z.int(),
  conflictCount: z.int(),
  labelledCount: z.int(),
  /** different labels; null when there are more than 1,000 */
  labelKinds: z.int().nullable(),
  inputChars: Int,
  warnings: z.array(z.string()),
  /** so many rows that browsing has indexes, which are made after the import */
  large: z.boolean(),
  /** since when these serve; null in a large version: they are being made, and filters look at a part of the rows at a time */
  searchableAt: Instant.nullable(),
  simulated: z.boolean(),
  createdBy: z.string(),
  createdAt: Instant,
  readyAt: Instant.nullable(),
});
export type DatasetVersion = z.infer<typeof DatasetVersion>;

export const Dataset = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  name: z.string(),
  simulated: z.boolean(),
  createdAt: Instant,
  /** newest first, at most 20 */
  versions: z.array(DatasetVersion),
  versionCount: z.int(),
});
export type Dataset = z.infer<typeof Dataset>;

export const Row = z.object({
  position: z.int(),
  input: z.string(),
  output: z.string().nullable(),
  holdout: z.boolean(),
  /** the text is longer than the list shows; open the row for all of it */
  cut: z.boolean(),
  /** characters of the input */
  chars: z.int(),
  /** null: as imported */
  origin: RowOrigin.nullable(),
});
export type Row = z.infer<typeof Row>;

export const RejectedRow = z.object({
  seq: z.int(),
  line: z.int(),
  byteOffset: Int,
  code: RejectCode,
  reason: z.string(),
  text: z.string(),
  /** the version that got its corrected text */
  correctedInId: z.uuid().nullable(),
});
export type RejectedRow = z.infer<typeof RejectedRow>;

export const uploadCreate = endpoint({
  name: "upload.create",
  method: "POST",
  path: "/projects/:projectId/uploads",
  permission: "data.write",
  summary: "Sends a file: its bytes are the request body. Nothing is imported yet; unused uploads go after 24 hours.",
  input: z.object({ projectId: ref("project"), fileName: z.string().min(1).max(500) }),
  output: Upload,
  body: "stream",
});

const importInput = {
  uploadId: ref("upload"),
  mapping: ColumnMapping,
  /** turns of conversations, inputs without answers, files and splits of an archive */
  reading: ReadOptions.prefault({}),
  holdoutFraction: HoldoutFraction.default(0.2),
  /** import a file again that the project already has */
  allowDuplicate: z.boolean().default(false),
};

export const Imported = z.object({
  id: z.uuid(),
  datasetId: z.uuid(),
  datasetVersionId: z.uuid(),
  number: z.int(),
  runId: z.uuid(),
});

export const datasetCreate = endpoint({
  name: "dataset.create",
  method: "POST",
  path: "/projects/:projectId/datasets",
  permission: "data.write",
  summary: "Makes a dataset from an upload and starts the import of its first version.",
  input: z.object({ projectId: ref("project"), name: Name, ...importInput }),
  output: Imported,
});

export const datasetAddVersion = endpoint({
  name: "dataset.addVersion",
  method: "POST",
  path: "/datasets/:datasetId/versions",
  permission: "data.write",
  summary: "Imports an upload as the next version of a dataset; earlier versions stay as they are.",
  input: z.object({ datasetId: ref("dataset"), ...importInput }),
  output: Imported,
});

export const datasetList = endpoint({
  name: "dataset.list",
  method: "GET",
  path: "/projects/:projectId/datasets",
  permission: "data.read",
  summary: "Datasets of a project with their versions, newest first.",
  input: Page.extend({ projectId: ref("project") }),
  output: pageOf(Dataset),
});

export const datasetGet = endpoint({
  name: "dataset.get",
  method: "GET",
  path: "/datasets/:datasetId",
  permission: "data.read",
  summary: "One dataset with its versions.",
  input: z.object({ datasetId: ref("dataset") }),
  output: Dataset,
});

export const datasetRename = endpoint({
  name: "dataset.rename",
  method: "PATCH",
  path: "/datasets/:datasetId",
  permission: "data.write",
  summary: "Gives a dataset another name.",
  input: z.object({ datasetId: ref("dataset"), name: Name }),
  output: Dataset,
});

const versionInput = z.object({ datasetVersionId: ref("datasetVersion") });

export const versionGet = endpoint({
  name: "version.get",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId",
  permission: "data.read",
  summary: "One version with its counts and the report of its import.",
  input: versionInput,
  output: DatasetVersion.extend({ report: ImportReport }),
});

export const versionList = endpoint({
  name: "version.list",
  method: "GET",
  path: "/datasets/:datasetId/versions",
  permission: "data.read",
  summary: "Versions of a dataset, newest first: who made each of which, how and why.",
  input: Page.extend({ datasetId: ref("dataset") }),
  output: pageOf(DatasetVersion),
});

export const Side = z.enum(["train", "holdout"]);

export const RowFilter = z.object({
  split: Side.optional(),
  /** exact gold answer */
  label: z.string().max(10_000).optional(),
  hasOutput: QueryFlag.optional(),
  /** inputs that occur more than once, or those of them with different answers */
  repeated: z.enum(["duplicates", "conflicts"]).optional(),
  /** characters of the input */
  minLength: z.coerce.number().int().min(0).max(2_000_000).optional(),
  maxLength: z.coerce.number().int().min(0).max(2_000_000).optional(),
  /** how the row came about */
  origin: RowOriginKind.optional(),
  /** text in input or answer, upper and lower case alike */
  search: z.string().max(200).optional(),
});
export type RowFilter = z.infer<typeof RowFilter>;

/** By place or by characters of the input; with `-` from the end. */
export const RowSort = z.enum(["position", "-position", "length", "-length"]);
export type RowSort = z.infer<typeof RowSort>;

export const versionRows = endpoint({
  name: "version.rows",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/rows",
  permission: "data.read",
  summary: "Rows in order. A filtered request looks at a bounded number of rows; `nextCursor` goes on from there.",
  input: Page.extend({
    ...versionInput.shape,
    ...RowFilter.shape,
    sort: RowSort.default("position"),
    /** whole texts instead of their first 500 characters */
    full: QueryFlag.default(false),
  }),
  output: pageOf(Row).extend({
    /** every row up to this position was looked at (sorted by position) */
    searchedTo: z.int(),
  }),
});

export const versionRejected = endpoint({
  name: "version.rejected",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/rejected",
  permission: "data.read",
  summary: "Lines that did not become rows, in the order of the file, at most 10,000.",
  input: Page.extend({ ...versionInput.shape, code: RejectCode.optional() }),
  output: pageOf(RejectedRow),
});

export const versionRejectedDownload = endpoint({
  name: "version.rejectedDownload",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/rejected.csv",
  permission: "data.read",
  summary: "The rejected lines as CSV; cells that a spreadsheet would run as a formula begin with an apostrophe.",
  input: versionInput,
  output: z.string(),
});

export const versionDownload = endpoint({
  name: "version.download",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/download",
  permission: "data.read",
  summary:
    "Rows, all or those of a filter: JSONL, Parquet or OpenAI chat JSONL with texts exactly as stored, or CSV with formula cells made text.",
  input: versionInput.extend({
    format: z.enum(["jsonl", "csv", "parquet", "chat"]).default("jsonl"),
    ...RowFilter.shape,
    /** chat: what the system message says; none where absent */
    system: z.string().max(20_000).optional(),
  }),
  output: z.string(),
});

export const versionLabels = endpoint({
  name: "version.labels",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/labels",
  permission: "data.read",
  summary: "Labels of a version with their rows, most frequent first; none when there are more than 1,000.",
  input: versionInput,
  output: z.object({ items: z.array(LabelCount), manyAnswers: z.boolean() }),
});
