"use client";

import { Ban } from "lucide-react";
import Link from "next/link";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { formatBytes, formatCount, formatDuration, formatRate } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type RunDetail, runCancel, runGet } from "#lib/runs/schema.ts";

/** An import at work: bytes read, rows stored, speed, what is left; and a way to stop it. */
export function ImportProgress({ runId }: { runId: string }) {
  const { data: run } = useEndpoint(runGet, { runId }, { live: [`run:${runId}`] });
  if (!run) return <Skeleton className="h-16 w-full" />;
  const { done, total } = run.progress;
  const share = total ? done / total : null;
  return (
    <div className="max-w-3xl space-y-2" data-testid="import-progress">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span className="flex items-center gap-2">
          <StatePill state={run.state} done={share} />
          <span className="text-sm text-muted">{run.progress.phase || "Waiting for a worker"}</span>
        </span>
        <CancelButton run={run} />
      </div>
      <Progress value={run.state === "queued" ? 0 : share} label="Import" size="md" />
      <div className="tnum flex min-h-4 flex-wrap gap-x-4 text-xs text-muted" aria-live="off">
        <span>{total ? `${formatBytes(done)} of ${formatBytes(total)}` : ""}</span>
        <Figures run={run} />
        <Link href={`/runs/${run.id}`} className="link ml-auto">
          Log of this run
        </Link>
      </div>
    </div>
  );
}

function Figures({ run }: { run: RunDetail }) {
  const { counts, extra, etaMs } = run.progress;
  const rate = typeof extra.rowsPerSec === "number" ? extra.rowsPerSec : null;
  const rejected = counts.rejected ?? 0;
  return (
    <>
      {counts.rows === undefined ? null : <span>{formatCount(counts.rows)} rows</span>}
      {rejected > 0 ? <span className="text-attention">{formatCount(rejected)} rejected</span> : null}
      {rate === null ? null : <span>{formatRate(rate, "rows")}</span>}
      {etaMs === null ? null : <span>about {formatDuration(etaMs)} left</span>}
    </>
  );
}

function CancelButton({ run }: { run: RunDetail }) {
  const viewer = useViewer();
  const cancel = useMutate(runCancel);
  if (!["queued", "running", "paused"].includes(run.state)) return null;
  return (
    <Button
      size="sm"
      icon={<Ban aria-hidden />}
      pending={cancel.isPending || run.cancelRequested}
      disabledReason={viewer.whyNot("run.write")}
      onClick={() => cancel.mutate({ runId: run.id })}
    >
      {run.cancelRequested ? "Cancelling" : "Cancel import"}
    </Button>
  );
}
