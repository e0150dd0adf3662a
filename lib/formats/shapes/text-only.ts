import { broken, defineShape } from "./shape.ts";
import { cell, filled, own } from "./values.ts";

const about = new Set([
  "text",
  "meta",
  "metadata",
  "id",
  "source",
  "url",
  "title",
  "date",
  "timestamp",
  "added",
  "created",
  "lang",
  "language",
  "language_score",
  "score",
  "token_count",
  "dump",
  "file_path",
  "doc_id",
]);

const refusal = {
  reason:
    "This is text without answers, as models are pretrained on: there is nothing that a student could learn to answer.",
  todo: "Import the texts as inputs without answers and let the teacher answer them.",
  unlabelled: true,
};

/** Text for pretraining: `{"text": "…"}` with nothing beside it but where it comes from. */
export const textOnly = defineShape({
  id: "text-only",
  name: "Text without answers",
  columns: ["text"],
  mapping: { inputs: ["text"], output: null },
  refusal,
  only: true,
  matches: (object) => typeof own(object, "text") === "string" && Object.keys(object).every((key) => about.has(key)),
  rows(object, options) {
    if (!options.unlabelled) broken("missing_output", refusal.reason);
    const text = cell(own(object, "text"));
    return filled(text) ? [{ text }] : [{ code: "missing_input", reason: "The text is empty." }];
  },
});
