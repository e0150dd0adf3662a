import clsx from "clsx";
import { Check, CircleAlert, Minus } from "lucide-react";
import Link from "next/link";
import { formatPercent } from "#lib/format.ts";
import type { Overview, TrackStep } from "#lib/overview/schema.ts";
import { trackHref } from "./hrefs.ts";

type Entry = Overview["track"][number];
type ActiveRuns = Overview["project"]["activeRuns"];

const names: Record<TrackStep, string> = {
  task: "Task",
  data: "Data",
  labels: "Labels",
  student: "Student",
  verdict: "Verdict",
  savings: "Savings",
};
const kinds = { data: "import", labels: "generation", student: "finetune", verdict: "evaluation" } as const;

const words: Record<Entry["state"], string> = {
  done: "done",
  running: "under way",
  attention: "needs attention",
  skipped: "not needed",
  todo: "to do",
};

const marks: Record<Entry["state"], string> = {
  done: "border-good-mark bg-good-mark text-inverse",
  running: "border-running-mark bg-running-soft text-running",
  attention: "border-attention-mark bg-attention-soft text-attention",
  skipped: "border-line-strong bg-surface text-faint",
  todo: "border-line-strong bg-surface",
};

/** The six steps from task to savings, each with its state, one fact, and a way to its page. */
export function Track({
  projectId,
  track,
  activeRuns,
}: {
  projectId: string;
  track: readonly Entry[];
  activeRuns: ActiveRuns;
}) {
  return (
    <nav aria-label="Steps of the project" className="overflow-x-auto rounded-lg border bg-surface">
      <ol className="grid min-w-2xl grid-cols-6">
        {track.map((entry, index) => (
          <li key={entry.step} className="relative">
            {index > 0 ? (
              <span
                aria-hidden
                className={clsx(
                  "absolute top-[22px] right-1/2 left-[-50%] h-px",
                  joined(track, index) ? "bg-good-mark" : "bg-line-strong",
                )}
              />
            ) : null}
            <Link
              href={trackHref(projectId, entry.step)}
              className="relative flex h-full flex-col items-center gap-1 px-2 py-3 text-center hover:bg-hover/60 focus-visible:outline-offset-[-2px]"
            >
              <Mark state={entry.state} />
              <span className={clsx("text-sm font-medium", entry.state === "todo" && "text-muted")}>
                {names[entry.step]}
                <span className="sr-only">, {words[entry.state]}</span>
              </span>
              <span className="tnum text-xs text-muted">
                {entry.state === "running" ? share(entry.step, activeRuns) : entry.fact}
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function joined(track: readonly Entry[], index: number): boolean {
  return [track[index - 1], track[index]].every((entry) => entry?.state === "done" || entry?.state === "skipped");
}

function share(step: TrackStep, activeRuns: ActiveRuns): string {
  const run = step === "task" || step === "savings" ? undefined : activeRuns.find(({ kind }) => kind === kinds[step]);
  return run?.total ? formatPercent(Math.min(1, run.done / run.total), 0) : "under way";
}

function Mark({ state }: { state: Entry["state"] }) {
  return (
    <span
      aria-hidden
      className={clsx("relative z-10 grid size-5 place-items-center rounded-full border", marks[state])}
    >
      {state === "done" ? <Check className="size-3" strokeWidth={3} /> : null}
      {state === "running" ? (
        <span className="size-2 rounded-full bg-running-mark motion-safe:animate-pulse-soft" />
      ) : null}
      {state === "attention" ? <CircleAlert className="size-3.5" /> : null}
      {state === "skipped" ? <Minus className="size-3" /> : null}
    </span>
  );
}
