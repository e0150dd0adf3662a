import type { Decision, QueueItem } from "#lib/reviews/queue-schema.ts";

/** What a person did with an item, as it is sent. */
export type Done = Pick<Decision, "action" | "answer" | "comment" | "clientId"> & {
  /** counts up, so that the last one can be undone wherever the person is now */
  order: number;
};
export type Entry = { item: QueueItem; done: Done | null };

/** The rows behind, in front of and ahead of a person. */
export type QueueState = {
  entries: readonly Entry[];
  /** the row in front; `entries.length` while none is there */
  at: number;
  order: number;
};

export type Command = Pick<Decision, "action"> & { action: "accept" | "correct" | "reject" | "skip"; answer?: string };

/** Rows behind that can still be gone back to. */
const mostBehind = 300;

export const emptyQueue: QueueState = { entries: [], at: 0, order: 0 };

export const currentOf = (state: QueueState): Entry | null => state.entries[state.at] ?? null;

/** Items in hand without a decision. */
export const openSeqs = (state: QueueState): number[] =>
  state.entries.filter(({ done }) => done === null).map(({ item }) => item.seq);

type Step = { state: QueueState; send: Decision[] };

function decisionOf(item: QueueItem, done: Omit<Done, "order">, tookMs: number): Decision {
  const { action, answer, comment, clientId } = done;
  return {
    seq: item.seq,
    action,
    answer,
    comment,
    clientId,
    tookMs: Math.min(86_400_000, Math.max(0, Math.round(tookMs))),
  };
}

const undoOf = (item: QueueItem, clientId: string): Decision => ({
  seq: item.seq,
  action: "undo",
  answer: null,
  comment: "",
  clientId,
  tookMs: 0,
});

function replace(state: QueueState, at: number, entry: Entry): readonly Entry[] {
  return state.entries.map((old, index) => (index === at ? entry : old));
}

/** Decides the row in front and goes to the next one. A row that was decided before is first taken back. */
export function decide(
  state: QueueState,
  command: Command,
  comment: string,
  tookMs: number,
  newId: () => string,
): Step {
  const entry = currentOf(state);
  if (!entry) return { state, send: [] };
  const send = entry.done ? [undoOf(entry.item, newId())] : [];
  const order = state.order + 1;
  const made = { action: command.action, answer: command.answer ?? null, comment, clientId: newId() };
  const entries = replace(state, state.at, { item: entry.item, done: { ...made, order } });
  const extra = Math.max(0, state.at + 1 - mostBehind);
  return {
    state: { entries: entries.slice(extra), at: state.at + 1 - extra, order },
    send: [...send, decisionOf(entry.item, made, tookMs)],
  };
}

/** Back to the row before, or on to the next one where the row in front is decided already. */
export function move(state: QueueState, step: -1 | 1): QueueState {
  const at = Math.min(state.entries.length, Math.max(0, state.at + step));
  return at === state.at ? state : { ...state, at };
}

/** Takes the last decision back and puts its row in front. */
export function undo(state: QueueState, newId: () => string): Step {
  let last = -1;
  for (const [index, { done }] of state.entries.entries()) {
    if (done && done.order > (state.entries[last]?.done?.order ?? 0)) last = index;
  }
  const entry = state.entries[last];
  if (!entry) return { state, send: [] };
  return {
    state: { ...state, entries: replace(state, last, { item: entry.item, done: null }), at: last },
    send: [undoOf(entry.item, newId())],
  };
}

/** Puts further items at the end, and takes away those that became somebody else's while nobody had decided them here. */
export function receive(state: QueueState, items: readonly QueueItem[], lost: readonly number[]): QueueState {
  const gone = new Set(lost);
  const keeps = (entry: Entry) => entry.done !== null || !gone.has(entry.item.seq);
  const before = state.entries.slice(0, state.at).filter(keeps);
  const after = state.entries.slice(state.at).filter(keeps);
  const known = new Set([...before, ...after].map(({ item }) => item.seq));
  const fresh = items.filter(({ seq }) => !known.has(seq)).map((item) => ({ item, done: null }));
  return { ...state, entries: [...before, ...after, ...fresh], at: before.length };
}

/** A decision that the server refused: the row is open again, where it stands. */
export function refuse(state: QueueState, clientIds: ReadonlySet<string>): QueueState {
  return {
    ...state,
    entries: state.entries.map((entry) =>
      entry.done && clientIds.has(entry.done.clientId) ? { item: entry.item, done: null } : entry,
    ),
  };
}
