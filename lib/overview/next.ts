import type { EvaluationSummary } from "#lib/evaluations/schema.ts";
import { formatCount, formatDuration, formatPercent } from "#lib/format.ts";
import type { ActiveRun, Stage, Step, TaskKind } from "#lib/projects/schema.ts";
import { stepOfKind } from "#lib/projects/stages.ts";
import type { NextStep } from "./schema.ts";

/** What decides the next step. */
export interface NextFacts {
  kind: TaskKind;
  stages: readonly Stage[];
  /** newest first */
  activeRuns: readonly ActiveRun[];
  /** newest failed run of each step that has no result yet */
  failedRuns: Partial<Record<Step, { id: string; message: string }>>;
  /** rows with a gold label in the newest dataset version */
  goldRows: number;
  verdict: EvaluationSummary | null;
  /** the newest student is younger than the newest evaluation of it */
  newStudent: string | null;
  savingsComplete: boolean;
}

/** Where what a run is about is shown; work beside the steps is about data. */
const areaOf = (run: ActiveRun): Step => stepOfKind[run.kind] ?? "data";
const nouns: Record<Step, string> = {
  task: "task",
  data: "import",
  labels: "labelling run",
  student: "training",
  verdict: "evaluation",
};

/** The one thing to do now, with the reason: what waits for a person first, then what runs, then the first open step. */
export function nextStep(facts: NextFacts): NextStep {
  const waiting = facts.activeRuns.find((run) => run.state === "paused");
  if (waiting) return ofWaiting(waiting);
  // A quality report is made beside the work and keeps nobody from it.
  const running = facts.activeRuns.find((run) => run.kind !== "quality");
  if (running) return ofRunning(running);
  for (const { step, state } of facts.stages) {
    const failed = facts.failedRuns[step];
    if (state === "attention" && failed) {
      return {
        step,
        runId: failed.id,
        title: `The last ${nouns[step]} failed`,
        reason: failed.message,
        action: "See what happened",
      };
    }
    if (state === "todo") return ofOpen(step, facts);
  }
  return ofResult(facts);
}

function ofWaiting(run: ActiveRun): NextStep {
  const reasons = {
    confirm: "The first rows are answered: look at them and at the estimate, then let it go on.",
    budget: "It reached its spending cap. Raise the cap or keep what there is.",
    funds: "The provider says that the account has no funds left.",
    user: "Somebody paused it.",
    held: "Some answers are unknown after a crash: decide whether to ask for them again.",
    space: "A disk of the server is full. Free some space; it goes on by itself.",
  };
  return {
    step: areaOf(run),
    runId: run.id,
    title: `"${run.title}" waits for you`,
    reason: run.pauseReason ? reasons[run.pauseReason] : "It is paused.",
    action: "Look at it",
  };
}

function ofRunning(run: ActiveRun): NextStep {
  const share = run.total ? `${formatPercent(Math.min(1, run.done / run.total), 0)} done` : run.phase || "In the queue";
  const left = run.etaMs === null ? "" : `, about ${formatDuration(run.etaMs)} left`;
  return {
    step: areaOf(run),
    runId: run.id,
    title: run.title,
    reason: `${share}${left}. You can leave this page; it goes on.`,
    action: "Follow it",
  };
}

function ofOpen(step: Step, { kind, goldRows }: NextFacts): NextStep {
  const open: Record<Step, Omit<NextStep, "step" | "runId">> = {
    task: {
      title: "Say what the task is",
      reason: "The instruction and the labels are what the teacher is asked and the student learns.",
      action: "Describe the task",
    },
    data: {
      title: "Bring your data",
      reason: "A CSV or JSONL file with real inputs. Part of it is held out at once, to judge by later.",
      action: "Upload a file",
    },
    labels: {
      title: "Let a teacher label the data",
      reason:
        goldRows > 0
          ? `${formatCount(goldRows)} rows already carry gold labels; the teacher's answers show what you pay for today, and label the rest.`
          : "A large model answers every row once, under a hard spending cap.",
      action: "Label the rows",
    },
    student: {
      title: "Train a student",
      reason:
        kind === "classification"
          ? "It learns from the labels on this machine's processor, usually in seconds."
          : "This kind of task needs a GPU node to train on.",
      action: "Train a student",
    },
    verdict: {
      title: "Put the student to the test",
      reason:
        "Teacher and student answer the same held-out rows; the verdict says whether the difference means anything.",
      action: "Evaluate",
    },
  };
  return { step, runId: null, ...open[step] };
}

function ofResult({ verdict, newStudent, savingsComplete }: NextFacts): NextStep {
  const at = (step: NextStep["step"], title: string, reason: string, action: string): NextStep => ({
    step,
    runId: null,
    title,
    reason,
    action,
  });
  if (newStudent)
    return at("verdict", `Evaluate ${newStudent}`, "It was trained after the last evaluation.", "Evaluate");
  const found = verdict?.report.verdict;
  if (verdict?.report.outcome === "fail") {
    const why = found?.kind === "worse" ? found.sentence : "It misses a limit of the task; the evaluation says which.";
    return at(
      "student",
      "Improve the student",
      `${why} More labelled rows or gold labels usually help.`,
      "Train another",
    );
  }
  if (verdict?.report.outcome === "open") {
    const more = found?.moreRows;
    const reason = more
      ? `The test rows cannot tell yet: about ${formatCount(more)} more are needed.`
      : "The evaluation lists what could not be decided, and what would decide it.";
    return at("data", "Bring more test rows", reason, "Add data");
  }
  if (!savingsComplete) {
    return at(
      "savings",
      "Say what today's model costs",
      "With its traffic and price the saving, net of everything, can be worked out.",
      "Open savings",
    );
  }
  return at(
    "savings",
    "Show what it saves",
    "The student meets its limits. The savings page is made to be printed or sent.",
    "Open savings",
  );
}
