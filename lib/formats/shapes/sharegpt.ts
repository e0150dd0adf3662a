import { isMessage, readMessages } from "./messages.ts";
import { defineShape, type JsonObject } from "./shape.ts";
import { conversationColumns, conversationRows } from "./turns.ts";
import { cell, firstOf, listIn, own, toolsText } from "./values.ts";

/** The list of turns and the name of its field. */
export function conversationOf(object: JsonObject): { field: string; list: unknown[] } | null {
  for (const field of ["conversations", "conversation", "messages"]) {
    const list = listIn(object, field);
    if (list && (list.length === 0 || isMessage(list[0]))) return { field, list };
  }
  return null;
}

/**
 * ShareGPT: `{"conversations": [{"from": "human", "value": "…"}, …], "system"?, "tools"?}` with the roles human, gpt, system, function_call,
 * observation and tool; also LLaMA-Factory's and Axolotl's variants with `role` and `content`.
 */
export const sharegpt = defineShape({
  id: "sharegpt",
  name: "ShareGPT",
  columns: conversationColumns,
  mapping: { inputs: ["input"], output: "output" },
  conversational: true,
  matches: (object) => listIn(object, "messages") === null && conversationOf(object) !== null,
  rows(object, options) {
    const field = Object.hasOwn(object, "conversation") ? "conversation" : "conversations";
    const turns = readMessages(listIn(object, field), field);
    const tools = toolsText(firstOf(object, ["tools", "functions"]));
    return conversationRows({ turns, system: cell(own(object, "system")), tools }, options);
  },
});
