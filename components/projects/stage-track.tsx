import clsx from "clsx";
import { Check, CircleAlert, Minus } from "lucide-react";
import Link from "next/link";
import type { Stage, StageState, Step } from "#lib/projects/schema.ts";

const names: Record<Step, string> = {
  task: "Task",
  data: "Data",
  labels: "Labels",
  student: "Student",
  verdict: "Verdict",
};

const words: Record<StageState, string> = {
  done: "done",
  running: "under way",
  attention: "needs attention",
  skipped: "not needed",
  todo: "to do",
};

const dots: Record<StageState, string> = {
  done: "border-good-mark bg-good-mark text-inverse",
  running: "border-running-mark text-running",
  attention: "border-attention-mark bg-attention-soft text-attention",
  skipped: "border-line-strong text-faint",
  todo: "border-line-strong",
};

const texts: Record<StageState, string> = {
  done: "text-ink",
  running: "font-medium text-running",
  attention: "font-medium text-attention",
  skipped: "text-faint",
  todo: "text-faint",
};

/** The page of a step. */
export function stepHref(projectId: string, step: Step): string {
  const tabs: Record<Step, string> = {
    task: "task",
    data: "data",
    labels: "labels",
    student: "students",
    verdict: "evaluations",
  };
  return `/projects/${projectId}/${tabs[step]}`;
}

/** Where a project stands: a dot and a word per step. With `linked`, each leads to the step's page. */
export function StageTrack({
  projectId,
  stages,
  linked = false,
}: {
  projectId: string;
  stages: readonly Stage[];
  linked?: boolean;
}) {
  return (
    <ol aria-label="Steps of the project" className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm sm:gap-x-1.5">
      {stages.map(({ step, state }, index) => (
        <li key={step} className="flex items-center gap-1.5">
          {index > 0 ? <span aria-hidden className="hidden h-px w-3 bg-line-strong sm:block" /> : null}
          {linked ? (
            <Link href={stepHref(projectId, step)} className="rounded-sm underline-offset-4 hover:underline">
              <Mark step={step} state={state} />
            </Link>
          ) : (
            <Mark step={step} state={state} />
          )}
        </li>
      ))}
    </ol>
  );
}

function Mark({ step, state }: Stage) {
  return (
    <span className={clsx("flex items-center gap-1", texts[state])}>
      <span aria-hidden className={clsx("grid size-3.5 place-items-center rounded-full border", dots[state])}>
        {state === "done" ? <Check className="size-2.5" strokeWidth={4} /> : null}
        {state === "running" ? (
          <span className="size-1.5 rounded-full bg-running-mark motion-safe:animate-pulse-soft" />
        ) : null}
        {state === "attention" ? <CircleAlert className="size-3" /> : null}
        {state === "skipped" ? <Minus className="size-2.5" /> : null}
      </span>
      {names[step]}
      <span className="sr-only">, {words[state]}</span>
    </span>
  );
}
