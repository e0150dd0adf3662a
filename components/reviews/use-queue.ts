"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { AppError } from "#lib/core/errors.ts";
import { callEndpoint } from "#lib/http/request.ts";
import { reviewDecide, reviewNext } from "#lib/reviews/queue-schema.ts";
import { newId, tabId } from "./ids.ts";
import { Outbox, type OutboxState } from "./outbox.ts";
import { type Command, currentOf, decide, emptyQueue, move, openSeqs, receive, refuse, undo } from "./queue-state.ts";

/** Further rows are fetched while fewer than these are ahead. */
const aheadWanted = 15;
const fetchAtOnce = 30;
/** Leases last ten minutes on the server. */
const renewEveryMs = 180_000;
/** A look longer than this was a pause and says nothing of the pace. */
const longestLookMs = 120_000;

/** Looks again for rows that others left, once none is in hand. */
const lookAgainMs = 10_000;

/** What the server last said about the review. */
type Facts = {
  open: boolean;
  /** it gave as many rows as were asked for: there are more */
  more: boolean;
  /** rows left and decided by this person then, without what was on its way */
  remaining: number;
  decided: number;
  /** decisions made in this window until then */
  made: number;
};

/** How fast a person has been in this window. */
export type Pace = { decided: number; ms: number };

/**
 * A person's queue: rows are fetched ahead, a decision shows the next one at once and is sent behind its back. All that decides what is
 * shown next happens in this window, so that no key waits for the network.
 */
export function useQueue(reviewId: string, userId: string) {
  const [state, setState] = useState(emptyQueue);
  const [facts, setFacts] = useState<Facts | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [sending, setSending] = useState<OutboxState>({ pending: 0, state: "idle", problem: null });
  const [comment, setComment] = useState("");
  const [pace, setPace] = useState<Pace>({ decided: 0, ms: 0 });
  // Keys come faster than React renders: what they act on is here.
  const now = useRef(state);
  const outbox = useRef<Outbox | null>(null);
  const loading = useRef(false);
  const shownAt = useRef(0);
  /** decisions made in this window */
  const count = useRef(0);

  const show = useCallback((next: typeof state) => {
    if (currentOf(next)?.item.seq !== currentOf(now.current)?.item.seq) shownAt.current = performance.now();
    now.current = next;
    setState(next);
  }, []);

  const load = useCallback(
    async (limit: number) => {
      if (loading.current) return;
      loading.current = true;
      try {
        const waiting = outbox.current?.seqs ?? [];
        const have = [...new Set([...openSeqs(now.current), ...waiting])].slice(0, 200);
        const answer = await callEndpoint(reviewNext, { reviewId, tab: tabId(), have, limit });
        const sentMeanwhile = new Set([...waiting, ...(outbox.current?.seqs ?? [])]);
        const fresh = answer.items.filter(({ seq }) => !sentMeanwhile.has(seq));
        show(receive(now.current, fresh, answer.lost));
        const { remaining, decided, open } = answer;
        const made = count.current - waiting.length;
        setFacts((was) => ({
          remaining,
          decided,
          open,
          made,
          more: limit === 0 ? (was?.more ?? true) : answer.items.length === limit,
        }));
        setError(null);
      } catch (fault) {
        setError(fault instanceof AppError ? fault : new AppError("INTERNAL", "The rows could not be read."));
      } finally {
        loading.current = false;
      }
    },
    [reviewId, show],
  );

  useEffect(() => {
    const box = new Outbox(`stillhouse.review:${reviewId}:${userId}`, tabId(), {
      storage: window.localStorage,
      send: async (decisions) => (await callEndpoint(reviewDecide, { reviewId, decisions })).results,
      onResults: (results) => {
        const without = results.filter(({ outcome }) => outcome !== "stored" && outcome !== "repeated");
        for (const { seq, message } of without) {
          const known = now.current.entries.find(({ item }) => item.seq === seq);
          toast.warning(`${known ? `Row ${known.item.position}: ` : ""}${message ?? "A decision had no effect."}`);
        }
        const invalid = without.filter(({ outcome }) => outcome === "invalid").map(({ clientId }) => clientId);
        if (invalid.length > 0) show(refuse(now.current, new Set(invalid)));
      },
      onState: setSending,
      later: (run, ms) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    });
    outbox.current = box;
    // what an earlier visit left behind goes first, so that those rows are not shown again
    void box.flush().then(() => load(fetchAtOnce));
    const online = () => void box.flush();
    window.addEventListener("online", online);
    const renewal = setInterval(() => {
      if (document.visibilityState === "visible") void load(0);
    }, renewEveryMs);
    return () => {
      window.removeEventListener("online", online);
      clearInterval(renewal);
      box.close();
    };
  }, [reviewId, userId, load, show]);

  const ahead = state.entries.slice(state.at).filter(({ done }) => done === null).length;
  const wanting = Boolean(facts?.open && facts.more) && ahead < aheadWanted && !error;
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every answer it may still be too few
  useEffect(() => {
    if (wanting) void load(fetchAtOnce);
  }, [wanting, facts, load]);
  // nothing in hand: others may leave rows, and a lost connection may be back
  const idle = ahead === 0 || error !== null;
  useEffect(() => {
    if (!idle) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void load(fetchAtOnce);
    }, lookAgainMs);
    return () => clearInterval(timer);
  }, [idle, load]);

  const act = useCallback(
    (command: Command) => {
      const took = performance.now() - shownAt.current;
      const step = decide(now.current, command, comment, took, newId);
      if (step.send.length === 0) return;
      count.current++;
      show(step.state);
      setComment("");
      setPace((was) => ({ decided: was.decided + 1, ms: was.ms + Math.min(longestLookMs, took) }));
      outbox.current?.add(...step.send);
    },
    [comment, show],
  );

  const takeBack = useCallback(() => {
    const step = undo(now.current, newId);
    if (step.send.length === 0) return;
    count.current--;
    show(step.state);
    setPace((was) => ({ ...was, decided: Math.max(0, was.decided - 1) }));
    outbox.current?.add(...step.send);
  }, [show]);

  const go = useCallback((step: -1 | 1) => show(move(now.current, step)), [show]);

  const since = facts ? count.current - facts.made : 0;
  return {
    state,
    open: facts?.open ?? null,
    /** null until the server has answered once */
    remaining: facts && Math.max(ahead, facts.remaining - since),
    decided: facts && facts.decided + since,
    error,
    sending,
    comment,
    setComment,
    pace,
    act,
    takeBack,
    go,
    reload: () => void load(fetchAtOnce),
    resend: () => void outbox.current?.flush(),
  };
}
