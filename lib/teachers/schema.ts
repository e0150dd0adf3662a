import { z } from "zod";
import { endpoint, Instant, Int, Page, pageOf, ref } from "#lib/core/endpoint.ts";

const Name = z.string().trim().min(1, "Give it a name.").max(80);
const BaseUrl = z
  .string()
  .trim()
  .min(1, "Enter the endpoint's address, up to and including /v1.")
  .max(500)
  .meta({ description: "up to and including /v1, such as https://api.openai.com/v1" });
const Model = z.string().trim().min(1, "Enter the model's name as the endpoint spells it.").max(200);
const ApiKey = z
  .string()
  .trim()
  .max(1_000)
  .regex(/^[\x21-\x7e]*$/, "An API key has no spaces and no special letters. Copy it again.")
  .meta({ description: "write-only: kept encrypted, never sent back" });
const PricePerMtok = z
  .number()
  .int()
  .min(0)
  .max(10_000_000_000)
  .meta({ description: "micro-dollars per million tokens: $2.50 is 2,500,000" });
const PriceSource = z
  .string()
  .regex(/^(typed|book:.{1,200})$/)
  .default("typed")
  .meta({ description: "`typed`, or the `source` of a price book entry" });
const Concurrency = z.int().min(1).max(1024);

/** Outcome of the last Test. `class` is `ok` or what went wrong, as in the error groups of a run. */
export const TeacherTest = z.object({
  at: Instant,
  ok: z.boolean(),
  class: z.string(),
  message: z.string(),
  latencyMs: z.number(),
  answer: z.string().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  /** the endpoint gave no usable token counts */
  estimated: z.boolean(),
});
export type TeacherTest = z.infer<typeof TeacherTest>;

export const Teacher = z.object({
  id: z.uuid(),
  name: z.string(),
  baseUrl: z.string(),
  model: z.string(),
  hasKey: z.boolean(),
  /** last four characters */
  keyHint: z.string().nullable(),
  inputPriceMicrosPerMtok: Int,
  outputPriceMicrosPerMtok: Int,
  priceSource: z.string(),
  maxConcurrency: z.int(),
  simulated: z.boolean(),
  lastTest: TeacherTest.nullable(),
  createdAt: Instant,
});
export type Teacher = z.infer<typeof Teacher>;

export const teacherList = endpoint({
  name: "teacher.list",
  method: "GET",
  path: "/teachers",
  permission: "teacher.read",
  summary: "Teachers of the team, newest first.",
  input: Page,
  output: pageOf(Teacher),
});

export const teacherGet = endpoint({
  name: "teacher.get",
  method: "GET",
  path: "/teachers/:teacherId",
  permission: "teacher.read",
  summary: "One teacher; its key is never part of any answer.",
  input: z.object({ teacherId: ref("teacher") }),
  output: Teacher,
});

export const teacherCreate = endpoint({
  name: "teacher.create",
  method: "POST",
  path: "/teachers",
  permission: "teacher.write",
  summary: "Adds an OpenAI-compatible endpoint with one model and its price.",
  input: z.object({
    name: Name,
    baseUrl: BaseUrl,
    model: Model,
    apiKey: ApiKey.optional(),
    inputPriceMicrosPerMtok: PricePerMtok,
    outputPriceMicrosPerMtok: PricePerMtok,
    priceSource: PriceSource,
    maxConcurrency: Concurrency.default(32),
  }),
  output: Teacher,
});

export const teacherUpdate = endpoint({
  name: "teacher.update",
  method: "PATCH",
  path: "/teachers/:teacherId",
  permission: "teacher.write",
  summary: "Changes a teacher. Another base URL forgets the key, unless a new one comes with it.",
  input: z.object({
    teacherId: ref("teacher"),
    name: Name.optional(),
    baseUrl: BaseUrl.optional(),
    model: Model.optional(),
    apiKey: ApiKey.nullable().optional().meta({ description: "a new key; null forgets the present one" }),
    inputPriceMicrosPerMtok: PricePerMtok.optional(),
    outputPriceMicrosPerMtok: PricePerMtok.optional(),
    priceSource: PriceSource.optional(),
    maxConcurrency: Concurrency.optional(),
  }),
  output: Teacher,
});

export const teacherDelete = endpoint({
  name: "teacher.delete",
  method: "DELETE",
  path: "/teachers/:teacherId",
  permission: "teacher.write",
  summary: "Removes a teacher and its key. Refused while a labelling run uses it; finished runs keep what they copied.",
  input: z.object({ teacherId: ref("teacher") }),
  output: z.object({ id: z.uuid() }),
});

export const teacherTest = endpoint({
  name: "teacher.test",
  method: "POST",
  path: "/teachers/:teacherId/test",
  permission: "teacher.write",
  summary: "One real call to the endpoint. What goes wrong is part of the answer, not an error.",
  input: z.object({
    teacherId: ref("teacher"),
    text: z.string().trim().min(1).max(2_000).default("Answer with the single word: ready"),
  }),
  output: TeacherTest,
});

export const PriceEntry = z.object({
  source: z.string(),
  provider: z.string(),
  providerName: z.string(),
  model: z.string(),
  modelName: z.string(),
  inputMicrosPerMtok: z.number(),
  outputMicrosPerMtok: z.number(),
  contextWindow: z.number().nullable(),
  tiered: z.boolean(),
});
export type PriceEntry = z.infer<typeof PriceEntry>;

export const teacherPrices = endpoint({
  name: "teacher.prices",
  method: "GET",
  path: "/teacher-prices",
  permission: "teacher.read",
  summary: "Searches the price book by words of provider and model.",
  input: z.object({
    query: z.string().trim().min(1).max(200),
    limit: z.coerce.number().int().min(1).max(50).default(12),
  }),
  output: z.object({ items: z.array(PriceEntry) }),
});
