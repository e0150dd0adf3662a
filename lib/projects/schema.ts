import { z } from "zod";
import { endpoint, Instant, Page, pageOf, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { PauseReason, RunKindName, RunStateName } from "#lib/runs/schema.ts";

/** What a project distils; decides which fields its task has and which students it can train. */
export const TaskKind = z.enum(["classification", "extraction", "generation"]);
export type TaskKind = z.infer<typeof TaskKind>;

/** The steps of the main job, in order. */
export const steps = ["task", "data", "labels", "student", "verdict"] as const;
export const Step = z.enum(steps);
export type Step = z.infer<typeof Step>;

/**
 * How far a step is. `done` has a result; `running` works; `attention` waits for a person or failed without a result;
 * `skipped` was not needed (a student trained on gold labels needs no teacher); `todo` has not been started.
 */
export const StageState = z.enum(["done", "running", "attention", "skipped", "todo"]);
export type StageState = z.infer<typeof StageState>;

export const Stage = z.object({ step: Step, state: StageState });
export type Stage = z.infer<typeof Stage>;

export const ActiveRun = z.object({
  id: z.uuid(),
  kind: RunKindName,
  state: RunStateName,
  title: z.string(),
  phase: z.string(),
  done: z.number(),
  /** null while it is not known */
  total: z.number().nullable(),
  unit: z.string(),
  etaMs: z.number().nullable(),
  pauseReason: PauseReason.nullable(),
});
export type ActiveRun = z.infer<typeof ActiveRun>;

export const Project = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  kind: TaskKind,
  /** made by the sample generator: no figure in it is a real model's */
  simulated: z.boolean(),
  createdBy: z.string(),
  createdAt: Instant,
  archivedAt: Instant.nullable(),
  stages: z.array(Stage),
  /** queued, running and paused runs, newest first, at most 5 */
  activeRuns: z.array(ActiveRun),
  /** the newest evaluation; null before the first one */
  latestEvaluationId: z.uuid().nullable(),
  counts: z.object({
    datasets: z.number().int(),
    students: z.number().int(),
    evaluations: z.number().int(),
  }),
});
export type Project = z.infer<typeof Project>;

const Name = z.string().trim().min(1, "Give the project a name.").max(120, "A name has at most 120 characters.");
const Description = z.string().trim().max(2_000, "A description has at most 2,000 characters.");

export const projectList = endpoint({
  name: "project.list",
  method: "GET",
  path: "/projects",
  permission: "project.read",
  summary: "Projects of the team, newest first, with how far each one is and what runs now.",
  input: Page.extend({
    archived: QueryFlag.default(false).meta({ description: "archived projects instead of the current ones" }),
    search: z.string().trim().max(120).optional().meta({ description: "part of the name or the description" }),
  }),
  output: pageOf(Project),
});

export const projectCreate = endpoint({
  name: "project.create",
  method: "POST",
  path: "/projects",
  permission: "project.write",
  summary: "Creates a project together with its task, which is then filled in with `task.put`.",
  input: z.object({
    name: Name,
    description: Description.default(""),
    kind: TaskKind,
    instruction: z
      .string()
      .trim()
      .max(20_000)
      .optional()
      .meta({ description: "what the model is told to do; a plain text for the kind when absent" }),
  }),
  output: Project,
});

export const projectGet = endpoint({
  name: "project.get",
  method: "GET",
  path: "/projects/:projectId",
  permission: "project.read",
  summary: "One project with its stages and active runs.",
  input: z.object({ projectId: ref("project") }),
  output: Project,
});

export const projectUpdate = endpoint({
  name: "project.update",
  method: "PATCH",
  path: "/projects/:projectId",
  permission: "project.write",
  summary: "Changes name or description; what is absent stays.",
  input: z.object({ projectId: ref("project"), name: Name.optional(), description: Description.optional() }),
  output: Project,
});

export const projectArchive = endpoint({
  name: "project.archive",
  method: "POST",
  path: "/projects/:projectId/archive",
  permission: "project.write",
  summary: "Takes a project out of the lists; nothing is deleted. Refused while a run is active.",
  input: z.object({ projectId: ref("project") }),
  output: Project,
});

export const projectUnarchive = endpoint({
  name: "project.unarchive",
  method: "POST",
  path: "/projects/:projectId/unarchive",
  permission: "project.write",
  summary: "Puts an archived project back into the lists.",
  input: z.object({ projectId: ref("project") }),
  output: Project,
});
