import { z } from "zod";
import { endpoint, Instant, Int, ref } from "#lib/core/endpoint.ts";
import { TaskKind } from "#lib/projects/schema.ts";
import { checkJsonSchema } from "./json-schema.ts";
import { checkLabels, maxLabels } from "./labels.ts";

const positive = (what: string, most: number) =>
  z
    .number(`${what} is a number.`)
    .positive(`${what} must be above 0.`)
    .max(most, `${what} is at most ${most.toLocaleString("en-US")}.`);
const share = (what: string) =>
  z.number(`${what} is a number.`).min(0, `${what} is at least 0.`).max(1, `${what} is at most 1 (100 %).`);

const Labels = z
  .array(z.string().max(2_000))
  .max(10 * maxLabels)
  .superRefine((labels, context) => {
    for (const { index, message } of checkLabels(labels)) context.addIssue({ code: "custom", message, path: [index] });
  });

const AnswerSchema = z.record(z.string(), z.unknown()).superRefine((schema, context) => {
  for (const { pointer, message } of checkJsonSchema(schema)) {
    context.addIssue({ code: "custom", message: pointer ? `${pointer}: ${message}` : message });
  }
});

/** What a person states about a task. Absent limits do not apply. */
const fields = {
  kind: TaskKind,
  instruction: z
    .string()
    .trim()
    .min(1, "Say what the model is to do.")
    .max(20_000, "An instruction has at most 20,000 characters.")
    .meta({ description: "what the teacher is told, and what the student learns to do" }),
  labels: Labels.default([]).meta({ description: "classification: the allowed answers; may come from the data later" }),
  jsonSchema: AnswerSchema.nullable().default(null).meta({ description: "extraction: JSON Schema of the answer" }),
  maxP95LatencyMs: positive("The p95 latency", 3_600_000)
    .nullable()
    .default(null)
    .meta({ description: "limit in milliseconds" }),
  maxMemoryBytes: positive("The memory", 2 ** 50)
    .int("Bytes are a whole number.")
    .nullable()
    .default(null)
    .meta({ description: "limit of the student in memory, in bytes" }),
  minQuality: share("The quality floor")
    .nullable()
    .default(null)
    .meta({ description: "lowest accuracy on the hold-out, 0..1" }),
  nonInferiorityMargin: share("The margin")
    .default(0.02)
    .meta({ description: "how far below the teacher still counts as not worse, 0..1" }),
  budgetMicros: positive("The budget", Number.MAX_SAFE_INTEGER)
    .int("Micro-dollars are a whole number.")
    .nullable()
    .default(null)
    .meta({ description: "for labelling, in micro-dollars (1 USD = 1,000,000)" }),
  baselineModel: z
    .string()
    .trim()
    .max(200)
    .default("")
    .meta({ description: "today's model, as the price book calls it or in words" }),
  baselineRequestsPerDay: positive("Requests per day", 1e9).nullable().default(null),
  baselineInputTokens: positive("Input tokens", 1e7).nullable().default(null).meta({ description: "per request" }),
  baselineOutputTokens: positive("Output tokens", 1e7).nullable().default(null).meta({ description: "per request" }),
};

export const Task = z.object({
  ...fields,
  // Answers carry what is stored, so they repeat none of the input's rules.
  labels: z.array(z.string()),
  jsonSchema: z.record(z.string(), z.unknown()).nullable(),
  instruction: z.string(),
  maxMemoryBytes: Int.nullable(),
  budgetMicros: Int.nullable(),
  projectId: z.uuid(),
  /** whether labelling and training can start */
  ready: z.boolean(),
  updatedAt: Instant,
});
export type Task = z.infer<typeof Task>;

export const taskGet = endpoint({
  name: "task.get",
  method: "GET",
  path: "/projects/:projectId/task",
  permission: "project.read",
  summary: "The task of a project: instruction, labels or schema, limits, and the baseline to beat.",
  input: z.object({ projectId: ref("project") }),
  output: Task,
});

export const taskPut = endpoint({
  name: "task.put",
  method: "PUT",
  path: "/projects/:projectId/task",
  permission: "project.write",
  summary: "Replaces the task. Runs copy what they use, so results of earlier runs never change.",
  input: z.object({
    projectId: ref("project"),
    ...fields,
    labelsFrom: ref("datasetVersion")
      .optional()
      .meta({ description: "take the labels that occur in this dataset version instead of `labels`" }),
  }),
  output: Task,
});
