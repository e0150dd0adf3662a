import { type Answer, isRequest, readRequest, readResponse } from "./exchange.ts";
import { broken, defineShape, isFault, type JsonObject, type ShapeFault, type ShapeRow } from "./shape.ts";
import { type Conversation, conversationColumns, conversationRows, questionRow } from "./turns.ts";
import { cell, firstOf, isObject, own } from "./values.ts";

/** The request of a line: `request` (Vertex, gateways), `params` (Anthropic), `body` (OpenAI batch input), with OpenAI's envelope taken off. */
function requestOf(object: JsonObject): JsonObject | null {
  for (const field of ["request", "params", "body"]) {
    const value = own(object, field);
    const inner = isObject(value) && isObject(own(value, "body")) ? own(value, "body") : value;
    if (isRequest(inner)) return inner;
  }
  return null;
}

const answerFields = ["response", "result", "error"];

function hasAnswer(object: JsonObject): boolean {
  return answerFields.some((field) => Object.hasOwn(object, field));
}

function messageOf(error: unknown): string {
  const inner = isObject(error) && isObject(own(error, "error")) ? own(error, "error") : error;
  const text = isObject(inner) ? cell(firstOf(inner, ["message", "type", "code"])) : cell(inner);
  return (text ?? "unknown").slice(0, 200);
}

function noAnswer(what: string): ShapeFault {
  return { code: "missing_output", reason: `The provider gave no answer: ${what}` };
}

type Response = { body: JsonObject; fault: null } | { body: null; fault: ShapeFault };

function failed(what: string): Response {
  return { body: null, fault: noAnswer(what) };
}

/** The response body of a line (OpenAI `response.body`, Anthropic `result.message`, Gemini `response`), or the provider's error. */
function responseOf(object: JsonObject): Response {
  const error = own(object, "error");
  if (error !== undefined && error !== null) return failed(messageOf(error));
  const status = own(object, "status");
  const given = firstOf(object, ["response", "result"]);
  if (typeof given === "string") return { body: { choices: [{ text: given }] }, fault: null };
  if (!isObject(given))
    return failed(typeof status === "string" && status !== "" ? status.slice(0, 200) : "the response is empty.");
  const type = own(given, "type");
  if (type === "errored" || type === "canceled" || type === "expired")
    return failed(type === "errored" ? messageOf(own(given, "error")) : type);
  const code = own(given, "status_code");
  const body = firstOf(given, ["body", "message"]);
  const inner = isObject(body) ? body : given;
  if (typeof code === "number" && code >= 400) return failed(`HTTP ${code}, ${messageOf(inner)}`);
  if (isObject(own(inner, "error"))) return failed(messageOf(inner));
  return { body: inner, fault: null };
}

const columns = [...conversationColumns, "model", "finish_reason", "id"];

function withMore(entry: ShapeRow | ShapeFault, object: JsonObject, answer: Answer | null): ShapeRow | ShapeFault {
  if (isFault(entry)) return entry;
  const id = cell(firstOf(object, ["custom_id", "key", "inference_id", "id", "name"]));
  return { ...entry, model: answer?.model ?? null, finish_reason: answer?.finish ?? null, id };
}

/** The row of a request and its response. Further choices are reported, not learnt: one input has one answer. */
function exchangeRows(object: JsonObject, conversation: Conversation, response: JsonObject): (ShapeRow | ShapeFault)[] {
  const answer = readResponse(response, conversation.turns.length + 1);
  if (!answer) return [noAnswer("the response holds no message.")];
  const turns = [...conversation.turns, answer.turn];
  const entries = conversationRows({ ...conversation, turns }, { turns: "last", unlabelled: false });
  const rows = entries.map((entry) => withMore(entry, object, answer));
  if (answer.others <= 0) return rows;
  return [...rows, { code: "skipped", reason: `${answer.others} further choices of this answer were left out.` }];
}

/**
 * Requests with their responses, one pair a line: Vertex AI and Gemini batch output, gateway logs, `{request, response}` pairs, and batch output
 * of OpenAI and Anthropic joined with its requests. Lines that failed are reported with the provider's words.
 */
export const providerBatch = defineShape({
  id: "provider-batch",
  name: "Provider batch output",
  columns,
  mapping: { inputs: ["input"], output: "output" },
  matches: (object) => requestOf(object) !== null && hasAnswer(object),
  rows(object, options) {
    const request = requestOf(object) ?? broken("shape", "The line has no request.");
    const conversation = readRequest(request);
    const { body, fault } = responseOf(object);
    if (body) return exchangeRows(object, conversation, body);
    return options.unlabelled ? [withMore(questionRow(conversation), object, null)] : [fault];
  },
});

const answersRefusal = {
  reason: "The lines hold a provider's answers without the requests they answer.",
  todo: 'Join the file with the batch\'s requests by "custom_id", so that each line has "request" and "response", and upload that.',
  unlabelled: false,
};

/** Batch output of OpenAI or Anthropic as downloaded: it names its requests by `custom_id` only. */
export const batchAnswers = defineShape({
  id: "batch-answers",
  name: "Provider batch output without requests",
  columns,
  mapping: { inputs: ["input"], output: "output" },
  refusal: answersRefusal,
  matches: (object) =>
    requestOf(object) === null &&
    typeof firstOf(object, ["custom_id", "key"]) === "string" &&
    isObject(firstOf(object, ["response", "result", "error"])),
  rows: () => [{ code: "missing_input", reason: answersRefusal.reason }],
});

const requestsRefusal = {
  reason: "The lines are requests of a batch: inputs without answers.",
  todo: "Import them as inputs without answers and let the teacher answer them.",
  unlabelled: true,
};

/** Batch input of OpenAI, Anthropic or Gemini. */
export const batchRequests = defineShape({
  id: "batch-requests",
  name: "Provider batch input",
  columns,
  mapping: { inputs: ["input"], output: null },
  refusal: requestsRefusal,
  matches: (object) => requestOf(object) !== null && !hasAnswer(object),
  rows(object, options) {
    const request = requestOf(object) ?? broken("shape", "The line has no request.");
    if (!options.unlabelled) broken("missing_output", requestsRefusal.reason);
    return [withMore(questionRow(readRequest(request)), object, null)];
  },
});

/** The messages endpoint wraps its list as `{"object": "list", "data": […]}`. */
function unwrapped(object: JsonObject): JsonObject {
  const messages = own(object, "messages");
  return isObject(messages) && Array.isArray(own(messages, "data"))
    ? { ...object, messages: own(messages, "data") }
    : object;
}

/**
 * OpenAI's stored completions: objects "chat.completion" with `choices`, and the messages they answer in `messages` or `input` (the list endpoint
 * leaves these out; they are fetched per completion).
 */
export const storedCompletions = defineShape({
  id: "openai-stored",
  name: "OpenAI stored completions",
  columns,
  mapping: { inputs: ["input"], output: "output" },
  path: ["data"],
  matches: (object) =>
    Array.isArray(own(object, "choices")) &&
    (isRequest(unwrapped(object)) || own(object, "object") === "chat.completion"),
  rows(object) {
    const request = unwrapped(object);
    if (!isRequest(request)) broken("missing_input", "The stored completion has no messages that it answers.");
    return exchangeRows(object, readRequest(request), object);
  },
});
