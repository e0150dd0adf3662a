import { AppError } from "#lib/core/errors.ts";
import { alpaca } from "./alpaca.ts";
import { datasetInfo } from "./dataset-info.ts";
import { langfuse } from "./langfuse.ts";
import { mixedOf, plainRow } from "./mixed.ts";
import { openaiChat } from "./openai-chat.ts";
import { preference } from "./preference.ts";
import { promptCompletion } from "./prompt-completion.ts";
import { batchAnswers, batchRequests, providerBatch, storedCompletions } from "./provider-batch.ts";
import { rasa } from "./rasa.ts";
import type { JsonObject, Shape } from "./shape.ts";
import { sharegpt } from "./sharegpt.ts";
import { tensorzero } from "./tensorzero.ts";
import { textOnly } from "./text-only.ts";

/** Most specific first: an object is of the first shape that it fits. */
const known: readonly Shape[] = [
  preference,
  tensorzero,
  langfuse,
  providerBatch,
  storedCompletions,
  batchAnswers,
  batchRequests,
  openaiChat,
  sharegpt,
  alpaca,
  rasa,
  promptCompletion,
  textOnly,
  datasetInfo,
];

const mixed = mixedOf([...known, plainRow]);

/** Every shape that a file may be read as. */
export const shapes: readonly Shape[] = [...known, mixed];

/**
 * The shape of a file, told from a sample of its objects: the one that most of them are of, at least half. Where objects of several shapes
 * stand in one file and a single one would lose some, `mixed`. Null: plain rows whose fields are the columns.
 */
export function detectShape(objects: readonly JsonObject[]): Shape | null {
  const counts = new Map<Shape, number>();
  for (const object of objects) {
    const shape = [...known, plainRow].find((candidate) => candidate.detect([object]) === 1);
    if (shape) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  if (!best) return null;
  const [shape, count] = best;
  const readable = [...counts].filter(([candidate]) => !candidate.refusal);
  const together = readable.reduce((sum, [, n]) => sum + n, 0);
  const several = readable.length > 1 && together > count && together * 2 >= objects.length;
  if (several) return mixed;
  return shape === plainRow || shape.detect(objects) < 0.5 ? null : shape;
}

/** @throws AppError INTERNAL for an id that is not listed */
export function shapeById(id: string): Shape {
  const shape = shapes.find((candidate) => candidate.id === id);
  if (!shape) throw new AppError("INTERNAL", `There is no shape "${id}".`);
  return shape;
}

/** A column with the values of the first rows. */
type Sampled = { name: string; values: readonly (string | null)[] };

/** An instruction that is the same in every row belongs to the task; what differs is the input. */
function sameInstruction(values: (name: string) => readonly (string | null)[]): boolean {
  const [first, ...rest] = values("instruction");
  return (
    typeof first === "string" &&
    rest.length > 0 &&
    rest.every((instruction) => instruction === first) &&
    values("conversation").every((conversation) => conversation === null) &&
    values("input").some((input) => input !== null && input.trim() !== "")
  );
}

/**
 * The mapping to offer for rows of a shape. A system prompt that differs from row to row is part of the question and stands before the input; one
 * that is the same everywhere belongs to the task, as does Alpaca's instruction.
 * @param sample the file's first rows, by column; the more the better
 */
export function mappingOf(shape: Shape, sample: readonly Sampled[]): Shape["mapping"] {
  const values = (name: string) => sample.find((column) => column.name === name)?.values ?? [];
  const inputs = shape === alpaca && sameInstruction(values) ? ["input"] : [...shape.mapping.inputs];
  const differs = shape.columns.includes("system") && new Set(values("system")).size > 1;
  return { inputs: differs ? ["system", ...inputs] : inputs, output: shape.mapping.output };
}
