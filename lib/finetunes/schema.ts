import { z } from "zod";
import { endpoint, ref } from "#lib/core/endpoint.ts";
import { LabelSource } from "#lib/jobs/kinds/finetune.ts";
import { LeakageOverride } from "#lib/quality/override-schema.ts";

const Json = z.record(z.string(), z.unknown());

export const RecipeInfo = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  taskKinds: z.array(z.enum(["classification", "extraction", "generation"])),
  device: z.enum(["cpu", "gpu"]),
  /** JSON Schema of its parameters: bounds, defaults, and in words what each does and where its default comes from */
  params: Json,
});
export type RecipeInfo = z.infer<typeof RecipeInfo>;

export const recipeList = endpoint({
  name: "recipe.list",
  method: "GET",
  path: "/recipes",
  permission: "project.read",
  summary: "Ways to train a student, each with a JSON Schema of its parameters.",
  input: z.object({}),
  output: z.object({ items: z.array(RecipeInfo) }),
});

export const FinetuneChoices = z.object({
  taskKind: z.enum(["classification", "extraction", "generation"]).nullable(),
  /** ready versions, newest first */
  versions: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      trainRows: z.int(),
      simulated: z.boolean(),
      /** finished labelling runs of this version that cover training rows, newest first */
      teachers: z.array(z.object({ runId: z.uuid(), name: z.string(), answers: z.int() })),
    }),
  ),
});
export type FinetuneChoices = z.infer<typeof FinetuneChoices>;

export const finetuneChoices = endpoint({
  name: "finetune.choices",
  method: "GET",
  path: "/projects/:projectId/finetune-choices",
  permission: "run.read",
  summary: "Dataset versions and labelling runs that a student of this project can learn from.",
  input: z.object({ projectId: ref("project") }),
  output: FinetuneChoices,
});

const source = {
  projectId: ref("project"),
  datasetVersionId: ref("datasetVersion"),
  generationRunId: ref("run").nullish().meta({ description: "labelling run; needed unless `labelSource` is gold" }),
  labelSource: LabelSource.meta({ description: "both: a row's gold label where it has one, else the teacher's" }),
  recipe: z.string().max(100).default("cpu-softmax"),
  testVersionId: ref("datasetVersion")
    .optional()
    .meta({ description: "a test set to look for leakage into, besides the hold-out and the project's test sets" }),
};

export const FinetunePreview = z.object({
  /** rows that are not held out */
  trainRows: z.int(),
  /** of these, with the chosen label: how many, and whose label it is */
  labelledRows: z.int(),
  goldRows: z.int(),
  teacherRows: z.int(),
  holdoutRows: z.int(),
  /** different labels, and those with a single row (at most 20 named) */
  labels: z.int(),
  singleRowLabels: z.array(z.string()),
  /** of the hold-out's gold labels, those that no training row has (at most 20) */
  unseenLabels: z.array(z.string()),
  estimate: z.object({ ms: z.number(), memoryBytes: z.number() }),
  /** training rows that occur in what is measured on; `blocked`: training needs an override */
  leakage: z.object({ blocked: z.boolean(), found: z.array(z.string()), notes: z.array(z.string()) }),
  /** why training would be refused; null when it can start */
  problem: z.string().nullable(),
});
export type FinetunePreview = z.infer<typeof FinetunePreview>;

export const finetunePreview = endpoint({
  name: "finetune.preview",
  method: "GET",
  path: "/projects/:projectId/finetunes/preview",
  permission: "run.read",
  summary: "What a fine-tune would learn from, before it is started: rows by source of label, labels, time and memory.",
  input: z.object({ ...source, epochs: z.coerce.number().int().min(1).max(1000).optional() }),
  output: FinetunePreview,
});

export const FinetuneRef = z.object({ id: z.uuid(), projectId: z.uuid(), title: z.string(), state: z.string() });

export const finetuneCreate = endpoint({
  name: "finetune.create",
  method: "POST",
  path: "/projects/:projectId/finetunes",
  permission: "run.write",
  summary: "Trains a student on this machine, on the rows of a version that are not held out.",
  input: z.object({
    ...source,
    params: Json.default({}).meta({ description: "parameters of the recipe; absent ones take its defaults" }),
    name: z.string().trim().min(1, "give it a name").max(120).optional(),
    overrideLeakage: LeakageOverride.optional().meta({
      description: "train in spite of leakage; the reason is kept with the run and audited as quality.override",
    }),
  }),
  output: FinetuneRef,
});
