"use client";

import { useSyncExternalStore } from "react";
import { formatDateTime, formatDuration, formatRelative } from "#lib/format.ts";
import { Tooltip } from "./tooltip.tsx";

/** One clock for every time on the page: ticks each second while anything listens. 0 on the server. */
let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  if (!timer) {
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function current() {
  // between ticks the snapshot must stay the same, or React renders for ever
  if (now === 0 || (!timer && Date.now() - now > 1000)) now = Date.now();
  return now;
}

/** Epoch ms, ticking; 0 while server-rendered and hydrating. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, current, () => 0);
}

const never = () => () => {};

/** Whether the browser has taken over: its time zone and stored choices are known from then on. Does not tick. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

/** "5 min ago", absolute in the viewer's zone on hover and focus. Before hydration: the date in UTC. */
export function RelativeTime({ at }: { at: string | null | undefined }) {
  const ticking = useNow();
  if (!at) return <span className="text-faint">–</span>;
  return (
    <Tooltip label={ticking ? formatDateTime(at) : null}>
      <time dateTime={at} className="whitespace-nowrap">
        {ticking ? formatRelative(at, ticking) : formatDateTime(at, "UTC")}
      </time>
    </Tooltip>
  );
}

/** How long since `from`, ticking, or between `from` and `to`. */
export function Elapsed({ from, to }: { from: string | null | undefined; to?: string | null }) {
  const ticking = useNow();
  if (!from) return <span className="text-faint">–</span>;
  const end = to ? new Date(to).getTime() : ticking;
  const span = end ? end - new Date(from).getTime() : null;
  return <span className="tnum whitespace-nowrap">{formatDuration(span)}</span>;
}
