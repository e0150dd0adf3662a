import type { RunKind, RunState, Task } from "#prisma/generated/client.ts";
import { type Stage, type StageState, type Step, steps } from "./schema.ts";

/** Facts about one project that decide its stages. */
export interface StageFacts {
  taskReady: boolean;
  readyVersions: number;
  /** finished labelling runs */
  labelled: number;
  students: number;
  evaluations: number;
  /** newest run of each kind that occurred, and every active one */
  runs: readonly { kind: RunKind; state: RunState }[];
}

/** The step that a kind of run takes a project through; null: done beside the steps, no step waits for it. */
export const stepOfKind: Record<RunKind, Step | null> = {
  import: "data",
  fetch: "data",
  derive: null,
  generation: "labels",
  finetune: "student",
  evaluation: "verdict",
  synthesis: null,
  quality: null,
};

/** Where a project stands, step by step. A running step shows as running even when it has an older result. */
export function stagesOf(facts: StageFacts): Stage[] {
  const results: Record<Step, boolean> = {
    task: facts.taskReady,
    data: facts.readyVersions > 0,
    labels: facts.labelled > 0,
    student: facts.students > 0,
    verdict: facts.evaluations > 0,
  };
  const stateOf = (step: Step): StageState => {
    const states = facts.runs.filter((run) => stepOfKind[run.kind] === step).map((run) => run.state);
    if (states.some((state) => state === "queued" || state === "running")) return "running";
    if (states.includes("paused")) return "attention";
    if (results[step]) return "done";
    if (states.includes("failed")) return "attention";
    if (step === "labels" && facts.students > 0) return "skipped";
    return "todo";
  };
  return steps.map((step) => ({ step, state: stateOf(step) }));
}

/** Whether a task says enough to label and train with. Labels may still come from the data. */
export function isTaskReady(task: Pick<Task, "kind" | "instruction" | "labels" | "jsonSchema"> | null): boolean {
  if (!task || task.instruction.trim() === "") return false;
  if (task.kind === "classification") return task.labels.length >= 2;
  return task.kind === "generation" || task.jsonSchema !== null;
}
