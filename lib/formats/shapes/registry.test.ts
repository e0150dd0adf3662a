import { describe, expect, test } from "vitest";
import { last, unlabelled } from "./brief.testing.ts";
import { detectShape, mappingOf, shapeById, shapes } from "./registry.ts";
import { isFault, type JsonObject, type Shape, type ShapeRow } from "./shape.ts";

const chat = {
  messages: [
    { role: "user", content: "a" },
    { role: "assistant", content: "1" },
  ],
};
const pair = { prompt: "b", completion: " 2" };
const plain = { input: "c", output: "3" };
const dpo = { prompt: "d", chosen: "x", rejected: "y" };

describe("what a file is", () => {
  test.each<[string, JsonObject[], string | null]>([
    ["chat", [chat, chat], "openai-chat"],
    ["chat with a broken line", [chat, chat, { x: 1 }], "openai-chat"],
    ["plain rows", [plain, plain], null],
    ["rows with labels in numbers", [{ text: "a", intent: 1 }], null],
    ["text and label", [{ text: "a", label: "x" }, { text: "b" }], null],
    ["text and intent", [{ text: "a", intent: "x" }], null],
    ["Rasa", [{ text: "a", intent: "x", entities: [] }], "rasa-nlu"],
    ["ShareGPT", [{ conversations: [{ from: "human", value: "a" }] }], "sharegpt"],
    ["conversations that are texts", [{ conversations: ["a", "b"] }], null],
    ["preferences that have messages", [{ ...chat, chosen: {}, rejected: {} }], "preference"],
    ["three shapes", [chat, plain, pair], "mixed"],
    ["one of another shape among many", [...Array(50).fill(chat), pair], "mixed"],
    ["chat and preferences", [chat, chat, dpo], "openai-chat"],
    ["mostly of no shape", [chat, { x: 1 }, { x: 2 }], null],
    ["texts", [{ text: "a" }, { text: "b" }], "text-only"],
    ["descriptions", [{ demo: { file_name: "demo.json" }, other: { hf_hub_url: "x/y" } }], "dataset-info"],
    ["nothing", [], null],
    ["an empty object", [{}], null],
  ])("%s", (_what, objects, id) => {
    expect(detectShape(objects)?.id ?? null).toBe(id);
  });

  test("every shape is found by its id and maps columns that it has", () => {
    expect(new Set(shapes.map((shape) => shape.id)).size).toBe(shapes.length);
    for (const shape of shapes) {
      expect(shapeById(shape.id)).toBe(shape);
      const mapped = [...shape.mapping.inputs, ...(shape.mapping.output ? [shape.mapping.output] : [])];
      expect(shape.columns).toEqual(expect.arrayContaining(mapped));
      expect(shape.columns).not.toContain("reason");
    }
    expect(() => shapeById("constructor")).toThrow("There is no shape");
  });
});

test("a mixed file gives rows of common columns, and faults for what is refused", () => {
  const mixed = shapeById("mixed");
  const made = [chat, pair, plain, { instruction: "d", input: "e", output: "4" }, dpo, { x: 1 }].flatMap((object) =>
    mixed.rows(object, last),
  );
  expect(made.map((entry) => (isFault(entry) ? entry.code : [entry.input, entry.output, entry.shape]))).toEqual([
    ["a", "1", "openai-chat"],
    ["b", "2", "prompt-completion"],
    ["c", "3", "plain"],
    ["d\n\ne", "4", "alpaca"],
    "skipped",
    "shape",
  ]);
  expect(mixed.rows(dpo, unlabelled)).toMatchObject([{ input: "d", output: null, shape: "preference" }]);
});

/** Rows of objects, by column. */
function sampleOf(shape: Shape, objects: JsonObject[]) {
  const rows = objects.flatMap((object) => shape.rows(object, last)).filter((entry) => !isFault(entry)) as ShapeRow[];
  return shape.columns.map((name) => ({ name, values: rows.map((row) => row[name] ?? null) }));
}

test("a system prompt that differs from row to row belongs to the input", () => {
  const shape = shapeById("openai-chat");
  const mapped = (...systems: (string | undefined)[]) =>
    mappingOf(
      shape,
      sampleOf(
        shape,
        systems.map((system) => ({ ...chat, system })),
      ),
    );
  expect(mapped("s", "s")).toEqual({ inputs: ["input"], output: "output" });
  expect(mapped("s", undefined).inputs).toEqual(["system", "input"]);
  expect(mapped().inputs).toEqual(["input"]);
  expect(shape.mapping.inputs).toEqual(["input"]);
});

