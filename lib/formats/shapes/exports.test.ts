import { describe, expect, test } from "vitest";
import { brief, last, unlabelled } from "./brief.testing.ts";
import { langfuse } from "./langfuse.ts";
import { preference } from "./preference.ts";
import { rasa } from "./rasa.ts";
import type { JsonObject } from "./shape.ts";
import { tensorzero } from "./tensorzero.ts";
import { textOnly } from "./text-only.ts";

const chosen = (content: unknown) => ({
  choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }],
});

describe("TensorZero datapoints", () => {
  const point = (more: JsonObject) => ({ function_name: "f", dataset_name: "d", id: "1", is_deleted: false, ...more });
  const input = JSON.stringify({
    messages: [{ role: "user", content: [{ type: "text", text: "q" }] }],
    system: { lang: "en" },
  });

  test("chat, JSON, and no output", () => {
    const chat = point({ input, output: '[{"type":"text","text":"a"}]', tool_params: "" });
    expect(tensorzero.rows(chat, last)).toMatchObject([
      { input: "q", output: "a", system: '{"lang":"en"}', tools: null, function_name: "f", dataset_name: "d" },
    ]);
    const json = point({
      input: JSON.parse(input),
      output: { raw: '{ "b": 1 }', parsed: { b: 1, a: 2 } },
      output_schema: "{}",
    });
    expect(tensorzero.rows(json, last)).toMatchObject([{ output: '{"b":1,"a":2}', output_schema: "{}" }]);
    expect(brief(tensorzero, point({ input, output: '{"raw":"no","parsed":null}' }))).toEqual([["q", "no"]]);
    expect(brief(tensorzero, point({ input, output: null }))).toEqual([["q", null]]);
    expect(
      brief(tensorzero, point({ input, output: '[{"type":"tool_call","name":"f","arguments":"{}","id":"1"}]' })),
    ).toEqual([["q", '{"tool_calls":[{"name":"f","arguments":{}}]}']]);
  });

  test("inferences, and cells of a table", () => {
    const inference = { function_name: "f", variant_name: "v", input, output: '[{"type":"text","text":"a"}]' };
    expect(tensorzero.detect([inference])).toBe(1);
    expect(brief(tensorzero, inference)).toEqual([["q", "a"]]);
    expect(brief(tensorzero, { ...inference, is_deleted: "false", staled_at: "" })).toEqual([["q", "a"]]);
    expect(brief(tensorzero, { ...inference, is_deleted: "true" })).toEqual(["skipped: The datapoint is deleted."]);
  });

  test("earlier answers in the input are never learnt", () => {
    const messages = ["user", "assistant", "user"].map((role, at) => ({ role, content: String(at) }));
    expect(brief(tensorzero, point({ input: { messages }, output: "[]" }))).toEqual([
      "missing_output: Turn 4 (assistant) is empty.",
    ]);
  });

  test("arguments of a template are the input", () => {
    const messages = [{ role: "user", content: [{ type: "template", name: "user", arguments: { b: 1, a: "x" } }] }];
    expect(brief(tensorzero, point({ input: { messages }, output: null }))).toEqual([['{"a":"x","b":1}', null]]);
  });

  test.each([
    ["deleted", { input, is_deleted: true }, "skipped: The datapoint is deleted."],
    ["stale", { input, staled_at: "2025-03-10" }, "skipped: The datapoint is out of date since 2025-03-10."],
    ["cut JSON", { input: '{"messages":[', output: null }, 'shape: "input" is no JSON object with messages.'],
    ["no messages", { input: "{}" }, 'shape: "input.messages" is no list of messages.'],
  ])("%s", (_what, more, fault) => {
    expect(brief(tensorzero, point(more))).toEqual([fault]);
  });
});

