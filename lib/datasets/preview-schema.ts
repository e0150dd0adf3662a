import { z } from "zod";
import { endpoint, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { containers, Member, ReadOptions } from "#lib/formats/sniffed.ts";
import { ColumnMapping, RejectCode, Upload } from "./schema.ts";

/** A version with the same file, met again. */
const Twin = z.object({ datasetId: z.uuid(), datasetVersionId: z.uuid(), name: z.string(), number: z.int() });

export const Preview = z.object({
  upload: Upload,
  format: z.string(),
  encoding: z.string(),
  delimiter: z.string().nullable(),
  /** what the file is wrapped in */
  container: z.enum(containers),
  /** the known export that its rows are of; null: plain rows */
  shape: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** files of an archive, those that are read first, at most 200 of `memberCount` */
  members: z.array(Member),
  memberCount: z.int(),
  /** which choices matter for this file */
  choices: z.object({
    /** conversations: their last answer, or each */
    turns: z.boolean(),
    /** it is no training data, but its inputs may be imported without answers */
    unlabelled: z.boolean(),
    /** the archive has files for testing or validation that can be the hold-out */
    ownSplits: z.boolean(),
  }),
  /** why it is no training data, and what to do */
  refusal: z.object({ reason: z.string(), todo: z.string() }).nullable(),
  columns: z.array(z.object({ name: z.string(), samples: z.array(z.string()), filled: z.number() })),
  guess: ColumnMapping.nullable(),
  reason: z.string(),
  /** the mapping that `rows` were made with: the given one, else the guess */
  mapping: ColumnMapping.nullable(),
  rows: z.array(
    z.object({
      line: z.int(),
      input: z.string(),
      output: z.string().nullable(),
      /** the row is held out when the fraction is above this */
      unit: z.number(),
    }),
  ),
  /** first lines that would be rejected */
  rejected: z.array(z.object({ line: z.int(), code: RejectCode, reason: z.string(), text: z.string() })),
  /** rows of the whole file, from the size of the first ones */
  estimatedRows: z.int(),
  /** rows that were looked at */
  sampledRows: z.int(),
  /** distinct gold answers among them, most frequent first */
  sampledLabels: z.array(z.object({ label: z.string(), rows: z.int() })),
  warnings: z.array(z.string()),
  twin: Twin.nullable(),
});
export type Preview = z.infer<typeof Preview>;

/** A repeated query field arrives as a list, a single one as text. */
const columnList = z.preprocess((value) => (typeof value === "string" ? [value] : value), ColumnMapping.shape.inputs);

const memberList = z.preprocess(
  (value) => (typeof value === "string" ? [value] : value),
  ReadOptions.shape.members.unwrap(),
);

export const uploadPreview = endpoint({
  name: "upload.preview",
  method: "GET",
  path: "/uploads/:uploadId/preview",
  permission: "data.write",
  summary: "What the file is and how its first rows would be read, with a guessed mapping or with the given one.",
  input: z.object({
    uploadId: ref("upload"),
    inputs: columnList.optional(),
    /** empty: no gold answers */
    output: z.string().max(500).optional(),
    turns: ReadOptions.shape.turns,
    unlabelled: QueryFlag.default(false),
    encoding: ReadOptions.shape.encoding,
    /** only these files of an archive */
    members: memberList.optional(),
  }),
  output: Preview,
});
