"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { AppError } from "#lib/core/errors.ts";
import { useLive } from "#lib/http/client.tsx";
import { callEndpoint } from "#lib/http/request.ts";
import { type RunEvent, runEvents } from "#lib/runs/schema.ts";

type Options = {
  type: RunEvent["type"];
  /** exactly this level */
  level?: RunEvent["level"];
  search?: string;
  /** begin with the newest so many instead of the first */
  tail?: number;
  /** keep at most so many: the oldest go */
  keep?: number;
};

type State = { items: RunEvent[]; loading: boolean; error: AppError | null };

const pageSize = 5_000;

/** Events of a run, read once and then only what is new, so that a log of any length costs little to follow. */
export function useRunEvents(runId: string, { type, level, search = "", tail = 0, keep = 50_000 }: Options) {
  const [state, setState] = useState<State>({ items: [], loading: true, error: null });
  const lastSeq = useRef(0);
  const busy = useRef<AbortController | null>(null);
  // something changed while a page was on its way: it may have been read too early
  const again = useRef(false);

  const load = useCallback(async () => {
    if (busy.current) {
      again.current = true;
      return;
    }
    const control = new AbortController();
    busy.current = control;
    try {
      for (;;) {
        again.current = false;
        const first = lastSeq.current === 0;
        const input = {
          runId,
          type,
          after: lastSeq.current,
          ...(level ? { level } : {}),
          ...(search ? { search } : {}),
        };
        const limit = first && tail > 0 ? tail : pageSize;
        const page = await callEndpoint(
          runEvents,
          { ...input, limit, tail: first && tail > 0 },
          { signal: control.signal },
        );
        if (control.signal.aborted) return;
        lastSeq.current = Math.max(lastSeq.current, page.lastSeq);
        setState((was) => ({ items: join(was.items, page.items, keep), loading: false, error: null }));
        const complete = page.items.length < limit || (first && tail > 0);
        if (complete && !again.current) return;
      }
    } catch (error) {
      if (!control.signal.aborted && error instanceof AppError) setState((was) => ({ ...was, loading: false, error }));
    } finally {
      if (busy.current === control) busy.current = null;
    }
  }, [runId, type, level, search, tail, keep]);

  useEffect(() => {
    lastSeq.current = 0;
    setState({ items: [], loading: true, error: null });
    void load();
    return () => {
      busy.current?.abort();
      busy.current = null;
    };
  }, [load]);

  useLive([`run:${runId}`], () => void load());
  return { ...state, retry: () => void load() };
}

/** New ones behind the old; the same list where there is nothing new, so that nothing is drawn again. */
function join(old: RunEvent[], fresh: readonly RunEvent[], keep: number): RunEvent[] {
  const last = old.at(-1)?.seq ?? 0;
  const added = fresh.filter((event) => event.seq > last);
  return added.length === 0 ? old : [...old, ...added].slice(-keep);
}
