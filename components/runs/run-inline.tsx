"use client";

import { Ban } from "lucide-react";
import Link from "next/link";
import { shareOf } from "#components/shell/active-runs.ts";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { PhaseSteps, Progress } from "#components/ui/progress.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { runCancel, runGet } from "#lib/runs/schema.ts";
import { isOver } from "./words.ts";

/** A run at work, where its result will be shown: phases, bar, a way to stop it, and to its own page. */
export function RunInline({ runId }: { runId: string }) {
  const viewer = useViewer();
  const { data: run } = useEndpoint(runGet, { runId }, { live: [`run:${runId}`] });
  const cancel = useMutate(runCancel);
  if (!run) return <Skeleton className="h-16 w-full" />;
  return (
    <div className="space-y-3">
      {run.progress.phases.length > 0 ? (
        <PhaseSteps phases={run.progress.phases} current={run.progress.phase} finished={run.state === "succeeded"} />
      ) : null}
      <Progress value={run.state === "queued" ? 0 : shareOf(run)} label={run.title} size="md" />
      <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
        <span>{run.state === "queued" ? "Waiting for a worker" : run.progress.phase}</span>
        <Link href={`/runs/${run.id}`} className="link">
          Its log
        </Link>
        {isOver(run.state) ? null : (
          <Button
            size="sm"
            className="ml-auto"
            icon={<Ban aria-hidden />}
            pending={cancel.isPending || run.cancelRequested}
            disabledReason={viewer.whyNot("run.write")}
            onClick={() => cancel.mutate({ runId: run.id })}
          >
            {run.cancelRequested ? "Cancelling" : "Cancel"}
          </Button>
        )}
      </div>
    </div>
  );
}
