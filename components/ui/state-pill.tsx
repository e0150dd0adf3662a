import clsx from "clsx";
import { Ban, CircleCheck, CircleDashed, CirclePause, CircleX, LoaderCircle } from "lucide-react";
import type { ComponentType } from "react";
import { formatPercent } from "#lib/format.ts";
import type { RunStateName } from "#lib/runs/schema.ts";

type Look = { word: string; tone: string; Icon: ComponentType<{ className?: string; "aria-hidden"?: boolean }> };

/** Shape, word and colour of every run state. */
const looks: Record<RunStateName, Look> = {
  queued: { word: "Queued", tone: "bg-hover text-muted", Icon: CircleDashed },
  running: { word: "Running", tone: "bg-running-soft text-running", Icon: LoaderCircle },
  paused: { word: "Paused", tone: "bg-attention-soft text-attention", Icon: CirclePause },
  succeeded: { word: "Succeeded", tone: "bg-good-soft text-good", Icon: CircleCheck },
  failed: { word: "Failed", tone: "bg-bad-soft text-bad", Icon: CircleX },
  cancelled: { word: "Cancelled", tone: "bg-baseline-soft text-baseline", Icon: Ban },
};

type StatePillProps = {
  state: RunStateName;
  /** share done, 0..1: shown while running */
  done?: number | null;
  /** what it is doing now, such as "Cancelling", in place of the state's word */
  word?: string;
  className?: string;
};

/** The progress pill of lists, sidebar and run page. */
export function StatePill({ state, done, word, className }: StatePillProps) {
  const { word: usual, tone, Icon } = looks[state];
  const share = state === "running" && done != null ? Math.min(1, Math.max(0, done)) : null;
  return (
    <span
      className={clsx(
        "relative inline-flex h-5 shrink-0 items-center gap-1 overflow-hidden whitespace-nowrap rounded-full px-2 text-xs font-medium",
        tone,
        className,
      )}
    >
      {share === null ? null : (
        <span
          aria-hidden
          className="absolute inset-y-0 left-0 bg-running-mark/15"
          style={{ width: `${share * 100}%` }}
        />
      )}
      <Icon aria-hidden className={clsx("relative size-3", state === "running" && "motion-safe:animate-spin")} />
      <span className="tnum relative">
        {word ?? usual}
        {share === null ? null : ` ${formatPercent(share, 0)}`}
      </span>
    </span>
  );
}
