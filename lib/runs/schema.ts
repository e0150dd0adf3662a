import { z } from "zod";
import { endpoint, Instant, Int, Page, pageOf, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { errorCodes } from "#lib/core/errors.ts";

export const RunKindName = z.enum([
  "import",
  "fetch",
  "derive",
  "generation",
  "finetune",
  "evaluation",
  "synthesis",
  "quality",
]);
export type RunKindName = z.infer<typeof RunKindName>;

/** What each kind of run is called where a person reads it. */
export const runKindWords: Record<RunKindName, string> = {
  import: "Import",
  fetch: "Fetch",
  derive: "Change of data",
  generation: "Labelling",
  finetune: "Fine-tune",
  evaluation: "Evaluation",
  synthesis: "New rows",
  quality: "Quality report",
};

export const RunStateName = z.enum(["queued", "running", "paused", "succeeded", "failed", "cancelled"]);
export type RunStateName = z.infer<typeof RunStateName>;

/** Why a run waits for a person. One that waits for `space` on a disk also looks by itself whether there is some again. */
export const PauseReason = z.enum(["confirm", "budget", "funds", "user", "held", "space"]);
export type PauseReason = z.infer<typeof PauseReason>;

/** Live figures of a run. Counters are totals over all claims, so a resumed run goes on counting. */
export const RunProgress = z.object({
  /** what it does now, in words: "Smoke test" */
  phase: z.string().default(""),
  /** all phases in order */
  phases: z.array(z.string()).default([]),
  done: z.number().default(0),
  total: z.number().nullable().default(null),
  /** what `done` counts: rows, bytes, epochs */
  unit: z.string().default("rows"),
  ratePerSec: z.number().nullable().default(null),
  etaMs: z.number().nullable().default(null),
  /** by class, such as ok, outside_labels, retried */
  counts: z.record(z.string(), z.number()).default({}),
  /** further live figures of the kind, shown by its panel */
  extra: z.record(z.string(), z.unknown()).default({}),
});
export type RunProgress = z.infer<typeof RunProgress>;

export const RunError = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  where: z.string().optional(),
  todo: z.string().optional(),
});
export type RunError = z.infer<typeof RunError>;

export const Run = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  projectName: z.string(),
  kind: RunKindName,
  state: RunStateName,
  title: z.string(),
  progress: RunProgress,
  error: RunError.nullable(),
  pauseReason: PauseReason.nullable(),
  pauseMessage: z.string().nullable(),
  costMicros: Int,
  simulated: z.boolean(),
  pausable: z.boolean(),
  cancelRequested: z.boolean(),
  pauseRequested: z.boolean(),
  createdBy: z.string(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  /** time spent working, over all claims, ms */
  activeMs: Int,
});
export type Run = z.infer<typeof Run>;

export const RunDetail = Run.extend({
  /** frozen inputs */
  payload: z.record(z.string(), z.unknown()),
  result: z.record(z.string(), z.unknown()).nullable(),
});
export type RunDetail = z.infer<typeof RunDetail>;

export const RunEvent = z.object({
  seq: z.number().int(),
  at: Instant,
  type: z.enum(["log", "metric", "state"]),
  level: z.enum(["debug", "info", "warn", "error"]),
  message: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type RunEvent = z.infer<typeof RunEvent>;

export const runList = endpoint({
  name: "run.list",
  method: "GET",
  path: "/runs",
  permission: "run.read",
  summary: "Runs of the team, newest first.",
  input: Page.extend({
    projectId: ref("project").optional(),
    kind: RunKindName.optional(),
    /** a state, or `active` for queued, running and paused */
    state: z.enum([...RunStateName.options, "active"]).optional(),
  }),
  output: pageOf(Run),
});

export const runGet = endpoint({
  name: "run.get",
  method: "GET",
  path: "/runs/:runId",
  permission: "run.read",
  summary: "One run with its frozen inputs and its result.",
  input: z.object({ runId: ref("run") }),
  output: RunDetail,
});

export const runEvents = endpoint({
  name: "run.events",
  method: "GET",
  path: "/runs/:runId/events",
  permission: "run.read",
  summary: "Log lines, metric points and state changes, in order; ask again with the last seq.",
  input: z.object({
    runId: ref("run"),
    after: z.coerce.number().int().min(0).default(0),
    type: z.enum(["log", "metric", "state"]).optional(),
    /** keep only lines that contain this text */
    search: z.string().max(200).optional(),
    level: z.enum(["debug", "info", "warn", "error"]).optional(),
    limit: z.coerce.number().int().min(1).max(5000).default(1000),
    /** the newest `limit` instead of the oldest */
    tail: QueryFlag.default(false),
  }),
  output: z.object({ items: z.array(RunEvent), lastSeq: z.number().int() }),
});

export const runLog = endpoint({
  name: "run.log",
  method: "GET",
  path: "/runs/:runId/log",
  permission: "run.read",
  summary: "The whole log as a text file.",
  input: z.object({ runId: ref("run") }),
  output: z.string(),
});

const control = <N extends string>(verb: N, summary: string) =>
  endpoint({
    name: `run.${verb}`,
    method: "POST",
    path: `/runs/:runId/${verb}`,
    permission: "run.write",
    summary,
    input: z.object({ runId: ref("run") }),
    output: RunDetail,
  });

export const runCancel = control("cancel", "Ends a run; what it has done so far is kept.");
export const runPause = control("pause", "Stops a labelling run after the requests in flight; it can go on later.");
export const runResume = control("resume", "Goes on with a paused run; confirms one that waits for a confirmation.");
export const runRetry = control(
  "retry",
  "Starts a failed or cancelled run again where it stopped; nothing done is done twice.",
);
