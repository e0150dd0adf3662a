"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { OutcomeBadge, VerdictBadge } from "#components/evaluations/outcome.tsx";
import { OriginMark } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { EvaluationSummary } from "#lib/evaluations/schema.ts";
import { formatDuration, formatPercent, formatPercentInterval } from "#lib/format.ts";
import { useEndpoint, useLive } from "#lib/http/client.tsx";
import { type NextStep, type Overview, projectOverview } from "#lib/overview/schema.ts";
import { trackHref } from "./hrefs.ts";
import { QualityAgainstCost } from "./quality-cost.tsx";
import { RecentRuns } from "./recent-runs.tsx";
import { SavingsCard } from "./savings-card.tsx";
import { Track } from "./track.tsx";

/** Where are we, is it worth it, what next? Readable in ten seconds. */
export function ProjectOverview({ projectId }: { projectId: string }) {
  const { data, error, refetch } = useEndpoint(projectOverview, { projectId }, { live: [`project:${projectId}`] });
  // a running step has news more often than the project as a whole
  useLive(data?.project.activeRuns.map((run) => `run:${run.id}`) ?? [], () => void refetch());
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  const { project, verdict } = data;
  return (
    <div className="space-y-4">
      <Track projectId={projectId} track={data.track} activeRuns={project.activeRuns} />
      <div className="grid gap-4 lg:grid-cols-2">
        <NextCard projectId={projectId} next={data.next} running={project.activeRuns[0]} />
        <VerdictCard projectId={projectId} verdict={verdict} />
      </div>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <QualityAgainstCost projectId={projectId} overview={data} />
        <SavingsCard projectId={projectId} overview={data} />
      </div>
      <RecentRuns projectId={projectId} runs={data.runs} />
    </div>
  );
}

function Loading() {
  return (
    <div role="status" aria-label="Loading" className="space-y-4">
      <Skeleton className="h-7 w-64" />
      <Skeleton className="h-20 w-full" />
      <div className="grid gap-4 lg:grid-cols-2">
        <Skeleton className="h-40" />
        <Skeleton className="h-40" />
      </div>
      <Skeleton className="h-72 w-full" />
    </div>
  );
}

function NextCard({
  projectId,
  next,
  running,
}: {
  projectId: string;
  next: NextStep;
  running: Overview["project"]["activeRuns"][number] | undefined;
}) {
  const share = running?.total && next.runId === running.id ? running.done / running.total : null;
  return (
    <Card title="Next step" className="flex flex-col">
      <p className="text-lg font-medium">{next.title}</p>
      <p className="mt-1 max-w-[60ch] text-muted">{next.reason}</p>
      {share === null ? null : <Progress value={share} label={next.title} className="mt-3" />}
      <LinkButton
        className="mt-4"
        variant="primary"
        href={next.runId ? `/runs/${next.runId}` : trackHref(projectId, next.step)}
      >
        {next.action}
        <ArrowRight aria-hidden />
      </LinkButton>
    </Card>
  );
}

function VerdictCard({ projectId, verdict }: { projectId: string; verdict: EvaluationSummary | null }) {
  if (!verdict) {
    return (
      <Card title="Verdict so far">
        <p className="max-w-[60ch] text-muted">
          Not measured yet. Once a student is trained, it and the teacher answer the same held-out rows, and the
          difference is stated here with its interval.
        </p>
      </Card>
    );
  }
  const { report } = verdict;
  const href = `/projects/${projectId}/evaluations/${verdict.id}`;
  return (
    <Card
      title="Verdict so far"
      actions={
        <Link href={href} className="link text-sm">
          Open the evaluation
        </Link>
      }
    >
      <div className="mb-3 flex flex-wrap gap-2">
        {report.verdict ? <VerdictBadge verdict={report.verdict} /> : null}
        <OutcomeBadge outcome={report.outcome} whole />
      </div>
      <dl className="tnum grid grid-cols-[auto_auto_1fr] items-baseline gap-x-4 gap-y-1.5">
        <dt>
          <OriginMark origin="student">{verdict.student.name}</OriginMark>
        </dt>
        <dd className="font-medium">{formatPercentInterval(report.quality.student?.value, report.quality.student)}</dd>
        <dd className="text-sm text-muted">p95 {formatDuration(report.latency.student?.p95Ms)}</dd>
        {verdict.teacher ? (
          <>
            <dt>
              <OriginMark origin="teacher">{verdict.teacher.name}</OriginMark>
            </dt>
            <dd className="font-medium">
              {formatPercentInterval(report.quality.teacher?.value, report.quality.teacher)}
            </dd>
            <dd className="text-sm text-muted">p95 {formatDuration(report.latency.teacher?.p95Ms)}</dd>
          </>
        ) : null}
      </dl>
      <p className="mt-3 max-w-[68ch] text-sm text-muted">
        {report.verdict?.sentence ??
          (report.basis === "teacher"
            ? "Without gold labels this is agreement with the teacher, not accuracy."
            : `Accuracy ${formatPercent(report.quality.student?.value)}.`)}
      </p>
    </Card>
  );
}
