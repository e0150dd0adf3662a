import { callOf, readContent } from "./content.ts";
import { readMessage, readMessages } from "./messages.ts";
import { systemOf } from "./openai-chat.ts";
import { broken, type JsonObject } from "./shape.ts";
import type { Conversation, Turn } from "./turns.ts";
import { cell, firstOf, isObject, own, toolsText } from "./values.ts";

/** Items of OpenAI's Responses API: messages, tool calls and their results; thoughts and calls of built-in tools are left out. */
function readItems(items: readonly unknown[], from: number): Turn[] {
  return items.flatMap((item, at): Turn[] => {
    const number = from + at;
    if (!isObject(item)) broken("shape", `Turn ${number} is no object.`);
    const type = own(item, "type");
    if (type === undefined || type === "message") return [readMessage({ ...item, type: undefined }, number)];
    const base = { learnt: true, number };
    if (type === "function_call")
      return [
        { ...base, role: "assistant", text: "", calls: [callOf(own(item, "name"), own(item, "arguments"), number)] },
      ];
    if (type === "function_call_output")
      return [{ ...base, role: "tool", text: readContent(own(item, "output"), number).text, calls: [] }];
    return [];
  });
}

function plain(role: "user" | "assistant", text: string, number: number): Turn {
  return { role, text, calls: [], learnt: true, number };
}

/** Whether something looks like the body of a request to a model. */
export function isRequest(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  if (["messages", "contents"].some((field) => Array.isArray(own(value, field)))) return true;
  return (
    typeof own(value, "prompt") === "string" ||
    typeof own(value, "input") === "string" ||
    Array.isArray(own(value, "input"))
  );
}

/** A request of OpenAI (chat, completions, Responses), Anthropic or Gemini as context: none of its turns is learnt. */
export function readRequest(request: JsonObject): Conversation {
  const contents = own(request, "contents");
  const messages = own(request, "messages") ?? contents;
  const input = own(request, "input");
  let turns: Turn[];
  if (Array.isArray(messages))
    // Gemini lets a request without a role be the user's
    turns = readMessages(
      messages.map((item) => (contents && isObject(item) ? { role: "user", ...item } : item)),
      "messages",
    );
  else if (Array.isArray(input)) turns = readItems(input, 1);
  else turns = [plain("user", cell(firstOf(request, ["prompt", "input"])) ?? "", 1)];
  return {
    turns: turns.map((turn) => ({ ...turn, learnt: false })),
    system: systemOf(request),
    tools: toolsText(firstOf(request, ["tools", "functions"])),
  };
}

/** A model's answer: its turn, the model, why it ended, and how many further choices were left out. */
export type Answer = { turn: Turn; model: string | null; finish: string | null; others: number };

function firstChoice(list: unknown[], number: number): { turn: Turn | null; finish: string | null } {
  const choice = list[0];
  if (!isObject(choice)) return { turn: null, finish: null };
  const finish = cell(firstOf(choice, ["finish_reason", "finishReason"]));
  const message = firstOf(choice, ["message", "content"]);
  if (isObject(message)) return { turn: readMessage({ role: "assistant", ...message }, number), finish };
  const text = own(choice, "text");
  return { turn: typeof text === "string" ? plain("assistant", text, number) : null, finish };
}

/** Several items of a Responses answer make one turn. */
function oneTurn(turns: readonly Turn[], number: number): Turn {
  const said = turns.filter((turn) => turn.role === "assistant");
  return {
    ...plain("assistant", said.map((turn) => turn.text).join(""), number),
    calls: said.flatMap((turn) => turn.calls),
  };
}

/** The answer in a response of OpenAI (chat, completions, Responses), Anthropic or Gemini; null where it holds none. */
export function readResponse(response: JsonObject, number: number): Answer | null {
  const model = cell(firstOf(response, ["model", "modelVersion"]));
  const choices = firstOf(response, ["choices", "candidates"]);
  if (Array.isArray(choices)) {
    const { turn, finish } = firstChoice(choices, number);
    return turn ? { turn, model, finish, others: choices.length - 1 } : null;
  }
  const finish = cell(firstOf(response, ["stop_reason", "status"]));
  const content = own(response, "content");
  if (Array.isArray(content))
    return { turn: readMessage({ role: "assistant", content }, number), model, finish, others: 0 };
  const output = own(response, "output");
  if (Array.isArray(output)) return { turn: oneTurn(readItems(output, number), number), model, finish, others: 0 };
  return null;
}
