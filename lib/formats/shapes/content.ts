import { broken, type JsonObject } from "./shape.ts";
import { canonicalJson, firstOf, isObject, own, parsed } from "./values.ts";

/** A tool call as canonical JSON: `{"name":"…","arguments":{…}}`. */
export type Call = string;

/** What a message says. `results` counts its parts that are results of tools. */
export type Content = { text: string; calls: Call[]; results: number; parts: number };

const textTypes = new Set(["text", "input_text", "output_text", "raw_text", "template", "refusal", "summary_text"]);
/** A model's thoughts are no part of its answer. */
const thoughtTypes = new Set(["thinking", "redacted_thinking", "reasoning", "reasoning_content", "thought"]);
const callTypes = new Set(["tool_use", "tool_call", "function_call", "server_tool_use"]);
const resultTypes = new Set(["tool_result", "function_call_output"]);
const maxNesting = 4;

/** @param args JSON, as a value or written into a text; text that is no JSON is kept as text */
export function callOf(name: unknown, args: unknown, turn: number): Call {
  if (typeof name !== "string") broken("shape", `Turn ${turn} calls a tool without a name.`);
  const value = typeof args === "string" ? (parsed(args) ?? args) : args;
  return `{"name":${JSON.stringify(name)},"arguments":${canonicalJson(value ?? {})}}`;
}

/** Calls written as `{"name", "arguments"}` or a list of such, as value or text; undefined where it is something else. */
export function callsIn(value: unknown, turn: number): Call[] | undefined {
  const inner = typeof value === "string" ? parsed(value) : value;
  const list = Array.isArray(inner) ? inner : [inner];
  if (list.length === 0 || !list.every((item) => isObject(item) && typeof own(item, "name") === "string"))
    return undefined;
  return list.map((item: JsonObject) =>
    callOf(own(item, "name"), firstOf(item, ["arguments", "args", "parameters"]), turn),
  );
}

function textOfPart(part: JsonObject): string | undefined {
  const value = firstOf(part, ["text", "value", "refusal", "arguments"]);
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  // Templates are filled with arguments; these, not the template, are what differs from row to row.
  if (isObject(value)) return canonicalJson(value);
  return undefined;
}

function readPart(part: unknown, into: Content, turn: number, depth: number): void {
  into.parts += 1;
  if (typeof part === "string") {
    into.text += part;
    return;
  }
  if (!isObject(part)) broken("shape", `Turn ${turn} holds a part that is neither text nor an object.`);
  const type = own(part, "type");
  if (own(part, "thought") === true || (typeof type === "string" && thoughtTypes.has(type))) return;
  if (typeof type === "string" && callTypes.has(type)) {
    const listed = callsIn(own(part, "value"), turn);
    if (listed) into.calls.push(...listed);
    else into.calls.push(callOf(own(part, "name"), firstOf(part, ["input", "arguments", "args"]), turn));
    return;
  }
  const geminiCall = firstOf(part, ["functionCall", "function_call"]);
  if (isObject(geminiCall)) {
    into.calls.push(callOf(own(geminiCall, "name"), own(geminiCall, "args"), turn));
    return;
  }
  const geminiResult = firstOf(part, ["functionResponse", "function_response"]);
  if (isObject(geminiResult)) {
    into.results += 1;
    into.text += canonicalJson(own(geminiResult, "response"));
    return;
  }
  if (typeof type === "string" && resultTypes.has(type)) {
    into.results += 1;
    into.text += readContent(firstOf(part, ["content", "output"]), turn, depth + 1).text;
    return;
  }
  if (type === undefined || (typeof type === "string" && textTypes.has(type))) {
    const text = textOfPart(part);
    if (text !== undefined) {
      into.text += text;
      return;
    }
  }
  const what = typeof type === "string" ? type : (Object.keys(part)[0] ?? "nothing");
  broken("shape", `Turn ${turn} holds "${what.slice(0, 40)}"; only text can be learnt.`);
}

/**
 * Text and tool calls of a message's content: a text, a list of parts (OpenAI, Anthropic, Gemini, TensorZero, LLaMA-Factory v1) or
 * one part. Texts of several parts are set one behind the other, as chat templates do.
 * @param turn for messages, counting from 1
 */
export function readContent(content: unknown, turn: number, depth = 0): Content {
  const into: Content = { text: "", calls: [], results: 0, parts: 0 };
  if (depth > maxNesting) broken("json", `The parts of turn ${turn} are nested too deeply.`);
  if (content === undefined || content === null) return into;
  if (typeof content === "number" || typeof content === "boolean") into.text = String(content);
  else if (Array.isArray(content)) for (const part of content) readPart(part, into, turn, depth);
  else readPart(content, into, turn, depth);
  return into;
}
