import { z } from "zod";
import { endpoint, Instant, Int, ref } from "#lib/core/endpoint.ts";

/** The tokenizer of a project's student, as it was uploaded. */
export const ProjectTokenizer = z.object({
  projectId: z.uuid(),
  fileName: z.string(),
  bytes: Int,
  sha256: z.string(),
  model: z.enum(["BPE", "WordPiece", "Unigram"]),
  /** different tokens, added ones included */
  vocabulary: z.int(),
  /** where counts may differ from the model's own library */
  warnings: z.array(z.string()),
  createdBy: z.string(),
  createdAt: Instant,
});
export type ProjectTokenizer = z.infer<typeof ProjectTokenizer>;

const projectInput = z.object({ projectId: ref("project") });

export const tokenizerSet = endpoint({
  name: "project.tokenizerSet",
  method: "PUT",
  path: "/projects/:projectId/tokenizer",
  permission: "data.write",
  summary:
    "Sets the student's tokenizer: the body is the model's tokenizer.json, at most 20 MB. It replaces the one before.",
  input: projectInput.extend({ fileName: z.string().min(1).max(500).default("tokenizer.json") }),
  output: ProjectTokenizer,
  body: "stream",
});

export const tokenizerGet = endpoint({
  name: "project.tokenizerGet",
  method: "GET",
  path: "/projects/:projectId/tokenizer",
  permission: "data.read",
  summary: "The student's tokenizer of a project; null where tokens are estimated.",
  input: projectInput,
  output: z.object({ tokenizer: ProjectTokenizer.nullable() }),
});

export const tokenizerDelete = endpoint({
  name: "project.tokenizerDelete",
  method: "DELETE",
  path: "/projects/:projectId/tokenizer",
  permission: "data.write",
  summary: "Removes the student's tokenizer; tokens are estimated from then on.",
  input: projectInput,
  output: z.object({ removed: z.boolean() }),
});

/** Pieces shown of one text; the count is of all of it. */
export const shownPieces = 2_000;

export const TokenPiece = z.object({
  id: z.int(),
  /** as the vocabulary spells it */
  piece: z.string(),
  /** the characters of the row that it stands for; null for special and unknown pieces */
  text: z.string().nullable(),
  /** it stands for a part of a character, of which the piece before has another part */
  shared: z.boolean(),
});
export type TokenPiece = z.infer<typeof TokenPiece>;

export const RowTokens = z.object({
  position: z.int(),
  part: z.enum(["input", "output"]),
  /** characters of the whole text */
  characters: z.int(),
  /** counted by the student's tokenizer, or estimated from the characters */
  basis: z.enum(["tokenizer", "estimate"]),
  tokenizer: ProjectTokenizer.pick({ fileName: true, model: true, vocabulary: true, warnings: true }).nullable(),
  count: z.int(),
  window: z.int(),
  /** count over window; above 1 it does not fit */
  share: z.number(),
  /** micro-dollars for this text at the given price; null without one */
  priceMicros: z.number().nullable(),
  /** the first pieces, none for an estimate */
  pieces: z.array(TokenPiece),
  /** there are more pieces than are shown */
  cut: z.boolean(),
});
export type RowTokens = z.infer<typeof RowTokens>;

export const rowTokens = endpoint({
  name: "row.tokens",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/rows/:position/tokens",
  permission: "data.read",
  summary: "A row's text in tokens of the student: pieces, ids, count, share of the context window and price.",
  input: z.object({
    datasetVersionId: ref("datasetVersion"),
    position: z.coerce.number().int().min(1).max(2_147_483_647),
    part: z.enum(["input", "output"]).default("input"),
    window: z.coerce
      .number()
      .int()
      .min(1)
      .max(10_000_000)
      .default(512)
      .meta({ description: "tokens that the student can see at once" }),
    pricePerMtok: z.coerce
      .number()
      .min(0)
      .max(1e12)
      .optional()
      .meta({ description: "micro-dollars for a million tokens, such as a teacher's input price" }),
  }),
  output: RowTokens,
});