describe("Langfuse", () => {
  const generation = (more: JsonObject) => ({
    id: "o",
    traceId: "t",
    type: "GENERATION",
    input: '"q"',
    output: '"a"',
    ...more,
  });

  test("a downloaded trace: one row a generation", () => {
    const span = { id: "s", traceId: "t", type: "SPAN", input: "x", output: "y" };
    const object = {
      trace: { id: "t", input: "i", output: "o", observations: [] },
      observations: [span, generation({ model: "m" }), generation({ output: null })],
    };
    expect(langfuse.rows(object, last)).toMatchObject([
      { input: "q", output: "a", model: "m", trace_id: "t", id: "o" },
    ]);
  });

  test("without generations the trace is the row", () => {
    const object = { trace: { id: "t", input: '{"question":"i"}', output: '{"answer":"o"}' }, observations: [] };
    expect(langfuse.rows(object, last)).toMatchObject([{ input: "i", output: "o", trace_id: "t" }]);
  });

  test("JSON within JSON texts, LangChain's messages, definitions of tools", () => {
    const messages = [
      { type: "human", content: "q" },
      { role: "tool", content: { type: "function", function: { name: "f" } } },
    ];
    const call = { additional_kwargs: { tool_calls: [{ function: { name: "f", arguments: "{}" } }] } };
    const twice = JSON.stringify(JSON.stringify({ messages }));
    const object = generation({ input: twice, output: JSON.stringify({ role: "assistant", content: "", ...call }) });
    expect(langfuse.rows(object, last)).toMatchObject([
      {
        input: "q",
        output: '{"tool_calls":[{"name":"f","arguments":{}}]}',
        tools: '[{"type":"function","function":{"name":"f"}}]',
      },
    ]);
    const all = {
      messages: [
        { type: "human", content: "q" },
        { type: "ai", content: "a1" },
        { type: "ai", content: "a2" },
      ],
    };
    expect(brief(langfuse, generation({ output: JSON.stringify(all) }))).toEqual([["q", "a2"]]);
    expect(brief(langfuse, generation({ output: chosen("a") }))).toEqual([["q", "a"]]);
    expect(brief(langfuse, generation({ input: "{'python': 1}", output: { b: 1, a: [true] } }))).toEqual([
      ["{'python': 1}", '{"a":[true],"b":1}'],
    ]);
  });

  test.each([
    ["a span", { type: "SPAN" }, "skipped: An observation of the type SPAN is no call to a model."],
    ["no input", { input: null }, "missing_input: The generation has no input."],
    ["no output", { output: "" }, "missing_output: The generation has no output."],
  ])("%s", (_what, more, fault) => {
    expect(brief(langfuse, generation(more))).toEqual([fault]);
  });
});

test("Rasa NLU", () => {
  const entities = [{ start: 0, end: 2, value: "hi", entity: "x" }];
  expect(rasa.rows({ text: "hi", intent: "greet", entities }, last)).toEqual([
    { text: "hi", intent: "greet", entities: JSON.stringify(entities) },
  ]);
  expect(brief(rasa, { text: "hi", entities })).toEqual([["hi", null]]);
  expect(brief(rasa, { text: " ", intent: "greet", entities })).toEqual(["missing_input: The example has no text."]);
});

describe("preferences are refused, their prompts may be inputs", () => {
  const messages = [
    { role: "user", content: "q" },
    { role: "assistant", content: "a" },
  ];
  test.each<[string, JsonObject]>([
    [
      "LLaMA-Factory, ShareGPT",
      {
        conversations: [{ from: "human", value: "q" }],
        chosen: { from: "gpt", value: "a" },
        rejected: { from: "gpt", value: "b" },
      },
    ],
    ["TRL", { prompt: "q", chosen: "a", rejected: "b" }],
    ["TRL without a prompt", { chosen: messages, rejected: messages }],
    ["TRL's KTO", { prompt: "q", completion: "a", label: true }],
    ["LLaMA-Factory's KTO", { messages, kto_tag: false }],
    ["LLaMA-Factory, Alpaca", { instruction: "q", input: "", chosen: "a", rejected: "b" }],
    ["LLaMA-Factory, old", { instruction: "q", output: ["a", "b"] }],
    [
      "OpenAI",
      { input: { messages: [messages[0]] }, preferred_output: [messages[1]], non_preferred_output: [messages[1]] },
    ],
    ["Orca pairs", { system: "s", question: "q", chosen: "a", rejected: "b" }],
  ])("%s", (_what, object) => {
    expect(preference.detect([object])).toBe(1);
    expect(brief(preference, object)).toEqual([expect.stringContaining("skipped: This is preference data")]);
    expect(brief(preference, object, unlabelled)).toEqual([["q", null]]);
  });

  test("without a prompt of its own", () => {
    expect(brief(preference, { chosen: "\n\nHuman: q", rejected: "x" }, unlabelled)).toEqual([
      "shape: The preference pair has no prompt of its own.",
    ]);
  });
});

test("text for pretraining is refused where nothing but texts stand in the file", () => {
  expect(textOnly.detect([{ text: "a", meta: {} }, { text: "b" }])).toBe(1);
  expect(textOnly.detect([{ text: "a" }, { text: "b", label: "x" }])).toBe(0);
  expect(brief(textOnly, { text: "a" })).toEqual([expect.stringContaining("missing_output: This is text")]);
  expect(textOnly.rows({ text: "<p>a</p>" }, unlabelled)).toEqual([{ text: "<p>a</p>" }]);
});
