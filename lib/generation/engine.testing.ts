/** A ledger and a client in memory for tests of the engine. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatRequest } from "#lib/llm/client.ts";
import type { Failure, FailureClass, Outcome } from "#lib/llm/outcome.ts";
import { answerJudge } from "./answer.ts";
import { startEngine } from "./engine.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { Intent, ResultRow } from "./ledger.ts";

export const price = { inputMicrosPerMtok: 1_000_000, outputMicrosPerMtok: 2_000_000 };
const judge = answerJudge({ kind: "classification", instruction: "", labels: ["yes", "no"], jsonSchema: null });
export const request = (input: string): ChatRequest => ({
  model: "m",
  messages: [{ role: "user", content: input }],
  maxTokens: 10,
  temperature: 0,
});

export const ok = (text = "yes", extra: object = {}): Outcome => ({
  class: "ok",
  id: "",
  text,
  refusal: null,
  finish: "stop",
  usage: { inputTokens: 5, outputTokens: 1, estimated: false },
  logprobs: null,
  raw: text,
  latencyMs: 1,
  ...extra,
});
export const fail = (kind: FailureClass, extra: Partial<Failure> = {}): Outcome => ({
  class: kind,
  message: kind,
  status: null,
  sent: true,
  retryAfterMs: null,
  raw: "",
  latencyMs: 1,
  ...extra,
});

export const okAfter = async (ms: number): Promise<Outcome> => {
  await sleep(ms);
  return ok();
};

/** A ledger in memory that checks what the real one promises. */
function memoryLedger(rows: number) {
  const results = new Map<number, ResultRow>();
  const intents = new Map<number, Intent>();
  let away = 0;
  let mostOpen = 0;
  const guard = () => {
    if (away > 0 && away--) throw Object.assign(new Error("away"), { passing: true });
  };
  return {
    results,
    intents,
    unknown: () => [...intents.keys()].filter((position) => !results.has(position)),
    mostOpen: () => mostOpen,
    goAway: (times: number) => {
      away = times;
    },
    async next(after: number, limit: number) {
      guard();
      const found: { position: number; input: string }[] = [];
      for (let position = after + 1; position <= rows && found.length < limit; position++)
        if (!results.has(position)) found.push({ position, input: `row ${position}` });
      return found;
    },
    async write(stored: ResultRow[], sent: Intent[]) {
      await sleep(1);
      guard();
      for (const result of stored) if (!results.has(result.position)) results.set(result.position, result);
      for (const intent of sent) intents.set(intent.position, intent);
      mostOpen = Math.max(mostOpen, intents.size - results.size);
    },
    async release(positions: number[]) {
      guard();
      for (const position of positions) intents.delete(position);
    },
  };
}

type Behave = (row: number, attempt: number) => Outcome | Promise<Outcome>;
const running: AbortController[] = [];
/** Ends what a failed test left running. */
export function stopAll(): void {
  for (const stop of running.splice(0)) stop.abort("lost");
}

export function start(rows: number, behave: Behave, over: Partial<EngineOptions> = {}) {
  const ledger = memoryLedger(rows);
  const calls = new Map<number, number>();
  const stop = new AbortController();
  running.push(stop);
  const client = {
    chat: async (asked: ChatRequest, signal?: AbortSignal): Promise<Outcome> => {
      const row = Number(asked.messages[0]?.content.slice(4));
      const attempt = (calls.get(row) ?? 0) + 1;
      calls.set(row, attempt);
      await sleep(1);
      const outcome = await Promise.race([
        Promise.resolve(behave(row, attempt)),
        new Promise<Outcome>((resolve) => signal?.addEventListener("abort", () => resolve(fail("cancelled")))),
      ]);
      return outcome;
    },
  };
  const engine = startEngine({
    ledger,
    client,
    concurrency: 8,
    price,
    capMicros: null,
    spentMicros: 0,
    policy: "retry",
    request: (row) => request(row.input),
    judge,
    isPassing: (error) => error instanceof Error && "passing" in error,
    signal: stop.signal,
    drainMs: () => 50,
    readAhead: 20,
    giveUpAfterMs: null,
    pace: 0.002,
    ...over,
  });
  return {
    ledger,
    calls,
    stop,
    engine,
    end: engine.finished,
    repeated: () => [...calls.values()].filter((n) => n > 1).length,
  };
}
