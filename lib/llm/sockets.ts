import type { Client } from "undici";

export type SocketStack = {
  /** a free client, or null when all are in use */
  take(): Client | null;
  /** the next free client; null when `signal` ends the wait */
  wait(signal: AbortSignal | undefined): Promise<Client | null>;
  give(client: Client): void;
  close(): Promise<void>;
};

/**
 * At most `most` clients of one connection each, made when first needed, the latest used first. undici's own Pool looks through all of its
 * clients at every request, which at 256 of them costs as much as the request itself.
 */
export function socketStack(most: number, make: () => Client): SocketStack {
  const all: Client[] = [];
  const free: Client[] = [];
  const queue: ((client: Client | null) => void)[] = [];
  return {
    take() {
      const used = free.pop();
      if (used) return used;
      if (all.length >= most) return null;
      const made = make();
      all.push(made);
      return made;
    },
    wait(signal) {
      return new Promise((resolve) => {
        const done = (client: Client | null) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(client);
        };
        const onAbort = () => {
          queue.splice(queue.indexOf(done), 1);
          done(null);
        };
        if (signal?.aborted) return resolve(null);
        signal?.addEventListener("abort", onAbort, { once: true });
        queue.push(done);
      });
    },
    give(client) {
      const next = queue.shift();
      if (next) next(client);
      else free.push(client);
    },
    async close() {
      await Promise.all(all.map((client) => client.destroy()));
    },
  };
}

/**
 * Listens once per signal for any number of calls: adding a listener to an EventTarget walks over those that are there, which hundreds of
 * calls on one signal would pay each time. The returned function forgets the call.
 */
export function sharedAborts(): (signal: AbortSignal | undefined, onAbort: () => void) => () => void {
  const watched = new WeakMap<AbortSignal, Set<() => void>>();
  return (signal, onAbort) => {
    if (!signal) return () => {};
    let calls = watched.get(signal);
    if (!calls) {
      const set = new Set<() => void>();
      signal.addEventListener(
        "abort",
        () => {
          for (const call of set) call();
        },
        { once: true },
      );
      watched.set(signal, set);
      calls = set;
    }
    const own = calls;
    own.add(onAbort);
    return () => own.delete(onAbort);
  };
}
