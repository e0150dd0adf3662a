import { isMessage, readMessages } from "./messages.ts";
import { defineShape, type JsonObject } from "./shape.ts";
import { conversationColumns, conversationRows, questionRow, type Turn } from "./turns.ts";
import { cell, filled, own, toolsText } from "./values.ts";

/**
 * What OpenAI's `fine_tunes.prepare_data` put behind prompts and completions (suffix_options in openai-python 0.x, openai/validators.py), longest first.
 * "." and a line break, which it also offered for completions, are ordinary text.
 */
const separators = [
  "\n\n### =>\n\n",
  "\n\n===>\n\n",
  "\n\n--->\n\n",
  "\n\n###\n\n",
  "\n\n===\n\n",
  "\n\n---\n\n",
  " ->",
];
const stops = ["<|endoftext|>", " [END]", " END", "###", "***", "+++", "&&&", "$$$", "@@@", "%%%"];

function without(text: string, endings: readonly string[]): string {
  const found = endings.find((ending) => text.endsWith(ending));
  return found === undefined ? text : text.slice(0, -found.length);
}

/**
 * Takes the conventions of OpenAI's old completion models off a pair: the separator behind the prompt, the one blank before the completion,
 * and, only where the prompt had a separator, the stop sequence behind the completion.
 */
function withoutConventions(prompt: string, completion: string): { prompt: string; completion: string } {
  const bare = without(prompt, separators);
  const answer = bare === prompt ? completion : without(completion.trimEnd(), stops);
  return { prompt: bare, completion: /^ \S/.test(answer) ? answer.slice(1) : answer };
}

/** A text or, as TRL has it, a list of messages. */
function isSide(value: unknown): boolean {
  return typeof value === "string" || (Array.isArray(value) && value.length > 0 && isMessage(value[0]));
}

function sideTurns(value: unknown, role: "user" | "assistant", field: string, from: number): Turn[] {
  if (!Array.isArray(value)) return [{ role, text: cell(value) ?? "", calls: [], learnt: true, number: from + 1 }];
  return readMessages(value, field).map((turn) => ({
    ...turn,
    learnt: field === "completion",
    number: turn.number + from,
  }));
}

/** The prompt of a pair as turns. */
export function promptTurns(object: JsonObject): Turn[] {
  return sideTurns(own(object, "prompt"), "user", "prompt", 0);
}

/** OpenAI's legacy format `{"prompt", "completion"}` and TRL's pairs of message lists. */
export const promptCompletion = defineShape({
  id: "prompt-completion",
  name: "Prompt and completion",
  columns: conversationColumns,
  mapping: { inputs: ["input"], output: "output" },
  matches: (object) =>
    isSide(own(object, "prompt")) && (isSide(own(object, "completion")) || own(object, "completion") === null),
  rows(object, options) {
    const { prompt, completion } = { prompt: own(object, "prompt"), completion: own(object, "completion") };
    const bare =
      typeof prompt === "string" && typeof completion === "string" ? withoutConventions(prompt, completion) : null;
    const asked = promptTurns(bare ? { prompt: bare.prompt } : object);
    const tools = toolsText(own(object, "tools"));
    // without a completion it is an input to be labelled, as in a table
    if (!Array.isArray(completion) && !filled(bare ? bare.completion : cell(completion)))
      return [questionRow({ turns: asked, tools })];
    const turns = [
      ...asked,
      ...sideTurns(bare ? bare.completion : completion, "assistant", "completion", asked.length),
    ];
    return conversationRows({ turns, tools }, { ...options, turns: "last" });
  },
});
