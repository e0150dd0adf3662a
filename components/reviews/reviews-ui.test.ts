import { describe, expect, it } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import type { Decision, QueueItem } from "#lib/reviews/queue-schema.ts";
import { findLabels } from "./fuzzy.ts";
import { commandOf, keyReader } from "./keys.ts";
import { slotsOf } from "./label-pad.tsx";
import { Outbox, type OutboxState } from "./outbox.ts";
import { currentOf, decide, emptyQueue, move, openSeqs, receive, refuse, undo } from "./queue-state.ts";

describe("findLabels", () => {
  const labels = [
    "card_arrival",
    "card_linking",
    "lost_or_stolen_card",
    "cash_withdrawal_charge",
    "change_pin",
    "pin_blocked",
  ];
  it("finds by beginnings, letters in order, and words in any order", () => {
    expect(findLabels(labels, "pin")[0]).toBe("pin_blocked");
    expect(findLabels(labels, "cwc")[0]).toBe("cash_withdrawal_charge");
    expect(findLabels(labels, "cl")[0]).toBe("card_linking");
    expect(findLabels(labels, "card lost")).toContain("lost_or_stolen_card");
    expect(findLabels(labels, "Card_Arrival")[0]).toBe("card_arrival");
    expect(findLabels(labels, "zzz")).toEqual([]);
    expect(findLabels(labels, " ", 2)).toEqual(["card_arrival", "card_linking"]);
  });
  it("treats signs of patterns as signs", () => {
    expect(findLabels(["a(b", "[x]", "(a+)+$"], "(a+)+$")).toEqual(["(a+)+$"]);
  });
});

const item = (seq: number): QueueItem => ({
  seq,
  position: seq,
  input: `row ${seq}`,
  cut: false,
  current: "a",
  gold: "a",
  teacher: null,
  student: null,
  confidence: null,
  reasons: [],
  remark: "",
  suggested: null,
  doubt: 0,
  copies: 1,
});
let made = 0;
const newId = () => `client-id-${++made}`;

describe("the queue of a person", () => {
  const start = receive(emptyQueue, [item(1), item(2), item(3)], []);

  it("goes on with each decision, back without changing it, and decides anew by taking back", () => {
    const first = decide(start, { action: "accept" }, "", 700, newId);
    expect(currentOf(first.state)?.item.seq).toBe(2);
    expect(first.send).toMatchObject([{ seq: 1, action: "accept", tookMs: 700 }]);
    const back = move(first.state, -1);
    expect(currentOf(back)).toMatchObject({ item: { seq: 1 }, done: { action: "accept" } });
    const again = decide(back, { action: "correct", answer: "b" }, "sure", 10, newId);
    expect(again.send).toMatchObject([
      { seq: 1, action: "undo" },
      { seq: 1, action: "correct", answer: "b", comment: "sure" },
    ]);
    expect(currentOf(again.state)?.item.seq).toBe(2);
  });

  it("undoes the last decision, wherever one is", () => {
    const two = decide(
      decide(start, { action: "accept" }, "", 0, newId).state,
      { action: "reject" },
      "",
      0,
      newId,
    ).state;
    const once = undo(move(move(two, -1), -1), newId);
    expect(once.send).toMatchObject([{ seq: 2, action: "undo" }]);
    expect(currentOf(once.state)).toMatchObject({ item: { seq: 2 }, done: null });
    const twice = undo(once.state, newId);
    expect(twice.send).toMatchObject([{ seq: 1, action: "undo" }]);
    expect(undo(twice.state, newId).send).toEqual([]);
  });

  it("drops what became somebody else's, but nothing decided, and takes no item twice", () => {
    const one = decide(start, { action: "accept" }, "", 0, newId).state;
    const next = receive(one, [item(3), item(4)], [1, 2]);
    expect(next.entries.map((entry) => entry.item.seq)).toEqual([1, 3, 4]);
    expect(currentOf(next)?.item.seq).toBe(3);
    expect(openSeqs(next)).toEqual([3, 4]);
  });

  it("opens a row again whose decision was refused", () => {
    const { state, send } = decide(start, { action: "correct", answer: "x" }, "", 0, newId);
    const refused = refuse(state, new Set(send.map(({ clientId }) => clientId)));
    expect(openSeqs(refused)).toEqual([1, 2, 3]);
    expect(currentOf(refused)?.item.seq).toBe(2);
  });

  it("has nothing to decide behind the last row", () => {
    expect(decide(emptyQueue, { action: "accept" }, "", 0, newId)).toEqual({ state: emptyQueue, send: [] });
  });
});

/** Storage, network and clock that the test moves. */
function bench(tab = "tab-one", storage = memory()) {
  const sent: Decision[][] = [];
  const states: OutboxState[] = [];
  const timers: { run: () => void; ms: number }[] = [];
  const answers: (Error | null)[] = [];
  const refusedResults: string[] = [];
  const outbox = new Outbox("review:r:u", tab, {
    storage,
    send: async (decisions) => {
      sent.push(decisions);
      const fault = answers.shift();
      if (fault) throw fault;
      return decisions.map(({ seq, clientId }) => ({ seq, clientId, outcome: "stored" as const, message: null }));
    },
    onResults: (results) => refusedResults.push(...results.map(({ clientId }) => clientId)),
    onState: (state) => states.push(state),
    later: (run, ms) => {
      timers.push({ run, ms });
      return () => undefined;
    },
  });
  return { outbox, sent, states, timers, answers, storage, confirmed: refusedResults };
}

