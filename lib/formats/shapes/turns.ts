import type { Call } from "./content.ts";
import type { ShapeFault, ShapeOptions, ShapeRow } from "./shape.ts";
import { filled } from "./values.ts";

export type Role = "system" | "user" | "assistant" | "tool";

/** One turn of a conversation. `learnt` false: context only (weight 0). `number` is its place in the file's list, from 1. */
export type Turn = { role: Role; text: string; calls: readonly Call[]; learnt: boolean; number: number };

export type Conversation = { turns: readonly Turn[]; system?: string | null; tools: string | null };

/** Columns of every shape that holds conversations. */
export const conversationColumns = ["input", "output", "system", "conversation", "tools", "turn"] as const;

/** Most text that the rows of one conversation may hold together, in characters: a long one repeats its beginning in every row. */
const maxRowsText = 32 * 1024 * 1024;

const labels: { [role in Role]: string } = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" };

/**
 * What a turn says. Tool calls are one line of canonical JSON, `{"tool_calls":[{"name":"…","arguments":{…}}]}`, with `content`
 * before them where the model also said something: the same call is always the same text.
 */
function turnText(turn: Pick<Turn, "text" | "calls">): string {
  if (turn.calls.length === 0) return turn.text;
  const content = filled(turn.text) ? `"content":${JSON.stringify(turn.text)},` : "";
  return `{${content}"tool_calls":[${turn.calls.join(",")}]}`;
}

function isEmpty(turn: Turn): boolean {
  return turn.calls.length === 0 && !filled(turn.text);
}

function jsonOf(turns: readonly Turn[]): string {
  const parts = turns.map((turn) => {
    const calls = turn.calls.length > 0 ? `,"tool_calls":[${turn.calls.join(",")}]` : "";
    return `{"role":"${turn.role}","content":${JSON.stringify(turn.text)}${calls}}`;
  });
  return `[${parts.join(",")}]`;
}

type Split = { system: string | null; body: readonly Turn[] };

/** System turns at the beginning are the system prompt; later ones stay where they are. */
function split({ turns, system = null }: Conversation): Split {
  const first = turns.findIndex((turn) => turn.role !== "system");
  const end = first === -1 ? turns.length : first;
  const prompts = [system, ...turns.slice(0, end).map((turn) => turn.text)].filter(
    (text) => text !== null && filled(text),
  );
  return { system: prompts.length > 0 ? prompts.join("\n\n") : null, body: turns.slice(end) };
}

/**
 * A row that answers to `context`. One user turn is the input as it is; more turns are written out plainly, one paragraph each
 * ("User: …", "Assistant: …", "Tool: …"), because an answer within a conversation is no answer to its last question alone. They stand as JSON
 * in `conversation` too. Empty turns are left out.
 */
function rowOf(context: readonly Turn[], answer: Turn | null, system: string | null, tools: string | null): ShapeRow {
  const said = context.filter((turn) => !isEmpty(turn));
  const [only] = said;
  const single = said.length === 1 && only?.role === "user" && only.calls.length === 0;
  return {
    input: single ? only.text : said.map((turn) => `${labels[turn.role]}: ${turnText(turn)}`).join("\n\n"),
    output: answer ? turnText(answer) : null,
    system,
    conversation: single ? null : jsonOf(said),
    tools,
    turn: String(answer?.number ?? context.at(-1)?.number ?? 0),
  };
}

/** The conversation up to its last user turn as an input without an answer, or why there is none. */
export function questionRow(conversation: Conversation): ShapeRow | ShapeFault {
  const { system, body } = split(conversation);
  const last = body.findLastIndex((turn) => turn.role === "user" && !isEmpty(turn));
  if (last === -1) return { code: "missing_input", reason: "The conversation has no user turn." };
  return rowOf(body.slice(0, last + 1), null, system, conversation.tools);
}

function emptyTurn(turn: Turn): ShapeFault | null {
  if (!isEmpty(turn)) return null;
  if (turn.role === "user") return { code: "missing_input", reason: `Turn ${turn.number} (user) is empty.` };
  if (turn.role !== "assistant" || !turn.learnt) return null;
  return { code: "missing_output", reason: `Turn ${turn.number} (assistant) is empty.` };
}

function nothingLearnt(body: readonly Turn[]): ShapeFault {
  const answers = body.filter((turn) => turn.role === "assistant");
  if (answers.length === 0) return { code: "missing_output", reason: "The conversation has no assistant turn." };
  const weightless = answers.every((turn) => !turn.learnt);
  if (weightless) return { code: "skipped", reason: "Every assistant turn has weight 0: nothing is to be learnt." };
  return { code: "missing_input", reason: "No assistant turn answers a user turn." };
}

/** Rows of the answers at `chosen`, as far as their text together stays within bounds. */
function rowsOf(
  body: readonly Turn[],
  chosen: readonly number[],
  make: (at: number) => ShapeRow,
): (ShapeRow | ShapeFault)[] {
  const before: number[] = [0];
  for (const turn of body) before.push((before.at(-1) ?? 0) + turnText(turn).length + 50);
  const rows: (ShapeRow | ShapeFault)[] = [];
  let used = 0;
  for (const [done, at] of chosen.entries()) {
    // the context stands in `input` and in `conversation`
    used += 2 * (before[at] ?? 0);
    if (used > maxRowsText && done > 0) {
      const reason = `The conversation is too long for a row per answer; ${chosen.length - done} later answers were left out.`;
      return [...rows, { code: "too_long", reason }];
    }
    rows.push(make(at));
  }
  return rows;
}

/**
 * Rows of a conversation: its last answer, or each. Empty turns are always reported; an answer is learnt where its weight is not 0 and a
 * user turn that says something stands before it. Without an answer it is a row only when `unlabelled` inputs are wanted.
 */
export function conversationRows(conversation: Conversation, options: ShapeOptions): (ShapeRow | ShapeFault)[] {
  const { system, body } = split(conversation);
  const faults = body.map(emptyTurn).filter((fault) => fault !== null);
  const asked = body.findIndex((turn) => turn.role === "user" && !isEmpty(turn));
  const learnable = [...body.keys()].filter((at) => {
    const turn = body[at];
    const previous = body[at - 1];
    const unasked = previous?.role === "user" && isEmpty(previous);
    return turn?.role === "assistant" && turn.learnt && !isEmpty(turn) && asked !== -1 && at > asked && !unasked;
  });
  if (learnable.length === 0) {
    const openEnd = body.findLast((turn) => !isEmpty(turn))?.role === "user";
    if (options.unlabelled && openEnd) return [questionRow(conversation)];
    return faults.length > 0 ? faults : [nothingLearnt(body)];
  }
  const chosen = options.turns === "each" ? learnable : learnable.slice(-1);
  const make = (at: number) => rowOf(body.slice(0, at), body[at] ?? null, system, conversation.tools);
  return [...rowsOf(body, chosen, make), ...faults];
}
