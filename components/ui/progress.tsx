"use client";

import clsx from "clsx";
import { Check } from "lucide-react";
import { Progress as Primitive } from "radix-ui";
import { formatPercent } from "#lib/format.ts";
import type { Tone } from "./badge.tsx";

const fills: Record<Tone, string> = {
  neutral: "bg-ink",
  accent: "bg-accent",
  teacher: "bg-teacher-mark",
  student: "bg-student-mark",
  gold: "bg-gold-mark",
  baseline: "bg-baseline-mark",
  good: "bg-good-mark",
  attention: "bg-attention-mark",
  bad: "bg-bad-mark",
  running: "bg-running-mark",
};

type ProgressProps = {
  /** 0..1; null while the end is not known */
  value: number | null;
  /** accessible name: what progresses */
  label: string;
  tone?: Tone;
  size?: "sm" | "md";
  className?: string;
};

/** A bar. Say the figure beside it: the bar alone is never the information. */
export function Progress({ value, label, tone = "running", size = "sm", className }: ProgressProps) {
  const share = value === null ? null : Math.min(1, Math.max(0, value));
  return (
    <Primitive.Root
      value={share === null ? null : share * 100}
      aria-label={label}
      getValueLabel={() => formatPercent(share, 0)}
      className={clsx("overflow-hidden rounded-full bg-hover", size === "sm" ? "h-1.5" : "h-2.5", className)}
    >
      <Primitive.Indicator
        className={clsx(
          "h-full rounded-full transition-[width] duration-300",
          fills[tone],
          share === null && "motion-safe:animate-pulse-soft",
        )}
        style={{ width: share === null ? "100%" : `${share * 100}%` }}
      />
    </Primitive.Root>
  );
}

type PhaseStepsProps = {
  /** names, in order */
  phases: readonly string[];
  /** the phase under way; null before the first */
  current: string | null;
  /** all of them are over */
  finished?: boolean;
  /** how the current one stands: `bad` where it failed, `attention` where it waits */
  tone?: "running" | "attention" | "bad" | "baseline";
};

const nowTones = {
  running: { text: "text-running", ring: "border-running-mark", dot: "bg-running-mark", word: "under way" },
  attention: { text: "text-attention", ring: "border-attention-mark", dot: "bg-attention-mark", word: "waiting" },
  bad: { text: "text-bad", ring: "border-bad-mark", dot: "bg-bad-mark", word: "failed here" },
  baseline: { text: "text-baseline", ring: "border-baseline-mark", dot: "bg-baseline-mark", word: "stopped here" },
};

/** The phases of a run or a project as one line: done, under way, to come. */
export function PhaseSteps({ phases, current, finished = false, tone = "running" }: PhaseStepsProps) {
  const now = nowTones[tone];
  const at = finished ? phases.length : phases.indexOf(current ?? "");
  return (
    <ol className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
      {phases.map((phase, index) => {
        const state = index < at ? "done" : index === at ? "now" : "next";
        return (
          <li key={phase} aria-current={state === "now" ? "step" : undefined} className="flex items-center gap-2">
            {index > 0 ? <span aria-hidden className="h-px w-4 bg-line-strong" /> : null}
            <span
              className={clsx(
                "flex items-center gap-1.5",
                state === "now" ? `font-medium ${now.text}` : state === "done" ? "text-ink" : "text-faint",
              )}
            >
              <span
                aria-hidden
                className={clsx(
                  "grid size-4 place-items-center rounded-full border text-inverse",
                  state === "done" && "border-good-mark bg-good-mark",
                  state === "now" && now.ring,
                  state === "next" && "border-line-strong",
                )}
              >
                {state === "done" ? <Check className="size-2.5" strokeWidth={4} /> : null}
                {state === "now" ? <span className={clsx("size-1.5 rounded-full", now.dot)} /> : null}
              </span>
              {phase}
              <span className="sr-only">
                {state === "done" ? ", done" : state === "now" ? `, ${now.word}` : ", to come"}
              </span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