test("an instruction that is the same everywhere belongs to the task", () => {
  const shape = shapeById("alpaca");
  const mapped = (...objects: JsonObject[]) => mappingOf(shape, sampleOf(shape, objects)).inputs;
  const row = (instruction: string, more: JsonObject = {}) => ({ instruction, input: "text", output: "x", ...more });
  expect(mapped(row("Classify."), row("Classify."))).toEqual(["input"]);
  expect(mapped(row("Classify."), row("Rhyme."))).toEqual(["prompt"]);
  expect(mapped(row("Classify."))).toEqual(["prompt"]);
  expect(mapped(row("Classify.", { input: "" }), row("Classify.", { input: "" }))).toEqual(["prompt"]);
  expect(mapped(row("Classify."), row("Classify.", { history: [["a", "y"]] }))).toEqual(["prompt"]);
});

/** Values that break careless readers, put where each shape looks. */
function hostile(): unknown[] {
  const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
  const list = JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`);
  const proto = JSON.parse('{"__proto__":{"role":"user","content":"x"},"constructor":1,"toString":null}');
  return [
    null,
    0,
    -1,
    true,
    "",
    " ",
    "\ud800",
    "\0",
    "{",
    '"[{',
    "[]",
    [],
    [null],
    [[]],
    {},
    [{}],
    proto,
    [proto],
    deep,
    [deep],
    list,
    [list],
  ];
}

describe("no content makes a shape throw", () => {
  const fields = [
    "messages",
    "conversations",
    "conversation",
    "prompt",
    "completion",
    "instruction",
    "input",
    "output",
    "history",
    "system",
    "tools",
    "chosen",
    "rejected",
    "request",
    "response",
    "result",
    "params",
    "body",
    "error",
    "choices",
    "trace",
    "observations",
    "text",
    "intent",
    "entities",
    "tool_params",
    "timestamp",
    "kto_tag",
  ];
  const seeds: JsonObject[] = [
    chat,
    pair,
    plain,
    dpo,
    {},
    { instruction: "i", input: "i", output: "o" },
    {
      conversations: [
        { from: "human", value: "a" },
        { from: "gpt", value: "b" },
      ],
    },
    { function_name: "f", dataset_name: "d", input: '{"messages":[]}', output: null },
    { id: "t", timestamp: "t", sessionId: null, input: "a", output: "b" },
    { id: "o", traceId: "t", type: "GENERATION", input: "a", output: "b" },
    { trace: {}, observations: [] },
    { request: { messages: [] }, response: { choices: [] } },
    { custom_id: "1", request: { contents: [] }, response: { candidates: [] } },
    { object: "chat.completion", choices: [], messages: [] },
    { text: "a", intent: "b", entities: [] },
  ];
  const messageFields = [
    "role",
    "content",
    "tool_calls",
    "function_call",
    "weight",
    "from",
    "value",
    "parts",
    "additional_kwargs",
  ];

  test.each(shapes.map((shape) => [shape.id] as const))("%s", (id) => {
    const shape = shapeById(id);
    const values = hostile();
    const own = seeds.filter((seed) => shape.detect([seed]) > 0 || Object.keys(seed).length === 0);
    const check = (object: JsonObject) => {
      shape.detect([object]);
      for (const options of [last, { turns: "each", unlabelled: true } as const]) {
        for (const entry of shape.rows(object, options)) {
          for (const [column, cell] of Object.entries(entry)) {
            const fine = cell === null || (typeof cell === "string" && cell.isWellFormed());
            const known = isFault(entry) || shape.columns.includes(column);
            if (!fine || !known) expect.fail(`${id} made ${column}: ${String(cell).slice(0, 200)}`);
          }
        }
      }
    };
    for (const value of values) {
      for (const seed of own) for (const field of fields) check({ ...seed, [field]: value });
      for (const field of messageFields) {
        const message = { role: "user", content: "x", [field]: value };
        check({ messages: [message, { ...message, role: "assistant" }] });
        check({ conversations: [message] });
      }
      for (const type of ["text", "tool_use", "tool_result", "template", "image", undefined])
        check({
          messages: [
            { role: "user", content: [{ type, text: value, content: value, input: value, arguments: value }] },
          ],
        });
    }
  });
});

test("names of methods are data, unpaired surrogates become U+FFFD", () => {
  const call = { function: { name: "f", arguments: '{"__proto__":{"x":1},"constructor":2}' } };
  const object = {
    messages: [
      { role: "user", content: "a\ud800b" },
      { role: "assistant", tool_calls: [call] },
    ],
  };
  expect(shapeById("openai-chat").rows(object, last)).toMatchObject([
    { input: "a\ufffdb", output: '{"tool_calls":[{"name":"f","arguments":{"__proto__":{"x":1},"constructor":2}}]}' },
  ]);
  expect(detectShape([Object.create(chat) as JsonObject])).toBeNull();
  expect(Object.prototype).not.toHaveProperty("x");
});
