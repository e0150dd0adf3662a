import { describe, expect, test } from "vitest";
import { alpaca } from "./alpaca.ts";
import { brief, each, last } from "./brief.testing.ts";
import { promptCompletion } from "./prompt-completion.ts";

const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });

describe("Alpaca", () => {
  test("instruction and input are one prompt", () => {
    expect(alpaca.rows({ instruction: "Add.", input: "1 2", output: "3" }, last)).toEqual([
      {
        prompt: "Add.\n\n1 2",
        output: "3",
        instruction: "Add.",
        input: "1 2",
        system: null,
        conversation: null,
        turn: "2",
      },
    ]);
    expect(brief(alpaca, { instruction: "Rhyme.", input: "", output: "lime" })).toEqual([["Rhyme.", "lime"]]);
    expect(alpaca.rows({ instruction: "Rhyme.", output: "lime" }, last)[0]).toMatchObject({ prompt: "Rhyme." });
  });

  test("history is the conversation before", () => {
    const object = { instruction: "And 3?", input: "", output: "9", system: "Square.", history: [["2?", "4"]] };
    expect(alpaca.rows(object, each)).toMatchObject([
      { prompt: "2?", output: "4", instruction: null, turn: "2" },
      {
        prompt: "User: 2?\n\nAssistant: 4\n\nUser: And 3?",
        output: "9",
        instruction: "And 3?",
        system: "Square.",
        turn: "4",
      },
    ]);
    expect(alpaca.rows({ ...object, history: ["2?"] }, last)).toEqual([
      { code: "shape", reason: 'Round 1 of "history" is no pair of texts.' },
    ]);
  });

  test.each(["", "  ", null, undefined])("output %j is an input to be labelled", (output) => {
    expect(brief(alpaca, { instruction: "Rhyme.", input: "orange", output })).toEqual([["Rhyme.\n\norange", null]]);
    const [row] = alpaca.rows({ instruction: "Rhyme.", input: "orange", output }, last);
    expect(row).toMatchObject({ instruction: "Rhyme.", input: "orange", turn: "1" });
    expect(brief(alpaca, { instruction: "Rhyme.", output, history: [["a", "1"]] }, each)).toEqual([
      ["a", "1"],
      ["User: a\n\nAssistant: 1\n\nUser: Rhyme.", null],
    ]);
  });

  test("no instruction", () => {
    expect(brief(alpaca, { instruction: " ", output: "x" })).toEqual(["missing_input: Turn 1 (user) is empty."]);
    expect(brief(alpaca, { instruction: " ", output: "", history: [["a", "1"]] })).toEqual([
      "missing_input: The instruction is empty.",
    ]);
  });
});

describe("prompt and completion", () => {
  test.each([
    ["separator, blank and stop", "Where?\n\n###\n\n", " card_arrival END", ["Where?", "card_arrival"]],
    ["arrow", "Where ->", " here\n", ["Where", "here"]],
    ["only the blank", "Where?", " here", ["Where?", "here"]],
    ["a stop without a separator is text", "Where?", " THE END", ["Where?", "THE END"]],
    ["Markdown is text", "Where?", "***here***", ["Where?", "***here***"]],
    ["indented code keeps its blanks", "Code?", "    x = 1", ["Code?", "    x = 1"]],
    ["a stop that stands alone", "Where?\n\n###\n\n", " END", ["Where?", null]],
    ["nothing but the separator", "\n\n###\n\n", "x", ["missing_input: Turn 1 (user) is empty."]],
  ])("%s", (_what, prompt, completion, wanted) => {
    expect(brief(promptCompletion, { prompt, completion }).flat()).toEqual(wanted);
  });

  test("TRL's lists of messages", () => {
    const object = { prompt: [{ role: "system", content: "s" }, user("a")], completion: [assistant("1")] };
    expect(promptCompletion.rows(object, last)).toMatchObject([{ input: "a", output: "1", system: "s", turn: "3" }]);
  });

  test("no completion", () => {
    for (const completion of [null, "", " "])
      expect(brief(promptCompletion, { prompt: "a", completion })).toEqual([["a", null]]);
    expect(brief(promptCompletion, { prompt: "", completion: "" })).toEqual([
      "missing_input: The conversation has no user turn.",
    ]);
  });
});
