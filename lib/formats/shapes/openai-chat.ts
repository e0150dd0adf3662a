import { readContent } from "./content.ts";
import { readMessages } from "./messages.ts";
import { defineShape, type JsonObject } from "./shape.ts";
import { conversationColumns, conversationRows } from "./turns.ts";
import { firstOf, isObject, listIn, own, toolsText } from "./values.ts";

/** A system prompt beside the messages: a text, parts, or Gemini's content. */
export function systemOf(object: JsonObject): string | null {
  const system = firstOf(object, ["system", "systemInstruction", "system_instruction", "instructions"]);
  if (system === undefined) return null;
  return readContent(isObject(system) && Object.hasOwn(system, "parts") ? own(system, "parts") : system, 0).text;
}

/**
 * OpenAI's fine-tuning format: `{"messages": [{"role", "content"}, …], "tools": […]}`, also with content parts, tool calls, the developer
 * role and `weight` 0 turns, and its relatives: TRL, Axolotl, LLaMA-Factory v1 (`value` parts and `loss_weight`), Bedrock (`system` beside
 * the messages) and Vertex AI (`contents` with `parts`, `systemInstruction`).
 */
export const openaiChat = defineShape({
  id: "openai-chat",
  name: "OpenAI chat",
  columns: conversationColumns,
  mapping: { inputs: ["input"], output: "output" },
  conversational: true,
  matches: (object) => listIn(object, "messages") !== null || listIn(object, "contents") !== null,
  rows(object, options) {
    const turns = readMessages(listIn(object, "messages") ?? listIn(object, "contents"), "messages");
    const tools = toolsText(firstOf(object, ["tools", "functions"]));
    return conversationRows({ turns, system: systemOf(object), tools }, options);
  },
});
