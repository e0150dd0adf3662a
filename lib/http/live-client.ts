/** The browser's end of the live stream: one EventSource a tab, shared by all hooks. */

type Listener = { topics: readonly string[]; run(): void; lastMs: number; timer: ReturnType<typeof setTimeout> | null };

const leastGapMs = 1_000;
const pollEveryMs = 5_000;

const listeners = new Set<Listener>();
let source: EventSource | null = null;
let poll: ReturnType<typeof setInterval> | null = null;

/** Runs now or, within the gap after the last time, once at its end. */
function poke(listener: Listener): void {
  if (listener.timer) return;
  const wait = Math.max(0, listener.lastMs + leastGapMs - Date.now());
  listener.timer = setTimeout(() => {
    listener.timer = null;
    listener.lastMs = Date.now();
    listener.run();
  }, wait);
}

function open(): void {
  if (source || typeof EventSource === "undefined") return;
  source = new EventSource("/api/v1/events");
  // What changed before the stream was open, or while it was away, was told to nobody: look again.
  source.onopen = () => {
    for (const listener of listeners) poke(listener);
  };
  source.onmessage = ({ data }) => {
    const topics = new Set(JSON.parse(String(data)) as string[]);
    for (const listener of listeners) {
      if (topics.has("*") || listener.topics.some((topic) => topics.has(topic))) poke(listener);
    }
  };
  // While the stream is away the browser reconnects by itself; until then we ask.
  poll = setInterval(() => {
    if (source?.readyState !== EventSource.OPEN) for (const listener of listeners) poke(listener);
    if (source?.readyState === EventSource.CLOSED) {
      close();
      open();
    }
  }, pollEveryMs);
}

function close(): void {
  source?.close();
  source = null;
  if (poll) clearInterval(poll);
  poll = null;
}

/** Calls `run` when a topic changes, at most once a second. Returns the way to stop. */
export function subscribe(topics: readonly string[], run: () => void): () => void {
  const listener: Listener = { topics, run, lastMs: 0, timer: null };
  listeners.add(listener);
  open();
  // The page may show what the server read a moment ago; an open stream has already told what came since.
  if (source?.readyState === EventSource.OPEN) poke(listener);
  return () => {
    listeners.delete(listener);
    if (listener.timer) clearTimeout(listener.timer);
    if (listeners.size === 0) close();
  };
}
