"use client";

import { CloudOff, Keyboard, LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useEffect } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { formatCount, plural } from "#lib/format.ts";
import type { Review } from "#lib/reviews/schema.ts";
import type { Pace, useQueue } from "./use-queue.ts";

type HeaderProps = { review: Review; queue: ReturnType<typeof useQueue>; onHelp: () => void };

/** What is asked, how far it is, how fast it goes, and whether everything is saved. */
export function QueueHeader({ review, queue, onHelp }: HeaderProps) {
  const viewer = useViewer();
  const { decided, remaining, pace } = queue;
  const all = (decided ?? 0) + (remaining ?? 0);
  return (
    <header className="mb-4 space-y-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="min-w-0 text-lg font-semibold break-words">
          <bdi>{review.name}</bdi>
        </h1>
        {review.simulated ? <SimulatedBadge /> : null}
        <span className="min-w-0 truncate text-sm text-muted">
          <bdi>{review.projectName}</bdi>
        </span>
        {viewer.can("data.read") ? (
          <Link className="link text-sm" href={`/projects/${review.projectId}/review/${review.id}`}>
            Overview
          </Link>
        ) : null}
        <span className="ml-auto max-lg:hidden">
          <IconButton label="Keys" onClick={onHelp}>
            <Keyboard aria-hidden />
          </IconButton>
        </span>
      </div>
      <Progress value={all === 0 ? 0 : (decided ?? 0) / all} label="Rows decided by you" tone="good" size="md" />
      <div className="tnum flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-muted">
        <span data-testid="review-decided">{decided === null ? "\u00a0" : `${formatCount(decided)} decided`}</span>
        <span>{remaining === null ? "" : `${formatCount(remaining)} left`}</span>
        <span>{paceWords(pace)}</span>
        <Saved queue={queue} />
      </div>
      {review.note ? (
        <details className="text-sm text-muted">
          <summary className="cursor-pointer">What to look at</summary>
          <p className="mt-1 break-words whitespace-pre-wrap">
            <bdi>{review.note}</bdi>
          </p>
        </details>
      ) : null}
    </header>
  );
}

function paceWords({ decided, ms }: Pace): string {
  return decided < 5 || ms <= 0 ? "" : `${formatCount(Math.round((decided * 3_600_000) / ms))} rows an hour`;
}

/** Where decisions are that the server has not confirmed. Warns before the window is closed over them. */
function Saved({ queue }: { queue: HeaderProps["queue"] }) {
  const { pending, state, problem } = queue.sending;
  useEffect(() => {
    if (pending === 0) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [pending]);
  if (state === "stopped") {
    return (
      <span role="alert" className="flex flex-wrap items-center gap-2 text-bad">
        {problem} {plural(pending, "decision")} kept in this browser.
        <Button size="sm" onClick={queue.resend}>
          Send again
        </Button>
      </span>
    );
  }
  if (state === "waiting") {
    return (
      <span role="status">
        <Badge tone="attention" icon={<CloudOff aria-hidden />}>
          {`No connection: ${plural(pending, "decision")} kept here`}
        </Badge>
      </span>
    );
  }
  return (
    <span role="status" data-testid="review-saved" className="flex items-center gap-1">
      {pending > 0 ? <LoaderCircle aria-hidden className="size-3.5 animate-spin" /> : null}
      {pending > 0 ? `saving ${formatCount(pending)}` : "all saved"}
    </span>
  );
}
