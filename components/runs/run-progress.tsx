"use client";

import { CirclePause, CircleX } from "lucide-react";
import { shareOf } from "#components/shell/active-runs.ts";
import { Card } from "#components/ui/card.tsx";
import { PhaseSteps, Progress } from "#components/ui/progress.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { Elapsed } from "#components/ui/time.tsx";
import {
  exactMoney,
  formatBytes,
  formatCount,
  formatDuration,
  formatMoney,
  formatPercent,
  formatRate,
} from "#lib/format.ts";
import type { Run, RunProgress } from "#lib/runs/schema.ts";
import { humanize, isOver } from "./words.ts";

const phaseTones = {
  queued: "running",
  running: "running",
  paused: "attention",
  failed: "bad",
  cancelled: "baseline",
  succeeded: "running",
} as const;

const tones = {
  succeeded: "good",
  failed: "bad",
  paused: "attention",
  cancelled: "baseline",
  queued: "running",
  running: "running",
} as const;

/** Where it is: phases, bar, figures, and what it waits for or failed of. */
export function RunProgressCard({ run }: { run: Run }) {
  const { progress } = run;
  const share = run.state === "succeeded" ? 1 : shareOf(run);
  const live = run.state === "running";
  return (
    <Card>
      <div className="space-y-4">
        {run.error ? <Failure error={run.error} /> : null}
        {run.state === "paused" ? <Waiting run={run} /> : null}
        {progress.phases.length > 0 ? (
          <PhaseSteps
            phases={progress.phases}
            current={progress.phase}
            finished={run.state === "succeeded"}
            tone={phaseTones[run.state]}
          />
        ) : null}
        <div>
          <div className="mb-1.5 flex flex-wrap items-baseline justify-between gap-x-4">
            <span className="tnum font-medium">{doneText(progress)}</span>
            <span className="tnum text-muted">
              {share === null ? (live ? "The total is not known yet." : "") : formatPercent(share, share < 1 ? 1 : 0)}
            </span>
          </div>
          <Progress
            value={live || run.state === "queued" ? share : (share ?? 0)}
            label={`Progress of ${run.title}`}
            tone={tones[run.state]}
            size="md"
          />
          <p role="status" className="sr-only">
            {announcement(run, share)}
          </p>
        </div>
        <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-4">
          <Stat
            label={live ? "Speed" : "Average speed"}
            value={live ? speed(progress.ratePerSec, progress.unit) : averageSpeed(run)}
          />
          {live ? (
            <Stat
              label="Time left"
              value={formatDuration(progress.etaMs)}
              hint={progress.etaMs === null ? "Not known yet" : undefined}
            />
          ) : null}
          <Stat
            label={isOver(run.state) ? "Cost" : "Cost so far"}
            value={formatMoney(run.costMicros)}
            exact={exactMoney(run.costMicros)}
          />
          <Stat
            label="Took"
            value={run.startedAt ? <Elapsed from={run.startedAt} to={run.finishedAt} /> : "–"}
            hint={run.startedAt ? `${formatDuration(run.activeMs)} of it working` : "Not started yet"}
          />
        </div>
        <Counts counts={progress.counts} />
      </div>
    </Card>
  );
}

function doneText({ done, total, unit }: RunProgress): string {
  const show = (value: number) => (unit === "bytes" ? formatBytes(value) : formatCount(value));
  const word = unit === "bytes" ? "" : ` ${unit}`;
  return total === null ? `${show(done)}${word}` : `${show(done)} of ${show(total)}${word}`;
}

function speed(perSec: number | null, unit: string): string {
  if (perSec === null) return "–";
  return unit === "bytes" ? `${formatBytes(perSec)}/s` : formatRate(perSec, unit);
}

function averageSpeed(run: Run): string {
  return run.activeMs > 0 && run.progress.done > 0
    ? speed(run.progress.done / (run.activeMs / 1000), run.progress.unit)
    : "–";
}

/** Coarse on purpose: a screen reader hears every tenth, not every row. */
function announcement(run: Run, share: number | null): string {
  if (run.state !== "running") return `${run.title}: ${run.state}`;
  const tenth = share === null ? "" : `, ${Math.floor(share * 10) * 10} percent`;
  return `${run.progress.phase || "Running"}${tenth}`;
}

/** Counters by class; what is not usable stands out. */
function Counts({ counts }: { counts: Record<string, number> }) {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  if (entries.length === 0) return null;
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1 border-t pt-3 text-sm">
      {entries.map(([key, count]) => (
        <div key={key} className="flex gap-2">
          <dt className="text-muted">{key === "ok" ? "Usable" : humanize(key)}</dt>
          <dd className="tnum font-medium">{formatCount(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Failure({ error }: { error: NonNullable<Run["error"]> }) {
  return (
    <div role="alert" className="flex gap-2 rounded-md bg-bad-soft p-3">
      <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 break-words">
        <p className="font-medium">
          {error.message} <span className="font-mono text-xs font-normal text-muted">{error.code}</span>
        </p>
        {error.where ? <p className="font-mono text-xs text-muted">{error.where}</p> : null}
        {error.todo ? <p className="mt-1 text-sm">{error.todo}</p> : null}
      </div>
    </div>
  );
}

const pauseTitles: Record<NonNullable<Run["pauseReason"]>, string> = {
  confirm: "Waits for your confirmation",
  budget: "Stopped at its budget",
  funds: "The endpoint wants to be paid",
  user: "Paused by a person",
  held: "Waits for a decision",
  space: "Waits for space on a disk",
};

function Waiting({ run }: { run: Run }) {
  return (
    <div className="flex gap-2 rounded-md bg-attention-soft p-3">
      <CirclePause aria-hidden className="mt-0.5 size-4 shrink-0 text-attention" />
      <div className="min-w-0 break-words">
        <p className="font-medium">{run.pauseReason ? pauseTitles[run.pauseReason] : "Paused"}</p>
        {run.pauseMessage ? <p className="mt-0.5 text-sm">{run.pauseMessage}</p> : null}
      </div>
    </div>
  );
}
