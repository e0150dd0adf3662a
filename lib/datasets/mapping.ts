import type { Cell } from "#lib/formats/types.ts";
import type { ColumnMapping } from "./schema.ts";

/** A column with the values of the first rows. */
export type SampledColumn = { name: string; values: Cell[] };
export type MappingGuess = { mapping: ColumnMapping | null; reason: string };

const inputNames = [
  "input",
  "text",
  "prompt",
  "question",
  "query",
  "utterance",
  "ticket",
  "message",
  "sentence",
  "request",
  "body",
  "content",
  "document",
  "description",
  "instruction",
  "source",
];
const outputNames = [
  "output",
  "label",
  "category",
  "intent",
  "class",
  "answer",
  "completion",
  "response",
  "target",
  "gold",
  "expected",
  "expected_output",
  "reference",
  "queue",
  "topic",
  "tag",
];

/** Last part of a dotted column without case and separators: `Ticket.Input_Text` is `inputtext`. */
function plain(name: string): string {
  return (name.split(".").at(-1) ?? name).toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function named(columns: SampledColumn[], names: readonly string[]): SampledColumn | undefined {
  for (const name of names) {
    const wanted = plain(name);
    const found = columns.find((column) => plain(column.name) === wanted || plain(column.name) === `${wanted}s`);
    if (found) return found;
  }
  return undefined;
}

function present(column: SampledColumn): string[] {
  return column.values.filter((value) => value !== null && value.trim() !== "") as string[];
}

function meanLength(column: SampledColumn): number {
  const values = present(column);
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value.length, 0) / values.length;
}

function distinctShare(column: SampledColumn): number {
  const values = present(column);
  return values.length === 0 ? 1 : new Set(values).size / values.length;
}

/** JSON arrays and objects are conversations or traces, not an input text. */
function isStructure(column: SampledColumn): boolean {
  const values = present(column);
  return values.length > 0 && values.every((value) => /^[[{]/.test(value));
}

/** The column with the longest texts, where nothing is named as one expects. */
function longest(columns: SampledColumn[]): SampledColumn | undefined {
  return columns
    .filter((column) => meanLength(column) >= 10)
    .sort((a, b) => meanLength(b) - meanLength(a))
    .at(0);
}

/** A column with few different short values looks like labels. At least 10 rows are needed to see repetition. */
function labelLike(columns: SampledColumn[]): SampledColumn | undefined {
  return columns
    .filter((column) => present(column).length >= 10 && distinctShare(column) <= 0.5 && meanLength(column) <= 60)
    .filter((column) => new Set(present(column)).size > 1)
    .sort((a, b) => meanLength(b) - meanLength(a))
    .at(0);
}

const quote = (names: readonly string[]) => names.map((name) => `"${name}"`).join(" + ");

/** `instruction` with `input` (Alpaca): both make the input, unless the instruction never changes and so belongs to the task. */
function withInstruction(columns: SampledColumn[]): { inputs: string[]; note: string } | null {
  const instruction = named(columns, ["instruction"]);
  const input = named(columns, ["input", "context"]);
  if (!instruction || !input) return null;
  const values = present(instruction);
  const constant = values.length > 1 && new Set(values).size === 1 && present(input).length > 0;
  if (constant)
    return {
      inputs: [input.name],
      note: `"${instruction.name}" is the same in every row: put it into the task's instruction`,
    };
  return { inputs: [instruction.name, input.name], note: "an instruction with its input (Alpaca form)" };
}

/**
 * Guesses which columns hold the input and the gold answer, from their names first and their content second, and says why.
 * @returns mapping null where nothing looks like an input
 */
export function guessMapping(columns: readonly SampledColumn[]): MappingGuess {
  const usable = columns.filter((column) => !isStructure(column) && present(column).length > 0);
  const alpaca = withInstruction(usable);
  const byName = named(usable, inputNames);
  const outputByName = named(
    usable.filter((column) => column !== byName && !alpaca?.inputs.includes(column.name)),
    outputNames,
  );
  const rest = usable.filter((column) => column !== outputByName);
  const labels = outputByName ?? (alpaca || byName ? undefined : labelLike(usable));
  const input = byName ?? longest(rest.filter((column) => column !== labels));
  const inputs = alpaca?.inputs ?? (input ? [input.name] : []);
  if (inputs.length === 0) {
    const chat = columns.find((column) => /messages|conversations?|chat/.test(column.name.toLowerCase()));
    return {
      mapping: null,
      reason: chat
        ? `"${chat.name}" holds conversations. Choose a single message by its path, such as ${chat.name}.0.content.`
        : "No column looks like an input text. Choose the columns.",
    };
  }
  const output = labels ?? labelLike(usable.filter((column) => !inputs.includes(column.name)));
  const whyInput = alpaca?.note ?? (byName ? "by its name" : "it has the longest texts");
  const whyOutput = output ? (output === outputByName ? "by its name" : "few different short values") : "";
  const gold = output
    ? `Gold answer ${quote([output.name])}: ${whyOutput}.`
    : "No column looks like a gold answer; the teacher will label.";
  return { mapping: { inputs, output: output?.name ?? null }, reason: `Input ${quote(inputs)}: ${whyInput}. ${gold}` };
}

/** Texts of several input columns as one; absent ones are left out. Null when nothing is left. */
export function joinInputs(values: readonly Cell[]): string | null {
  if (values.length === 1) return values[0] ?? null;
  const parts = values.filter((value) => value !== null && value.trim() !== "");
  return parts.length === 0 ? null : parts.join("\n\n");
}
