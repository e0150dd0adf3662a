"use client";

import clsx from "clsx";
import { ArrowDownToLine, Download } from "lucide-react";
import { useDeferredValue, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Input } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { useHydrated } from "#components/ui/time.tsx";
import { formatClock, formatDateTime, plural } from "#lib/format.ts";
import { urlOf } from "#lib/http/request.ts";
import { type RunDetail, type RunEvent, runLog } from "#lib/runs/schema.ts";
import { inertText } from "./prepare-problems.ts";
import { useRunEvents } from "./use-run-events.ts";

const levels = ["debug", "info", "warn", "error"] as const;
type Level = (typeof levels)[number];

const levelOptions: { value: Level; label: string }[] = [
  { value: "debug", label: "All levels" },
  { value: "info", label: "Info and above" },
  { value: "warn", label: "Warnings and errors" },
  { value: "error", label: "Errors only" },
];

const tones: Record<Level, string> = {
  debug: "text-faint",
  info: "text-muted",
  warn: "text-attention",
  error: "text-bad",
};

/** In the document at once; the file has every line. */
const shownLines = 2_000;

/** The log's tail, followed while it grows unless somebody scrolled up. */
export function RunLog({ run }: { run: RunDetail }) {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed, 300);
  const [level, setLevel] = useState<Level>("info");
  const events = useRunEvents(run.id, { type: "log", search, tail: 1_000, keep: shownLines });
  const items = useDeferredValue(events.items);
  const lines = items.filter((event) => levels.indexOf(event.level) >= levels.indexOf(level));
  const box = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const hydrated = useHydrated();

  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are the reason to scroll
  useLayoutEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.length, follows]);

  return (
    <Card
      flush
      title="Log"
      actions={
        <>
          <Input
            type="search"
            aria-label="Search the log"
            placeholder="Search the log …"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className="w-44!"
          />
          <Select
            aria-label="Least level"
            value={level}
            onValueChange={setLevel}
            options={levelOptions}
            className="w-auto!"
          />
          <a
            href={urlOf(runLog, { runId: run.id })}
            download
            className="inline-flex h-8 items-center gap-1.5 rounded-md border border-line-strong px-3 font-medium hover:bg-hover"
          >
            <Download aria-hidden className="size-4" />
            Download
          </a>
        </>
      }
    >
      {events.error ? (
        <ErrorState error={events.error} onRetry={events.retry} />
      ) : (
        <div className="relative border-t">
          <div
            ref={box}
            role="log"
            aria-label="Log lines"
            aria-live="off"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            tabIndex={0}
            onScroll={({ currentTarget: at }) => setFollows(at.scrollHeight - at.scrollTop - at.clientHeight < 24)}
            className="h-80 overflow-auto py-2 font-mono text-xs leading-5 focus-visible:outline-offset-[-2px]"
          >
            {events.items.length >= shownLines ? (
              <p className="px-4 text-muted">The newest {plural(shownLines, "line")}. The download has them all.</p>
            ) : null}
            {lines.map((event) => (
              <Line key={event.seq} event={event} hydrated={hydrated} />
            ))}
            {lines.length === 0 ? (
              <p className="px-4 text-muted">
                {events.loading ? "Loading …" : search ? "No line contains this text." : "Nothing logged yet."}
              </p>
            ) : null}
          </div>
          {follows ? null : (
            <Button
              size="sm"
              className="absolute! right-4 bottom-3 shadow-pop"
              icon={<ArrowDownToLine aria-hidden />}
              onClick={() => setFollows(true)}
            >
              Newest
            </Button>
          )}
        </div>
      )}
    </Card>
  );
}

function Line({ event, hydrated }: { event: RunEvent; hydrated: boolean }) {
  return (
    <div className="flex gap-3 px-4 hover:bg-hover">
      <time dateTime={event.at} title={hydrated ? formatDateTime(event.at) : undefined} className="shrink-0 text-faint">
        {formatClock(event.at, hydrated ? undefined : "UTC")}
      </time>
      <span className={clsx("w-10 shrink-0", tones[event.level])}>{event.level}</span>
      <bdi className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{inertText(event.message)}</bdi>
    </div>
  );
}

/** `value` once it has not changed for `ms`. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
