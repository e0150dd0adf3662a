import { Ajv, type ValidateFunction } from "ajv";
import { AppError } from "#lib/core/errors.ts";
import type { Answer } from "#lib/llm/outcome.ts";
import type { TaskSpec } from "./prompt.ts";

/** How an answered row ended. Only `ok` is ever used as a training label. */
export const answerStatuses = [
  "ok",
  "outside_labels",
  "empty",
  "truncated",
  "refusal",
  "content_filter",
  "schema",
] as const;
export type AnswerStatus = (typeof answerStatuses)[number];

/** `answer` is the label as the task spells it, canonical JSON, or text; null unless ok. `error` says what was wrong. */
export type Judged = { status: AnswerStatus; answer: string | null; error: string | null };

const rejected = (status: AnswerStatus, error: string): Judged => ({ status, answer: null, error });

/** Letters and digits only, lower case: `"Billing."` and `billing` are the same word, `billing-2` is another. */
function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function parseJson(text: string): unknown {
  const fenced = /^\s*```(?:json)?\s*\n?([\s\S]*?)\n?\s*```\s*$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(fenced);
  } catch {
    return undefined;
  }
}

/** A JSON answer that holds one text (`"x"`, `{"label": "x"}`, `["x"]`), else the text itself. */
function unwrap(text: string): string {
  if (!/^\s*(?:[{["]|```)/.test(text)) return text;
  const value = parseJson(text);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.length === 1 && typeof value[0] === "string" ? value[0] : text;
  if (value === null || typeof value !== "object") return text;
  const parts = Object.values(value);
  return parts.length === 1 && typeof parts[0] === "string" ? parts[0] : text;
}

/** Keys sorted at every level, so that equal values are equal texts. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

/** What models say instead of answering. Only the beginning counts: an answer may quote such words. */
const refusing =
  /^\W{0,3}(?:i['’]?m (?:very )?sorry|sorry,? (?:but )?i|i (?:can(?:not|['’]t)|am (?:unable|not able)|['’]?m (?:unable|not able)|won['’]t)|as an ai\b|i must decline)/i;

function judgeLabel(labels: readonly string[]): (text: string) => Judged {
  const exact = new Set(labels);
  const folded = new Map<string, string | null>();
  // Labels that differ only by case or punctuation cannot be told apart loosely: those must be spelled exactly.
  for (const label of labels) folded.set(fold(label), folded.has(fold(label)) ? null : label);
  return (text) => {
    const said = unwrap(text).trim();
    const label = exact.has(said) ? said : folded.get(fold(said));
    if (label) return { status: "ok", answer: label, error: null };
    if (refusing.test(said)) return rejected("refusal", "The teacher declined to answer.");
    const around = [...folded.entries()].some(([word]) => word !== "" && ` ${fold(said)} `.includes(` ${word} `));
    return rejected(
      "outside_labels",
      around ? "The answer holds a label but is not just a label." : "The answer is none of the labels.",
    );
  };
}

function compile(schema: Readonly<Record<string, unknown>>): ValidateFunction {
  try {
    return new Ajv({ strict: false, allErrors: false, validateFormats: false, logger: false }).compile(schema);
  } catch (error) {
    throw new AppError("INVALID", `The task's JSON Schema cannot be used: ${(error as Error).message}.`, {
      where: "task.jsonSchema",
      todo: "Correct the schema on the Task tab.",
    });
  }
}

function judgeJson(schema: Readonly<Record<string, unknown>>): (text: string) => Judged {
  const valid = compile(schema);
  return (text) => {
    const value = parseJson(text);
    if (value === undefined) {
      return refusing.test(text)
        ? rejected("refusal", "The teacher declined to answer.")
        : rejected("schema", "The answer is not JSON.");
    }
    if (valid(value)) return { status: "ok", answer: JSON.stringify(canonical(value)), error: null };
    const [first] = valid.errors ?? [];
    return rejected(
      "schema",
      `${first?.instancePath || "The answer"} ${first?.message ?? "does not follow the schema"}.`,
    );
  };
}

function judgeText(text: string): Judged {
  if (refusing.test(text)) return rejected("refusal", "The teacher declined to answer.");
  return { status: "ok", answer: text.trim(), error: null };
}

/**
 * Makes the judge of a task's answers: prepared once, called per row.
 * @throws AppError INVALID when the task's JSON Schema does not compile.
 */
export function answerJudge(task: TaskSpec): (answer: Pick<Answer, "text" | "refusal" | "finish">) => Judged {
  const judge =
    task.kind === "classification"
      ? judgeLabel(task.labels)
      : task.kind === "extraction"
        ? judgeJson(task.jsonSchema ?? {})
        : judgeText;
  return ({ text, refusal, finish }) => {
    if (refusal) return rejected("refusal", refusal.slice(0, 300));
    if (finish === "content_filter")
      return rejected("content_filter", "The endpoint's content filter stopped the answer.");
    if (finish === "length") return rejected("truncated", "The answer was cut at the token limit.");
    if (text.includes("\0")) return rejected("schema", "The answer holds a NUL character.");
    if (text.trim() === "") return rejected("empty", "The answer is empty.");
    return judge(text);
  };
}
