import { describe, expect, it } from "vitest";
import { guessMapping, joinInputs, type SampledColumn } from "./mapping.ts";

/** A table written as columns of values. */
function table(columns: Record<string, (string | null)[]>): SampledColumn[] {
  return Object.entries(columns).map(([name, values]) => ({ name, values }));
}
const texts = Array.from({ length: 12 }, (_, index) => `My laptop number ${index} does not start`);
const labels = Array.from({ length: 12 }, (_, index) => (index % 3 === 0 ? "hardware" : "software"));
const ids = Array.from({ length: 12 }, (_, index) => `${1000 + index}`);

describe("columns are guessed", () => {
  it.each([
    ["input and output", { input: texts, output: labels }, { inputs: ["input"], output: "output" }],
    ["text and label", { id: ids, text: texts, label: labels }, { inputs: ["text"], output: "label" }],
    ["text and category (Banking77)", { text: texts, category: labels }, { inputs: ["text"], output: "category" }],
    ["prompt and completion", { prompt: texts, completion: labels }, { inputs: ["prompt"], output: "completion" }],
    [
      "nested names",
      { "ticket.text": texts, "ticket.label": labels },
      { inputs: ["ticket.text"], output: "ticket.label" },
    ],
    [
      "other case and plural",
      { "Input Text": ids, Text: texts, LABELS: labels },
      { inputs: ["Text"], output: "LABELS" },
    ],
    ["content alone", { nr: ids, freitext: texts, gruppe: labels }, { inputs: ["freitext"], output: "gruppe" }],
    ["no gold answers", { id: ids, question: texts }, { inputs: ["question"], output: null }],
    [
      "instruction with input (Alpaca)",
      { instruction: texts, input: labels, output: texts },
      { inputs: ["instruction", "input"], output: "output" },
    ],
    [
      "an instruction that never changes",
      { instruction: texts.map(() => "Classify."), input: texts, output: labels },
      { inputs: ["input"], output: "output" },
    ],
    [
      "instruction without input",
      { instruction: texts, output: labels },
      { inputs: ["instruction"], output: "output" },
    ],
    [
      "names of Object's own",
      { toString: texts, __proto__x: labels, label: labels },
      { inputs: ["toString"], output: "label" },
    ],
  ])("%s", (_name, columns, mapping) => {
    expect(guessMapping(table(columns)).mapping).toEqual(mapping);
  });

  it("says why", () => {
    expect(guessMapping(table({ text: texts, gruppe: labels })).reason).toBe(
      'Input "text": by its name. Gold answer "gruppe": few different short values.',
    );
  });

  it("does not take a conversation for an input, and says what to do", () => {
    const guess = guessMapping(table({ messages: texts.map(() => '[{"role":"user"}]') }));
    expect(guess.mapping).toBeNull();
    expect(guess.reason).toContain("messages.0.content");
  });

  it("guesses nothing from an empty file or from numbers only", () => {
    expect(guessMapping([]).mapping).toBeNull();
    expect(guessMapping(table({ a: ids })).mapping).toBeNull();
  });
});

it("joins several inputs by an empty line and leaves absent ones out", () => {
  expect(joinInputs(["a", null, " ", "b"])).toBe("a\n\nb");
  expect(joinInputs([null, ""])).toBeNull();
  expect(joinInputs([" kept as is "])).toBe(" kept as is ");
});
