"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { PageTitle } from "#components/overview/page-title.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { PhaseSteps, Progress } from "#components/ui/progress.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { formatCount } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { runGet } from "#lib/runs/schema.ts";

/** An evaluation that is being made: turns into its report by itself. */
export function PendingEvaluation({ runId }: { runId: string }) {
  const router = useRouter();
  const { data: run } = useEndpoint(runGet, { runId }, { live: [`run:${runId}`], refetchInterval: 3_000 });
  const done = run?.state === "succeeded";
  useEffect(() => {
    if (done) router.refresh();
  }, [done, router]);
  if (!run) return null;
  const { progress, error } = run;
  const ended = run.state === "failed" || run.state === "cancelled";
  const share = progress.total ? progress.done / progress.total : null;
  return (
    <>
      <PageTitle title={run.title} badges={<StatePill state={run.state} done={share} />} />
      <Card title={ended ? "There is no report" : "The report appears here when it is ready"}>
        <div className="space-y-4" role="status">
          {ended ? (
            <p className="text-muted">
              {error ? `${error.message} ${error.todo ?? ""}` : "The run was cancelled. Nothing of it was kept."}
            </p>
          ) : (
            <>
              <PhaseSteps phases={progress.phases} current={progress.phase} />
              <Progress value={share} label={run.title} />
              <p className="tnum text-sm text-muted">
                {progress.total === null
                  ? "In the queue."
                  : `${formatCount(progress.done)} of ${formatCount(progress.total)} rows`}
              </p>
            </>
          )}
          <LinkButton href={`/runs/${runId}`}>Open the run</LinkButton>
        </div>
      </Card>
    </>
  );
}
