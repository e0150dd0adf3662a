"use client";

import { Ban } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { AppError } from "#lib/core/errors.ts";
import type { UploadStatus } from "#lib/datasets/upload-schema.ts";
import { formatBytes, formatDuration, formatRate } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type RunDetail, runCancel, runGet, runRetry } from "#lib/runs/schema.ts";

type FetchProgressProps = {
  upload: UploadStatus;
  runId: string;
  /** the file is there */
  onEnd: () => void;
  onStartOver: () => void;
};

/** A file on its way from an address or a bucket: bytes, speed, what is left; a way to stop it; why it failed. */
export function FetchProgress({ upload, runId, onEnd, onStartOver }: FetchProgressProps) {
  const { data: run, error, refetch } = useEndpoint(runGet, { runId }, { live: [`run:${runId}`] });
  const end = useRef(onEnd);
  end.current = onEnd;
  const state = run?.state;
  useEffect(() => {
    if (state === "succeeded") end.current();
  }, [state]);

  if (error)
    return (
      <Card flush>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Card>
    );
  if (!run) return <Skeleton className="h-36 w-full rounded-lg" />;
  if (run.state === "failed") return <Failed run={run} onStartOver={onStartOver} />;
  if (run.state === "cancelled") return <Cancelled onStartOver={onStartOver} />;
  const { done, total } = run.progress;
  const share = total ? done / total : null;
  return (
    <Card>
      <div className="max-w-3xl space-y-2" data-testid="fetch-progress">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <span className="flex min-w-0 items-center gap-2">
            <StatePill state={run.state} done={share} />
            <bdi className="min-w-0 truncate font-medium">{upload.fileName}</bdi>
          </span>
          <CancelFetch run={run} />
        </div>
        <p className="truncate text-sm text-muted">
          <bdi>{placeOf(upload)}</bdi>
        </p>
        <Progress value={run.state === "queued" ? 0 : share} label={`Fetching ${upload.fileName}`} size="md" />
        <Figures run={run} />
      </div>
    </Card>
  );
}

function placeOf({ origin }: UploadStatus): string {
  if (origin === null) return "";
  return origin.kind === "url" ? origin.address : `${origin.bucket} at ${origin.endpoint}: ${origin.key}`;
}

function Figures({ run }: { run: RunDetail }) {
  const { done, total, ratePerSec, etaMs } = run.progress;
  return (
    <div className="tnum flex min-h-4 flex-wrap gap-x-4 text-xs text-muted" aria-live="off">
      <span>{total === null ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`}</span>
      {ratePerSec === null ? null : <span>{formatRate(ratePerSec, "bytes")}</span>}
      {etaMs === null ? null : <span>about {formatDuration(etaMs)} left</span>}
      {run.state === "queued" ? <span>Waiting for a worker</span> : null}
      <Link href={`/runs/${run.id}`} className="link ml-auto">
        Log of this run
      </Link>
    </div>
  );
}

function CancelFetch({ run }: { run: RunDetail }) {
  const viewer = useViewer();
  const cancel = useMutate(runCancel);
  return (
    <Button
      size="sm"
      icon={<Ban aria-hidden />}
      pending={cancel.isPending || run.cancelRequested}
      disabledReason={viewer.whyNot("run.write")}
      onClick={() => cancel.mutate({ runId: run.id })}
    >
      Cancel
    </Button>
  );
}

function Cancelled({ onStartOver }: { onStartOver: () => void }) {
  return (
    <Card flush>
      <EmptyState
        title="The fetch was cancelled."
        hint="Nothing of the file was kept."
        action={<Button onClick={onStartOver}>Start over</Button>}
      />
    </Card>
  );
}

function Failed({ run, onStartOver }: { run: RunDetail; onStartOver: () => void }) {
  const retry = useMutate(runRetry);
  const { code, message, ...detail } = run.error ?? { code: "INTERNAL" as const, message: "The fetch failed." };
  return (
    <Card flush>
      <ErrorState
        error={retry.error ?? new AppError(code, message, detail)}
        // what was secret is forgotten at the end of a run: then it must be given again
        {...(isOpenSource(run.payload.source) ? { onRetry: () => retry.mutate({ runId: run.id }) } : {})}
        action={
          <Button size="sm" onClick={onStartOver}>
            Start over
          </Button>
        }
      />
    </Card>
  );
}

function isOpenSource(source: unknown): boolean {
  return (source as { sealed?: unknown } | null)?.sealed === false;
}
