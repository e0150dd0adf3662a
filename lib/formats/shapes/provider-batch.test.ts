import { describe, expect, test } from "vitest";
import { brief, each, last, unlabelled } from "./brief.testing.ts";
import { batchAnswers, batchRequests, providerBatch, storedCompletions } from "./provider-batch.ts";

const asked = {
  model: "m-1",
  messages: [
    { role: "system", content: "s" },
    { role: "user", content: "q" },
  ],
};
const chosen = (content: unknown) => ({
  choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }],
});

describe("provider batch output", () => {
  test("OpenAI's, joined with its requests", () => {
    const object = {
      custom_id: "r-1",
      request: { custom_id: "r-1", method: "POST", url: "/v1/chat/completions", body: asked },
      response: { status_code: 200, request_id: "x", body: { model: "m-2", ...chosen("a") } },
      error: null,
    };
    expect(providerBatch.rows(object, last)).toEqual([
      {
        input: "q",
        output: "a",
        system: "s",
        conversation: null,
        tools: null,
        turn: "3",
        model: "m-2",
        finish_reason: "stop",
        id: "r-1",
      },
    ]);
  });

  test.each([
    ["OpenAI's error", { response: null, error: { code: "batch_expired", message: "Expired." } }, "Expired."],
    [
      "OpenAI's HTTP error",
      { response: { status_code: 400, body: { error: { message: "Bad." } } }, error: null },
      "HTTP 400, Bad.",
    ],
    [
      "Vertex's status",
      { status: "Bad Request: {}", response: {}, error: undefined },
      "the response holds no message.",
    ],
    ["Vertex's status without a response", { status: "Bad Request", response: null }, "Bad Request"],
    ["Gemini's error", { error: { code: 3, message: "Bad." } }, "Bad."],
    ["a blocked answer", { response: { candidates: [{ finishReason: "SAFETY" }] } }, "the response holds no message."],
    [
      "Anthropic's error",
      { result: { type: "errored", error: { type: "error", error: { type: "invalid_request", message: "Bad." } } } },
      "Bad.",
    ],
    ["Anthropic's expiry", { result: { type: "expired" } }, "expired"],
    ["an error in the body", { response: { body: { error: { message: "Bad." } } } }, "Bad."],
  ])("%s", (_what, line, reason) => {
    const object = { request: asked, ...line };
    expect(brief(providerBatch, object)).toEqual([`missing_output: The provider gave no answer: ${reason}`]);
  });

  test("a failed line is an unlabelled input when asked for", () => {
    expect(brief(providerBatch, { request: asked, response: null }, unlabelled)).toEqual([["q", null]]);
  });

  test("Gemini with a system instruction, thoughts and a call", () => {
    const request = { contents: [{ parts: [{ text: "q" }] }], systemInstruction: { parts: [{ text: "s" }] } };
    const parts = [{ text: "hm", thought: true }, { functionCall: { name: "f", args: { b: 1, a: 2 } } }];
    const response = { candidates: [{ content: { role: "model", parts } }], modelVersion: "g" };
    expect(providerBatch.rows({ key: "1", request, response }, last)).toMatchObject([
      {
        input: "q",
        system: "s",
        output: '{"tool_calls":[{"name":"f","arguments":{"a":2,"b":1}}]}',
        model: "g",
        id: "1",
      },
    ]);
  });

  test("Anthropic's, joined with its params", () => {
    const params = { system: [{ type: "text", text: "s" }], messages: [{ role: "user", content: "q" }] };
    const message = { role: "assistant", model: "c", content: [{ type: "text", text: "a" }], stop_reason: "end_turn" };
    expect(providerBatch.rows({ custom_id: "1", params, result: { type: "succeeded", message } }, last)).toMatchObject([
      { input: "q", output: "a", system: "s", model: "c", finish_reason: "end_turn" },
    ]);
  });

  test("OpenAI's Responses", () => {
    const request = { instructions: "s", input: [{ role: "user", content: [{ type: "input_text", text: "q" }] }] };
    const output = [
      { type: "reasoning", summary: [] },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "a" }] },
    ];
    expect(brief(providerBatch, { body: request, response: { body: { output, status: "completed" } } })).toEqual([
      ["q", "a"],
    ]);
    expect(brief(providerBatch, { body: { input: "q" }, response: { body: { output } } })).toEqual([["q", "a"]]);
  });

  test("a response that is a text", () => {
    expect(brief(providerBatch, { request: { prompt: "q" }, response: "a" })).toEqual([["q", "a"]]);
  });

  test("further choices are reported", () => {
    const choice = { message: { role: "assistant", content: "a" } };
    expect(brief(providerBatch, { request: asked, response: { choices: [choice, choice, choice] } })).toEqual([
      ["q", "a"],
      "skipped: 2 further choices of this answer were left out.",
    ]);
  });

  test("earlier answers in the request are examples, never learnt", () => {
    const messages = [
      { role: "user", content: "1" },
      { role: "assistant", content: "2" },
      { role: "user", content: "3" },
    ];
    expect(brief(providerBatch, { request: { messages }, response: chosen("") })).toEqual([
      "missing_output: Turn 4 (assistant) is empty.",
    ]);
    const object = { request: { messages }, response: chosen("4") };
    expect(brief(providerBatch, object, each)).toEqual([["User: 1\n\nAssistant: 2\n\nUser: 3", "4"]]);
  });

  test("answers without requests and requests without answers are refused", () => {
    const answer = { custom_id: "1", response: { status_code: 200, body: chosen("a") }, error: null };
    expect(batchAnswers.detect([answer])).toBe(1);
    expect(batchAnswers.detect([{ custom_id: "1", response: null, error: { message: "Bad." } }])).toBe(1);
    expect(batchAnswers.detect([{ key: "plain rows", response: "have texts" }])).toBe(0);
    expect(batchAnswers.refusal?.unlabelled).toBe(false);
    const request = { custom_id: "1", method: "POST", url: "/v1/chat/completions", body: asked };
    expect(batchRequests.detect([request])).toBe(1);
    expect(providerBatch.detect([answer, request])).toBe(0);
    expect(brief(batchRequests, request)).toEqual([expect.stringContaining("missing_output: ")]);
    expect(brief(batchRequests, request, unlabelled)).toEqual([["q", null]]);
  });
});

describe("OpenAI stored completions", () => {
  const stored = { id: "chatcmpl-1", object: "chat.completion", model: "m", ...chosen("a") };

  test("with the messages that they answer", () => {
    const messages = asked.messages;
    for (const more of [{ messages }, { input: messages }, { messages: { object: "list", data: messages } }])
      expect(storedCompletions.rows({ ...stored, ...more }, last)).toMatchObject([
        { input: "q", output: "a", system: "s", id: "chatcmpl-1" },
      ]);
  });

  test("without them", () => {
    expect(storedCompletions.detect([stored])).toBe(1);
    expect(brief(storedCompletions, stored)).toEqual([
      "missing_input: The stored completion has no messages that it answers.",
    ]);
  });
});
