import { defineShape } from "./shape.ts";
import { cell, filled, own } from "./values.ts";

/**
 * Rasa NLU training data in JSON: `{"rasa_nlu_data": {"common_examples": [{"text", "intent"?, "entities"}]}}`. An example without an intent
 * only teaches entities: it is a row without an answer. Its list of entities stays a column, as JSON.
 */
export const rasa = defineShape({
  id: "rasa-nlu",
  name: "Rasa NLU",
  columns: ["text", "intent", "entities"],
  mapping: { inputs: ["text"], output: "intent" },
  path: ["rasa_nlu_data", "common_examples"],
  matches: (object) =>
    typeof own(object, "text") === "string" &&
    (own(object, "intent") === undefined || typeof own(object, "intent") === "string") &&
    Array.isArray(own(object, "entities")),
  rows(object) {
    const text = cell(own(object, "text"));
    const intent = cell(own(object, "intent"));
    if (!filled(text)) return [{ code: "missing_input", reason: "The example has no text." }];
    return [{ text, intent, entities: cell(own(object, "entities")) }];
  },
});
