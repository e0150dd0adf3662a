import { z } from "zod";

/** What a file is wrapped in. */
export const containers = ["none", "gzip", "zip", "tar", "tar.gz"] as const;
export type ContainerKind = (typeof containers)[number];

/** The side that the names and the description of an archive give a file. */
export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

/** What a person chooses about reading a file, beside its columns. */
export const ReadOptions = z.object({
  /** a conversation becomes one row (its last assistant turn) or one row per assistant turn */
  turns: z.enum(["last", "each"]).default("last"),
  /** take inputs without answers from what is refused as training data: preference pairs, plain text */
  unlabelled: z.boolean().default(false),
  /** rows of the archive's own test and validation files are the hold-out, all others are for training */
  ownSplits: z.boolean().default(false),
  /** of text without a byte order mark, where the guess is wrong */
  encoding: z.enum(["utf-8", "windows-1252"]).optional(),
  /** only these data files of an archive, by name; absent: all that are alike */
  members: z.array(z.string().min(1).max(500)).min(1).max(100).optional(),
});
export type ReadOptions = z.infer<typeof ReadOptions>;

/** A file in an archive. `refused` says why it is not read; null: its rows are read. */
export const Member = z.object({
  name: z.string(),
  /** unpacked */
  bytes: z.number().nullable(),
  split: z.enum(splits).nullable(),
  refused: z.string().nullable(),
});
export type Member = z.infer<typeof Member>;

/**
 * How to read a file: found once from its content, then stored with the import. What versions of before lack has its default here.
 */
export const Sniffed = z.object({
  format: z.string(),
  encoding: z.enum(["utf-8", "utf-16le", "utf-16be", "windows-1252"]),
  /** what ends a line: LF (also of CRLF) or a lone CR */
  newline: z.enum(["\n", "\r"]),
  /** cell separator of delimited text */
  delimiter: z.string().nullable(),
  /** header of delimited text after renaming; empty for formats whose rows name their own fields */
  columns: z.array(z.string()),
  /** where the first data row begins */
  start: z.object({ offset: z.number(), line: z.number() }),
  /** in words, what a person should know before importing */
  warnings: z.array(z.string()),
  /** where the array of rows lies in a JSON document; empty: the document is the array; null: one object after another */
  path: z.array(z.string()).nullable().default(null),
  container: z.enum(containers).default("none"),
  /** the data files of an archive and what was refused, at most `listedMembers` */
  members: z.array(Member).default([]),
  /** names of classes by column, for integers that stand for them: [column, names] */
  classes: z.array(z.tuple([z.string(), z.array(z.string())])).default([]),
  /** id in shapes/registry.ts; null: fields as they are */
  shape: z.string().nullable().default(null),
  options: ReadOptions.prefault({}),
});
export type Sniffed = z.infer<typeof Sniffed>;
