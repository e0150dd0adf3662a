import type { z } from "zod";
import { type JsonObject, parseSchemaText } from "#lib/tasks/json-schema.ts";
import { type Task, taskPut } from "#lib/tasks/schema.ts";
import { invalidFields } from "./field-errors.ts";

/** A task as people type it: per cent, mebibytes and dollars instead of rates, bytes and micro-dollars. */
export interface TaskForm {
  kind: Task["kind"];
  instruction: string;
  labels: string[];
  /** text of the JSON Schema, valid or not */
  schemaText: string;
  latencyMs: number | null;
  memoryMib: number | null;
  qualityPercent: number | null;
  marginPoints: number | null;
  budgetDollars: number | null;
  baselineModel: string;
  requestsPerDay: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
}
export type TaskField = keyof TaskForm;

const mib = 2 ** 20;
const usd = 1_000_000;
/** Takes away what binary fractions add: 0.925 * 100 is 92.50000000000001. */
const tidy = (value: number) => Number(value.toPrecision(12));
const map = (value: number | null, factor: number) => (value === null ? null : tidy(value * factor));

export function formOf(task: Task): TaskForm {
  return {
    kind: task.kind,
    instruction: task.instruction,
    labels: task.labels,
    schemaText: task.jsonSchema ? JSON.stringify(task.jsonSchema, null, 2) : "",
    latencyMs: task.maxP95LatencyMs,
    memoryMib: map(task.maxMemoryBytes, 1 / mib),
    qualityPercent: map(task.minQuality, 100),
    marginPoints: map(task.nonInferiorityMargin, 100),
    budgetDollars: map(task.budgetMicros, 1 / usd),
    baselineModel: task.baselineModel,
    requestsPerDay: task.baselineRequestsPerDay,
    inputTokens: task.baselineInputTokens,
    outputTokens: task.baselineOutputTokens,
  };
}

/** What `task.put` is sent. A schema that does not parse is left out; `problemsOf` says so before. */
export function inputOf(projectId: string, form: TaskForm): z.input<typeof taskPut.input> {
  return {
    projectId,
    kind: form.kind,
    instruction: form.instruction,
    labels: form.labels,
    jsonSchema: schemaOf(form),
    maxP95LatencyMs: form.latencyMs,
    maxMemoryBytes: form.memoryMib === null ? null : Math.round(form.memoryMib * mib),
    minQuality: map(form.qualityPercent, 1 / 100),
    nonInferiorityMargin: map(form.marginPoints, 1 / 100) ?? undefined,
    budgetMicros: form.budgetDollars === null ? null : Math.round(form.budgetDollars * usd),
    baselineModel: form.baselineModel,
    baselineRequestsPerDay: form.requestsPerDay,
    baselineInputTokens: form.inputTokens,
    baselineOutputTokens: form.outputTokens,
  };
}

function schemaOf(form: TaskForm): JsonObject | null {
  return form.schemaText.trim() === "" ? null : parseSchemaText(form.schemaText).schema;
}

/** Which field of the form shows a message about a field of the API. */
const shownAt: Readonly<Record<string, TaskField>> = {
  instruction: "instruction",
  labels: "labels",
  labelsFrom: "labels",
  jsonSchema: "schemaText",
  maxP95LatencyMs: "latencyMs",
  maxMemoryBytes: "memoryMib",
  minQuality: "qualityPercent",
  nonInferiorityMargin: "marginPoints",
  budgetMicros: "budgetDollars",
  baselineModel: "baselineModel",
  baselineRequestsPerDay: "requestsPerDay",
  baselineInputTokens: "inputTokens",
  baselineOutputTokens: "outputTokens",
};

/** Turns the API's messages (`labels.3`) into messages of the form, the first one per field. */
export function fieldProblems(messages: Readonly<Record<string, string>>): Partial<Record<TaskField, string>> {
  const problems: Partial<Record<TaskField, string>> = {};
  for (const [path, message] of Object.entries(messages)) {
    const field = shownAt[path.split(".")[0] ?? ""];
    if (field) problems[field] ??= message;
  }
  return problems;
}

/** Everything that the API would refuse, in its own words. */
export function problemsOf(projectId: string, form: TaskForm): Partial<Record<TaskField, string>> {
  const problems = fieldProblems(invalidFields(taskPut.input, inputOf(projectId, form)));
  const [schemaProblem] = form.schemaText.trim() === "" ? [] : parseSchemaText(form.schemaText).problems;
  if (schemaProblem)
    problems.schemaText = `${schemaProblem.pointer ? `${schemaProblem.pointer}: ` : ""}${schemaProblem.message}`;
  if (form.kind !== "extraction") delete problems.schemaText;
  if (form.kind !== "classification") delete problems.labels;
  return problems;
}
