import { AppError } from "#lib/core/errors.ts";
import type { Decision, Outcome } from "#lib/reviews/queue-schema.ts";

type Result = { seq: number; clientId: string; outcome: Outcome; message: string | null };

/** sending: on its way; waiting: tried again by itself; stopped: needs the person, nothing is lost. */
export type OutboxState = {
  pending: number;
  state: "idle" | "sending" | "waiting" | "stopped";
  problem: string | null;
};

type Deps = {
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
  send(decisions: Decision[]): Promise<Result[]>;
  onResults(results: Result[]): void;
  onState(state: OutboxState): void;
  /** calls back after so many ms; returns the way to stop */
  later(run: () => void, ms: number): () => void;
};

const mostAtOnce = 50;
const longestWaitMs = 30_000;

/** What comes by itself: the network is away, the server restarts or is busy. */
function passes(error: unknown): boolean {
  if (!(error instanceof AppError)) return true;
  return error.code === "UPSTREAM" || error.code === "INTERNAL" || error.code === "LIMIT" || error.status >= 500;
}

/**
 * Decisions on their way to the server, in order, one request at a time. They stand in the browser's storage from the moment they are
 * made until the server has answered, so that a reload, a crash or a lost connection loses none; the server knows a decision that comes
 * twice by its client id. Each window writes under a key of its own; what other windows left behind is sent along.
 */
export class Outbox {
  private queue: Decision[] = [];
  private known = new Set<string>();
  private busy = false;
  private atOnce = mostAtOnce;
  private failures = 0;
  private stopTimer: (() => void) | null = null;
  private stopped: string | null = null;
  /** keys of other windows whose decisions were taken over, removed once they are sent */
  private adopted: string[] = [];

  private readonly prefix: string;
  private readonly tab: string;
  private readonly deps: Deps;

  constructor(prefix: string, tab: string, deps: Deps) {
    this.prefix = prefix;
    this.tab = tab;
    this.deps = deps;
    this.adopt();
  }

  /** Items whose decision is not with the server yet. */
  get seqs(): number[] {
    return this.queue.map(({ seq }) => seq);
  }

  add(...decisions: Decision[]): void {
    this.queue.push(...decisions);
    this.write();
    void this.flush();
  }

  /** Sends now what waits. */
  async flush(): Promise<void> {
    if (this.busy) return;
    this.stopTimer?.();
    this.stopTimer = null;
    this.stopped = null;
    this.busy = true;
    while (this.queue.length > 0) {
      const batch = this.queue.slice(0, this.atOnce);
      this.tell("sending");
      try {
        const results = await this.send(batch);
        this.failures = 0;
        if (results === null) continue;
        this.queue = this.queue.slice(batch.length);
        this.write();
        this.deps.onResults(results);
      } catch (error) {
        this.busy = false;
        this.failed(error);
        return;
      }
    }
    this.busy = false;
    this.atOnce = mostAtOnce;
    for (const key of this.adopted.splice(0)) this.deps.storage.removeItem(key);
    this.tell("idle");
  }

  /** One request. What the server cannot even read is told apart by sending one at a time: null asks for that. */
  private async send(batch: Decision[]): Promise<Result[] | null> {
    try {
      return await this.deps.send(batch);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "INVALID") throw error;
      if (batch.length > 1) {
        this.atOnce = 1;
        return null;
      }
      return batch.map(({ seq, clientId }) => ({ seq, clientId, outcome: "invalid", message: error.message }));
    }
  }

  /** Ends the timer; what waits stays in the storage. */
  close(): void {
    this.stopTimer?.();
    this.stopTimer = null;
  }

  private failed(error: unknown): void {
    if (!passes(error)) {
      this.stopped = error instanceof Error ? error.message : "The server refused the decisions.";
      this.tell("stopped");
      return;
    }
    const wait = Math.min(longestWaitMs, 1_000 * 2 ** this.failures++);
    this.stopTimer = this.deps.later(() => void this.flush(), wait);
    this.tell("waiting");
  }

  private tell(state: OutboxState["state"]): void {
    this.deps.onState({ pending: this.queue.length, state, problem: this.stopped });
  }

  private adopt(): void {
    const { storage } = this.deps;
    const keys: string[] = [];
    for (let i = 0; i < storage.length; i++) {
      const key = storage.key(i);
      if (key?.startsWith(`${this.prefix}:`)) keys.push(key);
    }
    for (const key of keys) {
      for (const decision of read(storage.getItem(key))) {
        if (this.known.has(decision.clientId)) continue;
        this.known.add(decision.clientId);
        this.queue.push(decision);
      }
      if (key !== this.ownKey) this.adopted.push(key);
    }
  }

  private get ownKey(): string {
    return `${this.prefix}:${this.tab}`;
  }

  private write(): void {
    try {
      if (this.queue.length === 0) this.deps.storage.removeItem(this.ownKey);
      else this.deps.storage.setItem(this.ownKey, JSON.stringify(this.queue));
    } catch {
      // storage is full or forbidden: what is in memory is still sent
    }
  }
}

/** What stands in the storage, as far as it is what we wrote. */
function read(text: string | null): Decision[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter(isDecision) : [];
  } catch {
    return [];
  }
}

function isDecision(value: unknown): value is Decision {
  const { seq, clientId, action } = Object(value) as Partial<Decision>;
  return Number.isInteger(seq) && typeof clientId === "string" && typeof action === "string";
}
