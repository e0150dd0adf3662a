import Link from "next/link";
import { Card } from "#components/ui/card.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { formatCount, formatDuration } from "#lib/format.ts";
import type { ActiveRun } from "#lib/projects/schema.ts";

/** One line of a run that is queued, at work or waiting, with its progress. */
export function ActiveRunLine({ run }: { run: ActiveRun }) {
  const share = run.total ? run.done / run.total : null;
  const facts = [
    run.phase,
    run.total === null ? null : `${formatCount(run.done)} of ${formatCount(run.total)} ${run.unit}`,
    run.state === "running" && run.etaMs !== null ? `about ${formatDuration(run.etaMs)} left` : null,
  ].filter(Boolean);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm">
      <StatePill state={run.state} done={share} />
      <Link href={`/runs/${run.id}`} className="min-w-0 truncate underline-offset-4 hover:underline">
        {run.title}
      </Link>
      <span className="tnum text-xs text-muted">{facts.join(" · ")}</span>
      {run.state === "running" ? (
        <Progress value={share} label={run.title} className="w-full sm:ml-auto sm:w-40" />
      ) : null}
    </div>
  );
}

/** The runs under way above a list of what they produce; nothing where there are none. */
export function ActiveRunsCard({ runs }: { runs: readonly ActiveRun[] }) {
  if (runs.length === 0) return null;
  return (
    <Card className="mb-4">
      <div className="space-y-2">
        {runs.map((run) => (
          <ActiveRunLine key={run.id} run={run} />
        ))}
      </div>
    </Card>
  );
}
