import { readRequest, readResponse } from "./exchange.ts";
import { isMessage, readMessage, readMessages } from "./messages.ts";
import { defineShape, isFault, type JsonObject, type ShapeFault, type ShapeRow } from "./shape.ts";
import { conversationColumns, conversationRows, type Turn } from "./turns.ts";
import { canonicalJson, cell, decoded, filled, firstOf, isObject, own, toolsText } from "./values.ts";

const observationTypes = new Set([
  "GENERATION",
  "SPAN",
  "EVENT",
  "AGENT",
  "TOOL",
  "CHAIN",
  "RETRIEVER",
  "EVALUATOR",
  "EMBEDDING",
  "GUARDRAIL",
]);

function plain(role: "user" | "assistant", text: string, number: number): Turn {
  return { role, text, calls: [], learnt: role === "assistant", number };
}

/** LangChain's handler writes the definitions of the tools as messages of the role "tool" whose content is an object. */
function isDefinition(message: JsonObject): boolean {
  const content = own(message, "content");
  return own(message, "role") === "tool" && isObject(content) && own(content, "type") === "function";
}

/** Messages in a value: a list of them, `{"messages": […]}` or one. */
function messagesIn(value: unknown): JsonObject[] | null {
  const list = isObject(value) && Array.isArray(own(value, "messages")) ? own(value, "messages") : value;
  const messages = Array.isArray(list) ? list : [list];
  return messages.length > 0 && messages.every(isMessage) ? messages : null;
}

function textIn(value: unknown, fields: readonly string[]): string {
  if (typeof value === "string") return value;
  const field = isObject(value) ? firstOf(value, fields) : undefined;
  return typeof field === "string" ? field : canonicalJson(value);
}

type Asked = { turns: Turn[]; tools: string | null; system: string | null };

function readInput(value: unknown): Asked {
  const messages = messagesIn(value);
  if (!messages) {
    if (isObject(value) && Array.isArray(own(value, "contents"))) {
      const { turns, system = null, tools } = readRequest(value);
      return { turns: [...turns], system, tools };
    }
    const text = textIn(value, ["input", "question", "query", "prompt", "text"]);
    return { turns: [plain("user", text, 1)], tools: null, system: null };
  }
  const tools = messages.filter(isDefinition).map((message) => own(message, "content"));
  const more = isObject(value) ? own(value, "tools") : undefined;
  const said = messages.filter((message) => !isDefinition(message));
  return {
    turns: readMessages(said, "input").map((turn) => ({ ...turn, learnt: false })),
    tools: toolsText(tools.length > 0 ? tools : more),
    system: null,
  };
}

/** The answer: a message, the last assistant message of a list, a response body, or any text or JSON. */
function readOutput(value: unknown, number: number): Turn {
  const messages = messagesIn(value);
  if (messages) {
    const turns = messages.map((message) => readMessage(message, number));
    const last = turns.findLast((turn) => turn.role === "assistant");
    if (last) return last;
  }
  const answer = isObject(value) ? readResponse(value, number) : null;
  return (
    answer?.turn ?? plain("assistant", textIn(value, ["output", "answer", "completion", "text", "content"]), number)
  );
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && !filled(value));
}

/** The row of one observation or trace, from its `input` and `output`. */
function exchangeRow(source: JsonObject, trace: unknown): (ShapeRow | ShapeFault)[] {
  const what = typeof own(source, "type") === "string" ? "generation" : "trace";
  const input = decoded(own(source, "input"));
  const output = decoded(own(source, "output"));
  if (isMissing(input)) return [{ code: "missing_input", reason: `The ${what} has no input.` }];
  if (isMissing(output)) return [{ code: "missing_output", reason: `The ${what} has no output.` }];
  const { turns, tools, system } = readInput(input);
  const entries = conversationRows(
    { turns: [...turns, readOutput(output, turns.length + 1)], tools, system },
    { turns: "last", unlabelled: false },
  );
  const more: ShapeRow = {
    model: cell(firstOf(source, ["model", "providedModelName", "provided_model_name"])),
    name: cell(own(source, "name")),
    trace_id: cell(firstOf(source, ["traceId", "trace_id"]) ?? trace),
    id: cell(own(source, "id")),
  };
  return entries.map((entry) => (isFault(entry) ? entry : { ...entry, ...more }));
}

function isObservation(object: JsonObject): boolean {
  const type = own(object, "type");
  return (
    typeof type === "string" && observationTypes.has(type) && firstOf(object, ["traceId", "trace_id"]) !== undefined
  );
}

/** A trace as the table export, the blob export and the API write it. */
function isTrace(object: JsonObject): boolean {
  const fields = ["sessionId", "session_id", "projectId", "project_id", "bookmarked", "observations", "htmlPath"];
  return (
    typeof own(object, "id") === "string" &&
    Object.hasOwn(object, "timestamp") &&
    Object.hasOwn(object, "input") &&
    Object.hasOwn(object, "output") &&
    fields.some((field) => Object.hasOwn(object, field))
  );
}

/** The download of a single trace: `{"trace": {…}, "observations": […]}`. */
function isBundle(object: JsonObject): boolean {
  return isObject(own(object, "trace")) && Array.isArray(own(object, "observations"));
}

/** Calls to a model within a trace that say what was asked and answered. The trace's own list often comes without both. */
function generationsOf(lists: readonly unknown[]): JsonObject[] {
  for (const list of lists) {
    const found = (Array.isArray(list) ? list : []).filter(
      (item): item is JsonObject =>
        isObject(item) &&
        own(item, "type") === "GENERATION" &&
        !isMissing(own(item, "input")) &&
        !isMissing(own(item, "output")),
    );
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * Langfuse exports: one downloaded trace with its observations, or lists of traces or observations. A row is a generation (one call to a model): what a
 * student replaces is a call, not an application. A trace without generations is itself the row. `input` and `output` are often JSON within
 * JSON texts; up to three layers are taken off.
 */
export const langfuse = defineShape({
  id: "langfuse",
  name: "Langfuse traces",
  columns: [...conversationColumns, "model", "name", "trace_id", "id"],
  mapping: { inputs: ["input"], output: "output" },
  matches: (object) => isBundle(object) || isObservation(object) || isTrace(object),
  rows(object) {
    if (isObservation(object)) {
      const type = own(object, "type");
      return type === "GENERATION"
        ? exchangeRow(object, null)
        : [{ code: "skipped", reason: `An observation of the type ${String(type)} is no call to a model.` }];
    }
    const inner = own(object, "trace");
    const trace = isObject(inner) ? inner : object;
    const generations = generationsOf([own(object, "observations"), own(trace, "observations")]);
    if (generations.length === 0) return exchangeRow(trace, own(trace, "id"));
    return generations.flatMap((generation) => exchangeRow(generation, own(trace, "id")));
  },
});