function memory() {
  const map = new Map<string, string>();
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
    key: (at: number) => [...map.keys()][at] ?? null,
    get length() {
      return map.size;
    },
  };
}

const decision = (seq: number): Decision => ({
  seq,
  clientId: `decision-${seq}`,
  action: "accept",
  answer: null,
  comment: "",
  tookMs: 1,
});

describe("the outbox", () => {
  it("keeps order and sends what came meanwhile in one go", async () => {
    const { outbox, sent, storage } = bench();
    outbox.add(decision(1));
    outbox.add(decision(2));
    outbox.add(decision(3));
    expect(storage.length).toBe(1);
    await expect.poll(() => storage.length).toBe(0);
    expect(sent.map((batch) => batch.map(({ seq }) => seq))).toEqual([[1], [2, 3]]);
  });

  it("loses nothing when the network is away: waits longer each time and sends the same again", async () => {
    const { outbox, sent, timers, answers, storage, states } = bench();
    answers.push(new TypeError("fetch failed"), new AppError("INTERNAL", "x"));
    outbox.add(decision(1));
    await expect.poll(() => timers.length).toBe(1);
    expect(storage.length).toBe(1);
    expect(states.at(-1)).toMatchObject({ pending: 1, state: "waiting" });
    timers[0]?.run();
    await expect.poll(() => timers.length).toBe(2);
    timers[1]?.run();
    await expect.poll(() => storage.length).toBe(0);
    expect(timers.map(({ ms }) => ms)).toEqual([1_000, 2_000]);
    expect(sent.map((batch) => batch[0]?.clientId)).toEqual(["decision-1", "decision-1", "decision-1"]);
  });

  it("is not held up by one decision that the server cannot read", async () => {
    const { outbox, sent, answers, storage, confirmed, timers } = bench();
    const unreadable = new AppError("INVALID", "answer: too long");
    answers.push(new TypeError("away"));
    outbox.add(decision(1));
    outbox.add(decision(2));
    await expect.poll(() => timers.length).toBe(1);
    answers.push(unreadable, null, unreadable);
    await outbox.flush();
    expect(storage.length).toBe(0);
    expect(sent.map((batch) => batch.length)).toEqual([1, 2, 1, 1]);
    expect(confirmed).toEqual(["decision-1", "decision-2"]);
  });

  it("stops where a person is needed and keeps the decisions for the next visit", async () => {
    const { outbox, answers, states, timers, storage } = bench();
    answers.push(new AppError("UNAUTHENTICATED", "Sign in first."));
    outbox.add(decision(1));
    await expect.poll(() => states.at(-1)?.state).toBe("stopped");
    expect(timers).toEqual([]);
    // a new window finds them, and a broken entry of another hand does not stop it
    storage.setItem("review:r:u:other", "{not json");
    storage.setItem("review:r:someone-else:tab", JSON.stringify([decision(9)]));
    const later = bench("tab-two", storage);
    expect(later.outbox.seqs).toEqual([1]);
    await later.outbox.flush();
    expect(later.sent.flat().map(({ seq }) => seq)).toEqual([1]);
    expect(storage.length).toBe(1);
  });
});

describe("slotsOf", () => {
  const many = Array.from({ length: 77 }, (_, at) => `label_${at}`);
  it("keeps few labels in their order, whatever is used", () => {
    expect(slotsOf(["b", "a"], ["a", "a"])).toEqual(["b", "a"]);
  });
  it("gives used labels a digit that they keep; the one unused longest is given away", () => {
    expect(slotsOf(many, [])).toEqual([]);
    const nine = many.slice(10, 19);
    expect(slotsOf(many, [...nine, "label_11"])).toEqual(nine);
    const ten = slotsOf(many, [...nine, "label_10", "label_70"]);
    expect(ten[0]).toBe("label_10");
    expect(ten[1]).toBe("label_70");
    expect(ten).toHaveLength(9);
  });
});

describe("commandOf", () => {
  const press = (key: string, more: object = {}) =>
    commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
  it("has one key for each thing", () => {
    expect(["a", "r", "c", "n", "j", "k", "u", "?"].map((key) => press(key)?.does)).toEqual([
      "accept",
      "reject",
      "comment",
      "next",
      "next",
      "back",
      "undo",
      "help",
    ]);
    expect(press("3")).toEqual({ does: "pick", digit: 3 });
    expect(press("M", { shiftKey: true })).toEqual({ does: "find", typed: "m" });
    expect(press("/")).toEqual({ does: "find", typed: "" });
  });
  it("leaves g and the key after it to the shell, for a moment", () => {
    const read = keyReader();
    const at = (key: string, timeStamp: number) =>
      read({ key, timeStamp, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false })?.does ?? null;
    expect([at("g", 5_000), at("r", 5_400), at("r", 5_500)]).toEqual([null, null, "reject"]);
    expect([at("g", 9_000), at("r", 10_500)]).toEqual([null, "reject"]);
    expect(at("a", 0)).toBe("accept");
  });
  it("leaves the browser's own keys alone", () => {
    expect(press("a", { ctrlKey: true })).toBeNull();
    expect(press("r", { metaKey: true })).toBeNull();
    expect(press("Tab")).toBeNull();
    expect(press("0")).toBeNull();
  });
});
