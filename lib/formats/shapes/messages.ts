import { type Call, type Content, callOf, callsIn, readContent } from "./content.ts";
import { broken, type JsonObject } from "./shape.ts";
import type { Role, Turn } from "./turns.ts";
import { filled, firstOf, isObject, own } from "./values.ts";

/** Who speaks, in the words of OpenAI, Anthropic, Gemini, ShareGPT, LangChain and LLaMA-Factory. */
const roles = new Map<string, Role | "call">([
  ["system", "system"],
  ["developer", "system"],
  ["user", "user"],
  ["human", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
  ["ai", "assistant"],
  ["model", "assistant"],
  ["chatgpt", "assistant"],
  ["bot", "assistant"],
  ["function_call", "call"],
  ["tool_call", "call"],
  ["tool", "tool"],
  ["function", "tool"],
  ["ipython", "tool"],
  ["observation", "tool"],
  ["function_response", "tool"],
  ["tool_response", "tool"],
]);

/** Whether something looks like one message: an object that says who speaks. */
export function isMessage(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  const role = firstOf(value, ["role", "from"]) ?? own(value, "type");
  return typeof role === "string" && roles.has(role.toLowerCase());
}

function toolCalls(message: JsonObject, turn: number): Call[] {
  const list = own(message, "tool_calls");
  const calls = (Array.isArray(list) ? list : []).map((call) => {
    if (!isObject(call)) broken("shape", `Turn ${turn} holds a tool call that is no object.`);
    const inner = own(call, "function");
    if (isObject(inner)) return callOf(own(inner, "name"), own(inner, "arguments"), turn);
    return callOf(own(call, "name"), firstOf(call, ["args", "arguments", "input"]), turn);
  });
  const legacy = own(message, "function_call");
  if (calls.length === 0 && isObject(legacy)) calls.push(callOf(own(legacy, "name"), own(legacy, "arguments"), turn));
  const more = own(message, "additional_kwargs");
  return calls.length === 0 && isObject(more) ? toolCalls({ ...pick(more) }, turn) : calls;
}

/** LangChain's `additional_kwargs` hold calls as OpenAI sent them; deeper ones are none of ours. */
function pick(more: JsonObject): JsonObject {
  return { tool_calls: own(more, "tool_calls"), function_call: own(more, "function_call") };
}

/** OpenAI's `weight`, LLaMA-Factory's `loss_weight` and Axolotl's `train` say which turns count. */
function isLearnt(message: JsonObject): boolean {
  return own(message, "weight") !== 0 && own(message, "loss_weight") !== 0 && own(message, "train") !== false;
}

function roleOf(message: JsonObject, turn: number): Role | "call" {
  const given = firstOf(message, ["role", "from"]) ?? own(message, "type");
  if (typeof given !== "string") broken("shape", `Turn ${turn} does not say who speaks.`);
  return (
    roles.get(given.toLowerCase()) ?? broken("shape", `Turn ${turn} has the unknown role "${given.slice(0, 40)}".`)
  );
}

/** Anthropic and Gemini send a tool's result in a user message. */
function speaker(role: Role, content: Content): Role {
  return role === "user" && content.results > 0 && content.results === content.parts ? "tool" : role;
}

/** One message as a turn; gives the object up where it is none. */
export function readMessage(message: unknown, turn: number): Turn {
  if (!isObject(message)) broken("shape", `Turn ${turn} is no object.`);
  const role = roleOf(message, turn);
  const given = firstOf(message, ["content", "value", "parts"]);
  const learnt = isLearnt(message);
  if (role === "call") {
    const calls = callsIn(given, turn);
    if (calls) return { role: "assistant", text: "", calls, learnt, number: turn };
  }
  const content = readContent(given, turn);
  const calls = [...content.calls, ...toolCalls(message, turn)];
  const refusal = own(message, "refusal");
  const text = !filled(content.text) && calls.length === 0 && typeof refusal === "string" ? refusal : content.text;
  return { role: role === "call" ? "assistant" : speaker(role, content), text, calls, learnt, number: turn };
}

/** A list of messages as turns. */
export function readMessages(messages: unknown, field: string): Turn[] {
  if (!Array.isArray(messages)) broken("shape", `"${field}" is no list of messages.`);
  return messages.map((message, at) => readMessage(message, at + 1));
}
