/**
 * Sends the rows of a run to a teacher and stores what comes back. Knows neither Prisma nor the run: ledger and client are given,
 * so that it can be tested and benchmarked alone.
 *
 * Every row passes: pending (read ahead) -> intended (committed to the ledger) -> in flight -> answered -> stored. Rows between
 * intent and result are what a crash leaves unknown; there are never more than 1.25 x concurrency of them. One ledger write at a
 * time takes the answers that came in and the intents that follow them, in one transaction, so each write costs one commit, and
 * a new intent takes the place of a stored answer without ever exceeding the bound.
 */
import { performance } from "node:perf_hooks";
import type { ChatClient, ChatRequest } from "#lib/llm/client.ts";
import type { Answer, Failure, FailureClass } from "#lib/llm/outcome.ts";
import { costMicros, type Price } from "#lib/llm/price.ts";
import { tokenCeiling } from "#lib/llm/tokens.ts";
import type { Judged } from "./answer.ts";
import { decide, endpointFaults, fatalClasses } from "./decide.ts";
import { endpointHealth, fullJitter } from "./health.ts";
import type { Ledger, PendingRow, ResultRow } from "./ledger.ts";
import { createMeter, type Meter } from "./meter.ts";
import { patient } from "./patient-ledger.ts";
import { repeatedIds } from "./repeated-ids.ts";

export type EngineOptions = {
  ledger: Ledger;
  client: Pick<ChatClient, "chat">;
  /** requests in flight at most */
  concurrency: number;
  price: Price;
  /** hard limit in micro-dollars for the whole run, or null */
  capMicros: number | null;
  /** already spent by this run, unknown answers counted at their reservation */
  spentMicros: number;
  /** what becomes of a row whose answer is unknown after a time-out or a broken connection */
  policy: "retry" | "hold";
  request(row: PendingRow): ChatRequest;
  judge(answer: Answer): Judged;
  /** whether a ledger error means "away, try again" */
  isPassing(error: unknown): boolean;
  /** stops the engine; calls in flight get `drainMs()` to come back. With reason "lost" nothing is written any more */
  signal: AbortSignal;
  drainMs(): number;
  /** rows read ahead at a time */
  readAhead: number;
  /** end as `fatal` when the endpoint has not answered for so long; null: wait for ever */
  giveUpAfterMs: number | null;
  /** scales the waits between attempts; tests go faster */
  pace?: number;
};

/** `done`: every row has a result. `stopped`: by the signal. The others wait for a person. */
export type EngineEnd =
  | { end: "done" | "stopped" | "budget" }
  | { end: "funds"; message: string }
  | { end: "fatal"; class: FailureClass; message: string };

export type Engine = { finished: Promise<EngineEnd>; meter: Meter };

/** A row between its intent and its result. */
type Slot = {
  row: PendingRow;
  request: ChatRequest;
  reserved: number;
  attempts: number;
  strikes: number;
  /** when the row first failed, and how many answers the endpoint had given by then */
  failedAt: number;
  answersBefore: number;
  /** charged for attempts whose answer is unknown or useless */
  extra: number;
};

const flushAfterMs = 50;
/** A row that fails for so long is given up even when there are no other rows that could show the endpoint at work. */
const patienceMs = 11 * 60_000;

/** What a request can cost at the most: a token per byte of the prompt, and an answer as long as allowed. */
export function mostMicros(request: ChatRequest, price: Price): number {
  const format = request.responseFormat ? JSON.stringify(request.responseFormat).length : 0;
  const bytes = request.messages.reduce((sum, message) => sum + Buffer.byteLength(message.content), format);
  return costMicros(price, tokenCeiling(bytes, request.messages.length), request.maxTokens);
}

