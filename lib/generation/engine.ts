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
import type { ChatRequest } from "#lib/llm/client.ts";
import type { Answer, Failure } from "#lib/llm/outcome.ts";
import { costMicros } from "#lib/llm/price.ts";
import { decide, endpointFaults, fatalClasses } from "./decide.ts";
import { type Engine, type EngineEnd, type EngineOptions, mostMicros } from "./engine-options.ts";
import { endpointHealth, fullJitter } from "./health.ts";
import { createIntake } from "./intake.ts";
import type { PendingRow, ResultRow } from "./ledger.ts";
import { createMeter } from "./meter.ts";
import { patient } from "./patient-ledger.ts";
import { repeatedIds } from "./repeated-ids.ts";

/** A row between its intent and its result. */
type Slot = {
  row: PendingRow;
  request: ChatRequest;
  /** most that one call can cost by our own count, and what is set aside for it; micro-dollars */
  most: number;
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

  const intake = createIntake(
    ledger,
    options.readAhead,
    () => pump(),
    (error) => crash(error),
  );
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
    if (slot.most > 0) surprise = Math.max(surprise, cost / slot.most);
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
    if (slot.failedAt === 0) {
      slot.failedAt = now();
      slot.answersBefore = meter.answers();
    }
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
    for (let row = intake.peek(); row && slots.length < room; row = intake.peek()) {
      const request = options.request(row);
      const most = mostMicros(request, price);
      const aside = Math.ceil(most * surprise);
      if (meter.spentMicros() + reserved + aside > cap) {
        // Answers usually cost less than reserved: wait for those under way before calling the budget spent.
        if (open === 0 && slots.length === 0) stop ??= { end: "budget" };
        break;
      }
      intake.take();
      reserved += aside;
      const blank = { attempts: 0, strikes: 0, failedAt: 0, answersBefore: 0, extra: 0 };
      slots.push({ row, request, most, reserved: aside, ...blank });
    }
    return slots;
  }

  function write(): void {
    if (writing) return;
    const left = intake.left();
    // What finds a free slot is sent at once; of the rest a quarter of the concurrency may wait committed.
    const slotsFree = Math.max(0, health.room() - inFlight);
    const fill = stop ? 0 : Math.min(left, mostOpen - open + answered.length, slotsFree + ahead - ready.length);
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

  /** Looks at everything that may go on now. Cheap: called after every event. */
  function pump(): void {
    if (over || settling) return;
    if (!stop && options.giveUpAfterMs !== null && health.downMs() > options.giveUpAfterMs) {
      const message = health.state().message ?? "The endpoint does not answer.";
      stop = { end: "fatal", class: "unreachable", message };
    }
    if (!stop) {
      intake.fill();
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
    else if (idle && intake.drained() && ready.length + waiting.size === 0) finish({ end: "done" });
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
