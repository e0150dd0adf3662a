import { describe, expect, test } from "vitest";
import { brief, each, last, unlabelled } from "./brief.testing.ts";
import { openaiChat } from "./openai-chat.ts";
import type { JsonObject } from "./shape.ts";
import { sharegpt } from "./sharegpt.ts";

const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown, more: JsonObject = {}) => ({ role: "assistant", content, ...more });

describe("OpenAI chat", () => {
  const rounds = { messages: [user("a"), assistant("1"), user("b"), assistant("2"), user("c")] };

  test("one question and its answer", () => {
    const object = {
      messages: [{ role: "developer", content: "Be brief." }, user("Hi"), assistant("Hello")],
      tools: [],
    };
    expect(openaiChat.rows(object, last)).toEqual([
      { input: "Hi", output: "Hello", system: "Be brief.", conversation: null, tools: null, turn: "3" },
    ]);
  });

  test("several rounds: the last answer with what was said before, or each", () => {
    const [row] = openaiChat.rows(rounds, last);
    expect(row).toEqual({
      input: "User: a\n\nAssistant: 1\n\nUser: b",
      output: "2",
      system: null,
      conversation: '[{"role":"user","content":"a"},{"role":"assistant","content":"1"},{"role":"user","content":"b"}]',
      tools: null,
      turn: "4",
    });
    expect(brief(openaiChat, rounds, each)).toEqual([
      ["a", "1"],
      ["User: a\n\nAssistant: 1\n\nUser: b", "2"],
    ]);
  });

  test("content parts of OpenAI, Anthropic and LLaMA-Factory; thoughts are no answer", () => {
    const parts = [
      { type: "text", text: "4" },
      { type: "text", value: "2" },
    ];
    const object = { messages: [user(parts), assistant([{ type: "thinking", thinking: "hm" }, ...parts])] };
    expect(brief(openaiChat, object)).toEqual([["42", "42"]]);
  });

  test("a picture cannot be learnt", () => {
    const object = { messages: [user([{ type: "image_url", image_url: { url: "x" } }]), assistant("a cat")] };
    expect(brief(openaiChat, object)).toEqual(['shape: Turn 1 holds "image_url"; only text can be learnt.']);
  });

  test("tool calls are canonical JSON, in whatever order the arguments stand", () => {
    const call = (args: string) => ({ id: "1", type: "function", function: { name: "weather", arguments: args } });
    const learnt = (calls: unknown, content: unknown = null) =>
      brief(openaiChat, { messages: [user("?"), assistant(content, { tool_calls: calls })] })[0]?.[1];
    const wanted = '{"tool_calls":[{"name":"weather","arguments":{"city":"Bern","unit":"C"}}]}';
    expect(learnt([call('{"unit": "C", "city": "Bern"}')])).toBe(wanted);
    expect(learnt([call('{"city":"Bern","unit":"C"}')])).toBe(wanted);
    expect(learnt([call("not json")], "Wait.")).toBe(
      '{"content":"Wait.","tool_calls":[{"name":"weather","arguments":"not json"}]}',
    );
    const legacy = { messages: [user("?"), assistant(null, { function_call: { name: "f", arguments: "{}" } })] };
    expect(brief(openaiChat, legacy)[0]?.[1]).toBe('{"tool_calls":[{"name":"f","arguments":{}}]}');
  });

  test("a tool's result stands in the context", () => {
    const messages = [
      user("Weather?"),
      assistant(null, { tool_calls: [{ function: { name: "w", arguments: "{}" } }] }),
      { role: "tool", content: "12 °C", tool_call_id: "1" },
      assistant("Mild."),
    ];
    expect(brief(openaiChat, { messages, tools: [{ type: "function" }] })).toEqual([
      ['User: Weather?\n\nAssistant: {"tool_calls":[{"name":"w","arguments":{}}]}\n\nTool: 12 °C', "Mild."],
    ]);
  });

  test("a system prompt beside the messages; Vertex AI's contents", () => {
    const bedrock = { system: [{ text: "s" }], messages: [user([{ text: "a" }]), assistant([{ text: "1" }])] };
    const contents = [
      { role: "user", parts: [{ text: "a" }] },
      { role: "model", parts: [{ text: "1" }] },
    ];
    for (const object of [bedrock, { systemInstruction: { parts: [{ text: "s" }] }, contents }])
      expect(openaiChat.rows(object, last)).toMatchObject([{ input: "a", output: "1", system: "s" }]);
  });

  test("messages as JSON in a table's cell", () => {
    const object = { messages: JSON.stringify([user("a"), assistant("1")]), label: "x" };
    expect(openaiChat.detect([object, { messages: "['python']" }])).toBe(0.5);
    expect(brief(openaiChat, object)).toEqual([["a", "1"]]);
    expect(brief(openaiChat, { messages: "['python']" })).toEqual(['shape: "messages" is no list of messages.']);
  });

  test("Anthropic's tool results come in a user message, yet nobody asked again", () => {
    const messages = [
      user("Weather?"),
      assistant([{ type: "tool_use", id: "1", name: "w", input: { b: 1, a: 2 } }]),
      user([{ type: "tool_result", tool_use_id: "1", content: [{ type: "text", text: "12 °C" }] }]),
      assistant("Mild."),
    ];
    const call = '{"tool_calls":[{"name":"w","arguments":{"a":2,"b":1}}]}';
    expect(brief(openaiChat, { messages }, each)).toEqual([
      ["Weather?", call],
      [`User: Weather?\n\nAssistant: ${call}\n\nTool: 12 °C`, "Mild."],
    ]);
  });

  test("arguments nested a hundred deep are refused", () => {
    const deep = `${'{"a":'.repeat(100)}1${"}".repeat(100)}`;
    const object = { messages: [user("?"), assistant(null, { function_call: { name: "f", arguments: deep } })] };
    expect(brief(openaiChat, object)).toEqual(["json: The JSON is nested too deeply."]);
  });

  test("turns of weight 0 are context only", () => {
    const messages = [user("a"), assistant("1", { weight: 0 }), user("b"), assistant("2", { weight: 1 })];
    expect(brief(openaiChat, { messages }, each)).toEqual([["User: a\n\nAssistant: 1\n\nUser: b", "2"]]);
    const none = { messages: [user("a"), assistant("1", { loss_weight: 0 })] };
    expect(brief(openaiChat, none)).toEqual(["skipped: Every assistant turn has weight 0: nothing is to be learnt."]);
  });

  test.each([
    ["no list", { messages: "hi" }, 'shape: "messages" is no list of messages.'],
    ["no messages", {}, 'shape: "messages" is no list of messages.'],
    ["an empty list", { messages: [] }, "missing_output: The conversation has no assistant turn."],
    ["a message that is none", { messages: [user("a"), 7] }, "shape: Turn 2 is no object."],
    ["nobody speaks", { messages: [{ content: "a" }] }, "shape: Turn 1 does not say who speaks."],
    [
      "an unknown role",
      { messages: [{ role: "narrator", content: "a" }] },
      'shape: Turn 1 has the unknown role "narrator".',
    ],
    [
      "the name of a method as role",
      { messages: [{ role: "constructor", content: "a" }] },
      'shape: Turn 1 has the unknown role "constructor".',
    ],
    ["no answer", { messages: [user("a")] }, "missing_output: The conversation has no assistant turn."],
    ["an empty answer", { messages: [user("a"), assistant("  ")] }, "missing_output: Turn 2 (assistant) is empty."],
    ["an empty question", { messages: [user(""), assistant("1")] }, "missing_input: Turn 1 (user) is empty."],
    ["no question", { messages: [assistant("Welcome")] }, "missing_input: No assistant turn answers a user turn."],
    [
      "a call without a name",
      { messages: [user("a"), assistant(null, { tool_calls: [{}] })] },
      "shape: Turn 2 calls a tool without a name.",
    ],
  ])("%s", (_what, object, fault) => {
    expect(brief(openaiChat, object)).toEqual([fault]);
  });

  test("without an answer it is an unlabelled input when asked for", () => {
    expect(brief(openaiChat, { messages: [user("a")] }, unlabelled)).toEqual([["a", null]]);
    expect(brief(openaiChat, { messages: [user("a"), assistant("")] }, unlabelled)).toEqual([["a", null]]);
    expect(brief(openaiChat, { messages: [] }, unlabelled)).toEqual([
      "missing_output: The conversation has no assistant turn.",
    ]);
  });

  test("a conversation of very many short turns stays within bounds", () => {
    const messages = Array.from({ length: 20_000 }, (_, at) => (at % 2 ? assistant("no") : user("a")));
    const made = openaiChat.rows({ messages }, each);
    const fault = made.at(-1);
    expect(fault).toMatchObject({ code: "too_long", reason: expect.stringContaining("later answers were left out") });
    const chars = made.reduce((sum, entry) => sum + Object.values(entry).join("").length, 0);
    expect(chars).toBeLessThan(40 * 1024 * 1024);
    expect(made.length).toBeGreaterThan(100);
    expect(openaiChat.rows({ messages }, last)).toHaveLength(1);
  });
});