/** Starts at once. `finished` rejects only for errors that waiting does not cure: a lost claim, a wrong statement. */
export function startEngine(options: EngineOptions): Engine {
  const { client, concurrency, price, policy, signal, pace = 1 } = options;
  const now = () => performance.now();
  const cap = options.capMicros ?? Number.POSITIVE_INFINITY;
  const mostOpen = Math.max(concurrency + 1, Math.floor(concurrency * 1.25));
  const ahead = Math.max(1, concurrency >> 2);
  const batch = Math.max(1, concurrency >> 3);
  const health = endpointHealth(concurrency, now, pace);
  const meter = createMeter(now, () => health.state());
  const repeats = repeatedIds(4 * mostOpen);
  const ledger = patient(options.ledger, { isPassing: options.isPassing, away: meter.databaseAway, over: () => over });
  meter.spend(options.spentMicros);

  const pending: PendingRow[] = [];
  let taken = 0;
  let cursor = 0;
  let reading = false;
  let exhausted = false;
  let ready: Slot[] = [];
  const waiting = new Map<Slot, NodeJS.Timeout>();
  let inFlight = 0;
  let answered: ResultRow[] = [];
  let firstAnswerAt = 0;
  let writing = false;
  /** rows with an intent and no stored result */
  let open = 0;
  /** what those that are not answered yet may still cost, micro-dollars */
  let reserved = 0;
  /** actual over reserved cost, where an endpoint adds to our prompt */
  let surprise = 1;
  let stop: EngineEnd | null = null;
  let settling = false;
  let over = false;
  let wake: NodeJS.Timeout | undefined;
  let drain: NodeJS.Timeout | undefined;
  const calls = new AbortController();
  const { promise: finished, resolve, reject } = Promise.withResolvers<EngineEnd>();

  function close(): boolean {
    if (over) return false;
    over = true;
    clearTimeout(wake);
    clearTimeout(drain);
    for (const timer of waiting.values()) clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    return true;
  }
  function finish(end: EngineEnd): void {
    if (close()) resolve(end);
  }
  function crash(error: unknown): void {
    calls.abort();
    if (close()) reject(error);
  }
  function onAbort(): void {
    if (signal.reason === "lost") {
      calls.abort();
      finish({ end: "stopped" });
      return;
    }
    stop ??= { end: "stopped" };
    drain = setTimeout(() => calls.abort(), options.drainMs());
    pump();
  }

  function send(slot: Slot): void {
    slot.attempts++;
    meter.inFlight(++inFlight);
    client.chat(slot.request, calls.signal).then((outcome) => {
      meter.inFlight(--inFlight);
      if (over) return;
      if (outcome.class === "ok") takeAnswer(slot, outcome);
      else takeFailure(slot, outcome);
      pump();
    }, crash);
  }

  function takeAnswer(slot: Slot, answer: Answer): void {
    health.ok();
    meter.answer(answer.latencyMs);
    if (repeats(answer.id, slot.row.position)) {
      const message =
        "The endpoint gave this row the answer of another one (same completion id): is there a cache in between?";
      const { raw, latencyMs } = answer;
      takeFailure(slot, {
        class: "invalid_response",
        message,
        status: 200,
        sent: true,
        retryAfterMs: null,
        raw,
        latencyMs,
      });
      return;
    }
    const { inputTokens, outputTokens, estimated } = answer.usage;
    const cost = costMicros(price, inputTokens, outputTokens);
    if (cost > slot.reserved && slot.reserved > 0) surprise *= cost / slot.reserved;
    const { status, answer: label, error } = options.judge(answer);
    const { raw, latencyMs } = answer;
    store(slot, cost, { status, answer: label, raw, error, inputTokens, outputTokens, estimated, latencyMs });
  }

  function takeFailure(slot: Slot, failure: Failure): void {
    meter.failure(failure.class);
    if (fatalClasses.has(failure.class)) stop ??= { end: "fatal", class: failure.class, message: failure.message };
    if (failure.class === "needs_funds") stop ??= { end: "funds", message: failure.message };
    if (failure.class === "rate_limited") health.limited(failure.retryAfterMs);
    else if (endpointFaults.has(failure.class)) health.failed(failure.message);
    else if (failure.class === "bad_request") health.ok();
    if (slot.failedAt === 0) Object.assign(slot, { failedAt: now(), answersBefore: meter.answers() });
    const othersAnswered = meter.answers() > slot.answersBefore || now() - slot.failedAt > patienceMs;
    const seen = { strikes: slot.strikes, reservedMicros: slot.reserved, othersAnswered };
    const verdict = decide(failure, seen, policy);
    if (verdict.do === "requeue") ready.unshift(slot);
    else if (verdict.do === "unknown") giveBack(slot, slot.reserved);
    else if (verdict.do === "again") again(slot, verdict.chargeMicros);
    else {
      const { raw, message: error, latencyMs } = failure;
      const estimated = verdict.chargeMicros > 0;
      const none = { answer: null, inputTokens: 0, outputTokens: 0, estimated };
      store(slot, verdict.chargeMicros, { status: verdict.status, raw, error, latencyMs, ...none });
    }
  }

  function again(slot: Slot, charge: number): void {
    slot.extra += charge;
    meter.spend(charge);
    if (meter.spentMicros() + reserved > cap) {
      stop ??= { end: "budget" };
      giveBack(slot, 0);
      return;
    }
    meter.retry();
    // While the endpoint is down one probe at a time decides for all rows: none of them is to blame or to wait longer.
    if (health.state().state === "down") {
      ready.push(slot);
      return;
    }
    slot.strikes++;
    const back = () => {
      waiting.delete(slot);
      ready.push(slot);
      pump();
    };
    waiting.set(slot, setTimeout(back, pace * fullJitter(500, 30_000, slot.strikes)));
  }

  /** The intent stays without a result: the row is unknown until the next claim deals with it. */
  function giveBack(slot: Slot, charge: number): void {
    meter.unknown();
    meter.spend(charge);
    open--;
    reserved -= slot.reserved;
  }

  function store(slot: Slot, cost: number, result: Omit<ResultRow, "position" | "costMicros" | "attempts">): void {
    if (answered.length === 0) firstAnswerAt = now();
    answered.push({ position: slot.row.position, costMicros: cost + slot.extra, attempts: slot.attempts, ...result });
    meter.spend(cost);
    meter.result(result.status);
    reserved -= slot.reserved;
  }

  /** Takes pending rows that fit under the cap: spent + reserved never exceeds it, even when every answer is as long as allowed. */
  function intend(room: number): Slot[] {
    const slots: Slot[] = [];
    for (; slots.length < room && taken < pending.length; taken++) {
      const row = pending[taken];
      if (!row) break;
      const request = options.request(row);
      const most = Math.ceil(mostMicros(request, price) * surprise);
      if (meter.spentMicros() + reserved + most > cap) {
        // Answers usually cost less than reserved: wait for those under way before calling the budget spent.
        if (open === 0 && slots.length === 0) stop ??= { end: "budget" };
        break;
      }
      reserved += most;
      slots.push({ row, request, reserved: most, attempts: 0, strikes: 0, failedAt: 0, answersBefore: 0, extra: 0 });
    }
    if (taken === pending.length || taken > 1_024) {
      pending.splice(0, taken);
      taken = 0;
    }
    return slots;
  }

  function write(): void {
    if (writing) return;
    const left = pending.length - taken;
    const fill = stop ? 0 : Math.min(left, mostOpen - open + answered.length, ahead - ready.length);
    const due = answered.length > 0 && (stop !== null || left === 0 || now() - firstAnswerAt >= flushAfterMs);
    const starving = fill > 0 && ready.length === 0;
    if (!due && !starving && answered.length < batch && fill < batch) return;
    const slots = fill > 0 ? intend(fill) : [];
    if (slots.length === 0 && answered.length === 0) return;
    const results = answered;
    answered = [];
    writing = true;
    open += slots.length;
    const intents = slots.map((slot) => ({ position: slot.row.position, reservedMicros: slot.reserved }));
    ledger.write(results, intents).then(() => {
      writing = false;
      open -= results.length;
      meter.stored(results.length);
      for (const slot of slots) ready.push(slot);
      pump();
    }, crash);
  }

  function read(): void {
    if (reading || exhausted || pending.length - taken > options.readAhead / 2) return;
    reading = true;
    ledger.next(cursor, options.readAhead).then((rows) => {
      reading = false;
      for (const row of rows) pending.push(row);
      cursor = rows.at(-1)?.position ?? cursor;
      exhausted = rows.length < options.readAhead;
      pump();
    }, crash);
  }

  /** Looks at everything that may go on now. Cheap: called after every event. */
  function pump(): void {
    if (over || settling) return;
    if (!stop && options.giveUpAfterMs !== null && health.downMs() > options.giveUpAfterMs) {
      const message = health.state().message ?? "The endpoint does not answer.";
      stop = { end: "fatal", class: "unreachable", message };
    }
    if (!stop) {
      read();
      const room = health.room();
      let sent = 0;
      for (; sent < ready.length && inFlight < room; sent++) {
        const slot = ready[sent];
        if (slot) send(slot);
      }
      if (sent > 0) ready = ready.slice(sent);
    }
    write();
    clearTimeout(wake);
    const idle = inFlight === 0 && !writing && answered.length === 0;
    if (idle && stop) settle(stop).then(finish, crash);
    else if (idle && exhausted && pending.length === taken && ready.length + waiting.size === 0)
      finish({ end: "done" });
    else wake = setTimeout(pump, Math.min(flushAfterMs, health.waitMs() || flushAfterMs));
  }

  /** What was intended and certainly not answered goes back, so that a clean stop leaves no unknown row. */
  async function settle(end: EngineEnd): Promise<EngineEnd> {
    settling = true;
    const left = [...ready, ...waiting.keys()];
    for (const slot of left) if (slot.extra > 0) meter.unknown();
    const unsent = left.filter((slot) => slot.extra === 0).map((slot) => slot.row.position);
    if (unsent.length > 0) await ledger.release(unsent);
    return end;
  }

  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  else pump();
  return { finished, meter };
}
