import { readContent } from "./content.ts";
import { readMessages } from "./messages.ts";
import { broken, defineShape, isFault, type JsonObject, type ShapeRow } from "./shape.ts";
import { conversationColumns, conversationRows, questionRow, type Turn } from "./turns.ts";
import { canonicalJson, cell, decoded, filled, isObject, jsonText, own, toolsText } from "./values.ts";

/** A system prompt: text, or the arguments of the function's template as canonical JSON. */
function systemText(system: unknown): string | null {
  if (system === undefined || system === null) return null;
  return typeof system === "string" ? system : canonicalJson(system);
}

/**
 * The output as an assistant turn: content blocks of a chat function; of a JSON function the parsed value without blanks, in its own order of fields, or the
 * raw text where it did not parse.
 */
function answerOf(output: unknown, number: number): Turn | null {
  const value = decoded(output);
  if (value === undefined || value === null || value === "") return null;
  const turn = { role: "assistant", learnt: true, number } as const;
  if (isObject(value) && (Object.hasOwn(value, "parsed") || Object.hasOwn(value, "raw"))) {
    const parsed = own(value, "parsed");
    const text = parsed === undefined || parsed === null ? cell(own(value, "raw")) : jsonText(parsed);
    return { ...turn, text: text ?? "", calls: [] };
  }
  const { text, calls } = readContent(value, number);
  return { ...turn, text, calls };
}

function leftOut(object: JsonObject): string | null {
  if (cell(own(object, "is_deleted")) === "true") return "The datapoint is deleted.";
  const staled = cell(own(object, "staled_at"));
  return filled(staled) ? `The datapoint is out of date since ${staled.slice(0, 40)}.` : null;
}

/**
 * TensorZero's datapoints and inferences (ChatInferenceDatapoint, JsonInferenceDatapoint; from ClickHouse with `input` and `output` as JSON texts, from the
 * API as JSON). A datapoint without output is an input to be labelled. Deleted and stale ones, which TensorZero itself leaves out, are skipped.
 */
export const tensorzero = defineShape({
  id: "tensorzero",
  name: "TensorZero export",
  columns: [...conversationColumns, "function_name", "dataset_name", "output_schema", "id"],
  mapping: { inputs: ["input"], output: "output" },
  matches: (object) =>
    typeof own(object, "function_name") === "string" &&
    ["dataset_name", "variant_name"].some((field) => Object.hasOwn(object, field)) &&
    Object.hasOwn(object, "input"),
  rows(object, options) {
    const skipped = leftOut(object);
    if (skipped) return [{ code: "skipped", reason: skipped }];
    const input = decoded(own(object, "input"));
    if (!isObject(input)) broken("shape", '"input" is no JSON object with messages.');
    const context = readMessages(own(input, "messages"), "input.messages").map((turn) => ({ ...turn, learnt: false }));
    const answer = answerOf(own(object, "output"), context.length + 1);
    const system = systemText(own(input, "system"));
    const tools = toolsText(own(object, "tool_params"));
    const conversation = { turns: answer ? [...context, answer] : context, system, tools };
    const rows = answer ? conversationRows(conversation, { ...options, turns: "last" }) : [questionRow(conversation)];
    const more: ShapeRow = {
      function_name: cell(own(object, "function_name")),
      dataset_name: cell(own(object, "dataset_name")),
      output_schema: cell(own(object, "output_schema")),
      id: cell(own(object, "id")),
    };
    return rows.map((entry) => (isFault(entry) ? entry : { ...entry, ...more }));
  },
});
