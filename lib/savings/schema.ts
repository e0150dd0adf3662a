import { z } from "zod";
import { endpoint, Instant, Int, ref } from "#lib/core/endpoint.ts";
import { EvaluationReport } from "#lib/evaluations/report.ts";
import { type FieldKey, fieldKeys, savingsFields } from "./fields.ts";

/** Where a figure comes from: measured by a run, set in the task, a stated default, or typed by a person. */
export const SourceKind = z.enum(["measured", "task", "default", "typed"]);
export type SourceKind = z.infer<typeof SourceKind>;

export const SavingsValue = z.object({
  value: z.number(),
  source: SourceKind,
  /** what the figure stands on, in words */
  note: z.string(),
  /** what it would be without having been typed; null where it was not */
  resetsTo: z.object({ value: z.number(), source: SourceKind, note: z.string() }).nullable(),
});
export type SavingsValue = z.infer<typeof SavingsValue>;

const Range = z.object({ low: Int, likely: Int, high: Int });

export const Savings = z.object({
  projectId: z.uuid(),
  projectName: z.string(),
  simulated: z.boolean(),
  /** names of what is compared; null where there is none yet */
  baseline: z.string(),
  teacher: z.string().nullable(),
  student: z.string().nullable(),
  /** the evaluation of the leading student: the saving presumes that it is good enough */
  proof: z
    .object({ evaluationId: z.uuid(), outcome: EvaluationReport.shape.outcome, sentence: z.string().nullable() })
    .nullable(),
  /** traffic and today's cost are known; else the model shows costs only */
  complete: z.boolean(),
  headline: z.object({ tone: z.enum(["good", "bad", "open"]), sentence: z.string() }),
  inputs: z.record(z.enum(fieldKeys as [FieldKey, ...FieldKey[]]), SavingsValue),
  /** day the student takes over, from which pay-back counts; today unless typed */
  startsOn: z.object({ value: z.iso.date(), source: SourceKind }),
  model: z.object({
    monthly: z.object({
      requests: Int,
      baseline: Int,
      teacher: Int,
      student: Int,
      relabelling: Int,
      upkeepPeople: Int,
      oneOffShare: Int,
      running: Int,
      net: Range,
    }),
    per1k: z.object({ baseline: Int, teacher: Int, student: Int }),
    oneOff: z.object({ labelling: Int, training: Int, evaluation: Int, people: Int, total: Int }),
    payback: z.discriminatedUnion("kind", [
      z.object({
        kind: z.literal("day"),
        days: z.number().int(),
        date: z.iso.date(),
        requests: Int,
        earliest: z.iso.date(),
        /** null: at the low end it is not paid back within ten years */
        latest: z.iso.date().nullable(),
      }),
      z.object({ kind: z.literal("beyond") }),
      z.object({ kind: z.literal("never") }),
    ]),
    worthwhileFrom: Int.nullable(),
    cumulative: z.array(Range.extend({ month: z.number().int() })),
    sensitivity: z.array(
      z.object({
        factor: z.enum(["traffic", "tokens", "serving", "people"]),
        label: z.string(),
        spread: z.number(),
        atLow: Int,
        atHigh: Int,
      }),
    ),
  }),
  updatedAt: Instant.nullable(),
});
export type Savings = z.infer<typeof Savings>;

const typedFields = Object.fromEntries(
  fieldKeys.map((key) => {
    const { label, max } = savingsFields[key];
    const number = z
      .number(`${label} must be a number.`)
      .min(0, `${label} cannot be below 0.`)
      .max(max, `${label} is at most ${max.toLocaleString("en-US")}.`);
    return [key, number.nullable().optional()];
  }),
) as Record<FieldKey, z.ZodOptional<z.ZodNullable<z.ZodNumber>>>;

/** What a person typed; null takes a figure back to what was measured, set or assumed. */
export const TypedInputs = z.strictObject({
  ...typedFields,
  startsOn: z.iso.date("Write a day as 2026-12-31.").nullable().optional(),
});
export type TypedInputs = z.infer<typeof TypedInputs>;

export const savingsGet = endpoint({
  name: "savings.get",
  method: "GET",
  path: "/projects/:projectId/savings",
  permission: "savings.read",
  summary: "What the student saves a month, net, with every input and its source.",
  input: z.object({ projectId: ref("project") }),
  output: Savings,
});

export const savingsUpdate = endpoint({
  name: "savings.update",
  method: "PATCH",
  path: "/projects/:projectId/savings",
  permission: "savings.write",
  summary: "Types inputs over; null takes one back to its measured or assumed value; what is absent stays.",
  input: z.object({ projectId: ref("project"), inputs: TypedInputs }),
  output: Savings,
});

export const savingsReset = endpoint({
  name: "savings.reset",
  method: "DELETE",
  path: "/projects/:projectId/savings",
  permission: "savings.write",
  summary: "Forgets everything typed.",
  input: z.object({ projectId: ref("project") }),
  output: Savings,
});

export const savingsExport = endpoint({
  name: "savings.export",
  method: "GET",
  path: "/projects/:projectId/savings/export",
  permission: "savings.read",
  summary: "The comparison as CSV: results, every input with its source, cash month by month. Money in dollars.",
  input: z.object({ projectId: ref("project") }),
  output: z.string(),
});
