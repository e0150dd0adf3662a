import { z } from "zod";
import { AppError } from "#lib/core/errors.ts";

export const MANIFEST_FILE = "manifest.json";

/** Names of files in a student's folder: made by us, and checked because a manifest may come from another machine. */
export const ArtifactName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
  .refine((name) => !name.includes(".."));

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** One pass over the data. Losses are mean cross-entropy in nats; accuracy is against the training labels. */
export const EpochRecord = z.object({
  epoch: z.int(),
  /** `fit` learns from all but the validation rows, `refit` from all */
  phase: z.enum(["fit", "refit"]),
  loss: z.number(),
  evalLoss: z.number().nullable(),
  evalAccuracy: z.number().nullable(),
});
export type EpochRecord = z.infer<typeof EpochRecord>;

/** Where the training rows and labels came from, as far as the trainer was told. */
export const Provenance = z.object({
  projectId: z.string(),
  runId: z.string(),
  datasetVersionId: z.string(),
  datasetName: z.string(),
  datasetVersionNumber: z.int(),
  /** sha256 over the rows of that version, in order */
  datasetContentHash: z.string().nullable(),
  generationRunId: z.string().nullable(),
  /** the model that labelled, when a teacher did */
  teacherModel: z.string().nullable(),
  labelSource: z.enum(["teacher", "gold", "both"]),
  goldRows: z.int(),
  teacherRows: z.int(),
  simulated: z.boolean(),
});
export type Provenance = z.infer<typeof Provenance>;

/** What a trained student is and how it came about; lists every file with its checksum. */
export const Manifest = z.object({
  v: z.literal(1),
  recipe: z.string(),
  name: z.string(),
  /** version of the text-to-features code; a model runs only with the one it was trained with */
  featuresVersion: z.string(),
  params: z.record(z.string(), z.unknown()),
  seed: z.int(),
  /** the index of a label is its column in the weights */
  labels: z.array(z.string()).min(2),
  files: z.array(z.object({ name: ArtifactName, bytes: z.int().min(0), sha256: Sha256 })).min(1),
  data: z.object({
    rows: z.int(),
    dropped: z.int(),
    validationRows: z.int(),
    features: z.int(),
    /** of the train.jsonl that was read */
    sha256: Sha256,
  }),
  provenance: Provenance,
  training: z.object({
    ms: z.number(),
    epochs: z.array(EpochRecord),
    /** scores are divided by it before the softmax */
    temperature: z.number().positive(),
    /** on the internal validation rows, before the last passes over all rows; null without such rows */
    validation: z
      .object({ accuracy: z.number(), loss: z.number(), eceBefore: z.number(), eceAfter: z.number() })
      .nullable(),
  }),
  createdBy: z.string(),
  createdAt: z.string(),
});
export type Manifest = z.infer<typeof Manifest>;

/** @throws AppError INVALID when it is no manifest of ours */
export function parseManifest(text: string, where = MANIFEST_FILE): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError("INVALID", "The manifest is not JSON.", { where, todo: "Train the student again." });
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError("INVALID", `The manifest is not valid: ${issue?.path.join(".")} ${issue?.message}`, {
    where,
    todo: "Train the student again.",
  });
}
