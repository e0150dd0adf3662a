import { z } from "zod";
import { endpoint, Int, ref } from "#lib/core/endpoint.ts";
import { EvaluationSummary } from "#lib/evaluations/schema.ts";
import { Project, StageState, steps } from "#lib/projects/schema.ts";
import { Run } from "#lib/runs/schema.ts";
import { Savings } from "#lib/savings/schema.ts";

/** The steps of a project and, last, what it all comes to. */
export const TrackStep = z.enum([...steps, "savings"]);
export type TrackStep = z.infer<typeof TrackStep>;

export const NextStep = z.object({
  step: TrackStep,
  runId: z.uuid().nullable(),
  title: z.string(),
  reason: z.string(),
  /** on the button */
  action: z.string(),
});
export type NextStep = z.infer<typeof NextStep>;

export const Overview = z.object({
  project: Project,
  /** every step with its state and one fact in words */
  track: z.array(z.object({ step: TrackStep, state: StageState, fact: z.string() })),
  /** what to do now, and why; `runId` where it is about a run, else the page of `step` */
  next: NextStep,
  /** the evaluation of the leading student */
  verdict: EvaluationSummary.nullable(),
  /** teacher and every student's newest evaluation on the rows of the newest one: quality against cost */
  candidates: z.array(
    z.object({
      /** the evaluation behind the figures */
      evaluationId: z.uuid(),
      kind: z.enum(["student", "teacher"]),
      name: z.string(),
      quality: z.number(),
      low: z.number(),
      high: z.number(),
      per1kMicros: Int,
    }),
  ),
  /** what `per1kMicros` of students holds: serving at the stated traffic, or processor time alone while traffic is not known */
  costBasis: z.enum(["serving", "processor"]),
  savings: Savings.pick({ complete: true, headline: true, baseline: true }).extend({
    net: Savings.shape.model.shape.monthly.shape.net,
    payback: Savings.shape.model.shape.payback,
  }),
  spent: z.object({ micros: Int, budgetMicros: Int.nullable() }),
  /** newest five */
  runs: z.array(Run),
});
export type Overview = z.infer<typeof Overview>;

export const projectOverview = endpoint({
  name: "project.overview",
  method: "GET",
  path: "/projects/:projectId/overview",
  permission: "project.read",
  summary: "Where a project stands, what comes next and why, the verdict so far, its savings and spend.",
  input: z.object({ projectId: ref("project") }),
  output: Overview,
});
