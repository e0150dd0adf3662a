import { instructionText } from "./alpaca.ts";
import { readMessages } from "./messages.ts";
import { promptTurns } from "./prompt-completion.ts";
import { broken, defineShape, type JsonObject } from "./shape.ts";
import { conversationOf } from "./sharegpt.ts";
import { type Conversation, conversationColumns, questionRow, type Turn } from "./turns.ts";
import { cell, filled, isObject, own, toolsText } from "./values.ts";

const refusal = {
  reason:
    "This is preference data: each row compares answers (chosen and rejected, or good and bad). A student learns from one answer per input.",
  todo: "Import the prompts as inputs without answers and let the teacher answer them, or export the chosen answers as chat rows.",
  unlabelled: true,
};

function isPreference(object: JsonObject): boolean {
  if (Object.hasOwn(object, "chosen") && Object.hasOwn(object, "rejected")) return true;
  if (Object.hasOwn(object, "preferred_output") && Object.hasOwn(object, "non_preferred_output")) return true;
  if (typeof own(object, "kto_tag") === "boolean") return true;
  if (Object.hasOwn(object, "completion") && typeof own(object, "label") === "boolean") return true;
  const answers = own(object, "output");
  const pair = Array.isArray(answers) && answers.length === 2 && answers.every((answer) => typeof answer === "string");
  return pair && typeof own(object, "instruction") === "string";
}

function user(text: string): Turn {
  return { role: "user", text, calls: [], learnt: true, number: 1 };
}

/** What was asked, in whichever field the tools keep it. */
function asked(object: JsonObject): Turn[] {
  const input = own(object, "input");
  if (isObject(input) && Array.isArray(own(input, "messages")))
    return readMessages(own(input, "messages"), "input.messages");
  const conversation = conversationOf(object);
  if (conversation) return readMessages(conversation.list, conversation.field);
  if (Object.hasOwn(object, "prompt")) return promptTurns(object);
  for (const text of [instructionText(object), cell(own(object, "question")) ?? ""])
    if (filled(text)) return [user(text)];
  // TRL's form without a prompt: both sides are whole conversations
  const chosen = own(object, "chosen");
  if (Array.isArray(chosen)) return readMessages(chosen, "chosen").slice(0, -1);
  return broken("shape", "The preference pair has no prompt of its own.");
}

/** Preferences of DPO, KTO and their relatives: refused as training data; their prompts may be imported for the teacher to answer. */
export const preference = defineShape({
  id: "preference",
  name: "Preference data (DPO, KTO)",
  columns: conversationColumns,
  mapping: { inputs: ["input"], output: null },
  refusal,
  matches: isPreference,
  rows(object, options) {
    if (!options.unlabelled) broken("skipped", refusal.reason);
    const conversation: Conversation = {
      turns: asked(object),
      system: cell(own(object, "system")),
      tools: toolsText(own(object, "tools")),
    };
    return [questionRow(conversation)];
  },
});
