"use client";

import Link from "next/link";
import { SimulatedBadge } from "#components/ui/badge.tsx";
import { PageHeader } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useEndpoint } from "#lib/http/client.tsx";
import { runGet, runKindWords } from "#lib/runs/schema.ts";
import { KindPanel } from "./kind-panels.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunCharts } from "./run-charts.tsx";
import { RunInputs } from "./run-inputs.tsx";
import { RunLog } from "./run-log.tsx";
import { RunProblems } from "./run-problems.tsx";
import { RunProgressCard } from "./run-progress.tsx";
import { RunResult } from "./run-result.tsx";
import { stateWord } from "./words.ts";

/** The page of every run, of whatever kind. */
export function RunPage({ runId }: { runId: string }) {
  const { data: run, error, refetch } = useEndpoint(runGet, { runId }, { live: [`run:${runId}`] });
  if (!run) return error ? <ErrorState error={error} onRetry={refetch} /> : <SkeletonRows rows={12} />;
  return (
    <>
      <PageHeader
        title={run.title}
        badges={
          <>
            <StatePill state={run.state} word={stateWord(run)} />
            {run.simulated ? <SimulatedBadge /> : null}
          </>
        }
        hint={
          <>
            {runKindWords[run.kind]} in{" "}
            <Link className="link" href={`/projects/${run.projectId}`}>
              {run.projectName}
            </Link>
            , started by {run.createdBy} <RelativeTime at={run.createdAt} />
          </>
        }
        actions={<RunActions run={run} />}
      />
      <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-6">
          <RunProgressCard run={run} />
          <KindPanel run={run} />
          <RunCharts run={run} />
          <RunProblems run={run} />
          <RunLog run={run} />
        </div>
        <div className="min-w-0 space-y-6">
          <RunResult run={run} />
          <RunInputs run={run} />
        </div>
      </div>
    </>
  );
}
