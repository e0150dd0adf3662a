/** How an endpoint does, seen from the calls of one run: how many requests it may have in flight now, and when to look again. */
export type EndpointHealth = {
  ok(): void;
  /** HTTP 429: everything waits, for as long as the endpoint said or for a jittered, growing time */
  limited(retryAfterMs: number | null): void;
  /** a failure of the endpoint rather than of a row */
  failed(message: string): void;
  /** requests that may be in flight; 0 while it must be left alone, 1 to probe it */
  room(): number;
  /** ms until `room` grows by itself; 0 when it does not */
  waitMs(): number;
  state(): { state: "ok" | "throttled" | "down"; message: string | null };
  /** ms since the endpoint last answered although it was asked; 0 while it answers */
  downMs(): number;
};

const longestBackoffMs = 30_000;

/** Full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015): uniform in 0..min(cap, base * 2^n), ms. */
export function fullJitter(baseMs: number, capMs: number, n: number): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(n, 30));
}

/**
 * Window halves at every 429 and grows by a quarter per answer, up to `concurrency`. A circuit opens when so many calls in a row
 * failed that it cannot be chance; it is probed by one call at a time until one succeeds. `now` is monotonic, ms; `pace` scales waits that nobody asked for.
 */
export function endpointHealth(concurrency: number, now: () => number, pace = 1): EndpointHealth {
  const enough = Math.min(20, Math.max(5, concurrency));
  let window = concurrency;
  let pausedUntil = 0;
  let throttles = 0;
  let failures = 0;
  let probes = 0;
  let downSince: number | null = null;
  let lastMessage = "";

  const waiting = () => Math.max(0, Math.ceil(pausedUntil - now()));
  const open = () => failures >= enough;
  return {
    ok() {
      failures = 0;
      probes = 0;
      throttles = 0;
      downSince = null;
      window = Math.min(concurrency, window + 0.25);
    },
    limited(retryAfterMs) {
      downSince = null;
      failures = 0;
      // The calls that were in flight bring the same news: one pause for all of them.
      const first = waiting() === 0;
      if (first) {
        window = Math.max(1, window / 2);
        throttles++;
      }
      const wait = retryAfterMs ?? (first ? pace * (250 + fullJitter(1_000, longestBackoffMs, throttles)) : 0);
      pausedUntil = Math.max(pausedUntil, now() + Math.max(wait, 50));
    },
    failed(message) {
      failures++;
      downSince ??= now();
      lastMessage = message;
      if (!open() || waiting() > 0) return;
      pausedUntil = now() + pace * (250 + fullJitter(1_000, longestBackoffMs, probes++));
    },
    room: () => (waiting() > 0 ? 0 : open() ? 1 : Math.floor(window)),
    waitMs: waiting,
    state() {
      if (open()) return { state: "down", message: lastMessage };
      return waiting() > 0
        ? { state: "throttled", message: "The endpoint asks to slow down." }
        : { state: "ok", message: null };
    },
    downMs: () => (downSince === null ? 0 : now() - downSince),
  };
}