describe("ShareGPT", () => {
  const turn = (from: string, value: unknown) => ({ from, value });

  test("roles of LLaMA-Factory with tools", () => {
    const object = {
      conversations: [
        turn("human", "Area?"),
        turn("function_call", '{"name": "area", "arguments": {"w": 3, "h": 2}}'),
        turn("observation", '{"area": 6}'),
        turn("gpt", "6"),
      ],
      system: "Compute.",
      tools: '[{"name": "area"}]',
    };
    const call = '{"tool_calls":[{"name":"area","arguments":{"h":2,"w":3}}]}';
    expect(sharegpt.rows(object, each)).toMatchObject([
      { input: "Area?", output: call, system: "Compute.", tools: '[{"name": "area"}]', conversation: null, turn: "2" },
      { input: `User: Area?\n\nAssistant: ${call}\n\nTool: {"area": 6}`, output: "6", turn: "4" },
    ]);
    expect(sharegpt.rows({ conversations: [turn("human", "a"), turn("gpt", "b")], tools: "[]" }, last)).toMatchObject([
      { input: "a", output: "b", tools: null },
    ]);
  });

  test("empty turns are reported, the other answers stay", () => {
    const conversations = [
      turn("human", "a"),
      turn("gpt", ""),
      turn("human", "b"),
      turn("gpt", "2"),
      turn("human", " "),
      turn("gpt", "3"),
    ];
    expect(brief(sharegpt, { conversations }, each)).toEqual([
      ["User: a\n\nUser: b", "2"],
      "missing_output: Turn 2 (assistant) is empty.",
      "missing_input: Turn 5 (user) is empty.",
    ]);
  });

  test("a greeting before the first question is context", () => {
    const conversations = [turn("gpt", "Welcome"), turn("human", "a"), turn("gpt", "1")];
    expect(brief(sharegpt, { conversations }, each)).toEqual([["Assistant: Welcome\n\nUser: a", "1"]]);
  });

  test("role and content under the same field; missing value", () => {
    expect(brief(sharegpt, { conversation: [user("a"), assistant("1")] })).toEqual([["a", "1"]]);
    expect(brief(sharegpt, { conversations: [turn("human", "a"), { from: "gpt" }] })).toEqual([
      "missing_output: Turn 2 (assistant) is empty.",
    ]);
    expect(brief(sharegpt, { conversations: null })).toEqual(['shape: "conversations" is no list of messages.']);
  });
});
