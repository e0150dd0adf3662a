import type pg from "pg";
import { connectAlone } from "#lib/core/db.ts";
import { log } from "#lib/core/log.ts";
import { liveChannel } from "#lib/core/publish.ts";
import { callerOf } from "./caller.ts";

type Viewer = { teamId: string; follows: RegExp; pending: Set<string>; send(topics: string[]): void };

/** At most this many messages a second and viewer; topics in between are merged. */
const flushEveryMs = 250;
/** A comment now and then keeps proxies from closing the stream, and tells us that the viewer is gone. */
const pingEveryMs = 15_000;
/** A revoked session or token loses its stream within this time. */
const recheckEveryMs = 4_000;
const reconnectAfterMs = 1_000;

/** One LISTEN connection per process, fanned out to every open page of it. */
class Hub {
  private viewers = new Set<Viewer>();
  private listening: Promise<void> | null = null;

  join(viewer: Viewer): () => void {
    this.viewers.add(viewer);
    this.listening ??= this.listen();
    return () => this.viewers.delete(viewer);
  }

  private async listen(): Promise<void> {
    let client: pg.Client;
    try {
      client = await connectAlone();
      await client.query(`LISTEN ${liveChannel}`);
    } catch {
      this.again();
      return;
    }
    // What was missed meanwhile is unknown: everybody looks again.
    for (const viewer of this.viewers) viewer.pending.add("*");
    client.on("notification", ({ payload }) => {
      const [teamId, topic] = (payload ?? "").split(" ");
      for (const viewer of this.viewers)
        if (viewer.teamId === teamId && topic && viewer.follows.test(topic)) viewer.pending.add(topic);
    });
    client.once("end", () => this.again());
  }

  private again(): void {
    log.warn("live updates: database connection lost, trying again");
    setTimeout(() => {
      this.listening = this.listen();
    }, reconnectAfterMs).unref();
  }
}

const holder = globalThis as typeof globalThis & { __stillhouseHub?: Hub };

/** Server-sent events: `data: ["run:…","project:…"]`, the topics of the caller's team that changed. One stream a tab. */
export async function liveEvents(request: Request): Promise<Response> {
  const actor = await callerOf(request).catch(() => null);
  if (!actor?.teamId || !actor.can("review.read")) {
    return Response.json({ error: { code: "UNAUTHENTICATED", message: "Sign in first." } }, { status: 401 });
  }
  const { teamId } = actor;
  holder.__stillhouseHub ??= new Hub();
  const hub = holder.__stillhouseHub;
  const text = new TextEncoder();
  let close = () => {};

  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (line: string) => {
        // A viewer who does not read is dropped rather than buffered for; its browser reconnects.
        if ((controller.desiredSize ?? 0) < -1000) close();
        else controller.enqueue(text.encode(line));
      };
      const viewer: Viewer = {
        teamId,
        // who sees reviews only is told of reviews only
        follows: actor.can("run.read") ? /^/ : /^review:/,
        pending: new Set(),
        send: (topics) => write(`data: ${JSON.stringify(topics)}\n\n`),
      };
      const leave = hub.join(viewer);
      const flush = setInterval(() => {
        if (viewer.pending.size === 0) return;
        const topics = [...viewer.pending];
        viewer.pending.clear();
        viewer.send(topics);
      }, flushEveryMs);
      const ping = setInterval(() => write(": ping\n\n"), pingEveryMs);
      const recheck = setInterval(() => {
        callerOf(request).then(
          (now) => {
            if (now?.teamId !== teamId) close();
          },
          (error: unknown) => {
            // Only a clear "no" ends the stream; a database that is away does not.
            if ((error as { code?: string }).code === "UNAUTHENTICATED") close();
          },
        );
      }, recheckEveryMs);
      let open = true;
      close = () => {
        if (!open) return;
        open = false;
        for (const timer of [flush, ping, recheck]) clearInterval(timer);
        leave();
        try {
          controller.close();
        } catch {
          // the viewer closed it first
        }
      };
      request.signal.addEventListener("abort", () => close(), { once: true });
      write("retry: 1000\n\n");
    },
    cancel: () => close(),
  });
  return new Response(stream, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
