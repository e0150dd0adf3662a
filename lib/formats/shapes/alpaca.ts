import { broken, defineShape, isFault, type JsonObject, type ShapeFault, type ShapeOptions } from "./shape.ts";
import { conversationRows, questionRow, type Turn } from "./turns.ts";
import { cell, filled, own } from "./values.ts";

/** An instruction with its input as one text, joined as a mapping joins two columns. */
export function instructionText(object: JsonObject): string {
  return [cell(own(object, "instruction")), cell(own(object, "input"))].filter(filled).join("\n\n");
}

/** Earlier rounds as LLaMA-Factory keeps them: `[["question", "answer"], …]`. */
function historyTurns(history: unknown): Turn[] {
  if (history === undefined || history === null) return [];
  if (!Array.isArray(history)) broken("shape", '"history" is no list of rounds.');
  return history.flatMap((round, at): Turn[] => {
    if (!Array.isArray(round) || round.length !== 2)
      broken("shape", `Round ${at + 1} of "history" is no pair of texts.`);
    const [question, answer] = round.map((text) => cell(text) ?? "");
    const number = 2 * at + 1;
    return [
      { role: "user", text: question ?? "", calls: [], learnt: true, number },
      { role: "assistant", text: answer ?? "", calls: [], learnt: true, number: number + 1 },
    ];
  });
}

const emptyInstruction: ShapeFault = { code: "missing_input", reason: "The instruction is empty." };

/** A row without an answer is an input to be labelled, as in a table. */
function entriesOf(turns: Turn[], system: string | null, answer: string | null, options: ShapeOptions) {
  const conversation = { turns, system, tools: null };
  if (filled(answer)) {
    const last: Turn = { role: "assistant", text: answer, calls: [], learnt: true, number: turns.length + 1 };
    return conversationRows({ ...conversation, turns: [...turns, last] }, options);
  }
  const earlier = options.turns === "each" && turns.length > 1 ? conversationRows(conversation, options) : [];
  const asked = filled(turns.at(-1)?.text ?? null);
  return [...earlier, asked ? questionRow(conversation) : emptyInstruction];
}

/**
 * Alpaca: `{"instruction", "input"?, "output", "system"?, "history"?}`. `prompt` holds instruction and input as one text, with the earlier
 * rounds before it where there are some.
 */
export const alpaca = defineShape({
  id: "alpaca",
  name: "Alpaca",
  columns: ["prompt", "output", "instruction", "input", "system", "conversation", "turn"],
  mapping: { inputs: ["prompt"], output: "output" },
  conversational: true,
  matches: (object) =>
    typeof own(object, "instruction") === "string" &&
    Object.hasOwn(object, "output") &&
    !Array.isArray(own(object, "output")),
  rows(object, options) {
    const history = historyTurns(own(object, "history"));
    const number = history.length + 1;
    const question: Turn = { role: "user", text: instructionText(object), calls: [], learnt: true, number };
    const system = cell(own(object, "system"));
    return entriesOf([...history, question], system, cell(own(object, "output")), options).map((entry) => {
      if (isFault(entry)) return entry;
      const { input = null, output = null, conversation = null, turn = null } = entry;
      const last = Number(turn) >= number;
      return {
        prompt: input,
        output,
        instruction: last ? cell(own(object, "instruction")) : null,
        input: last ? cell(own(object, "input")) : null,
        system,
        conversation,
        turn,
      };
    });
  },
});
