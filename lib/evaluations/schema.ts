import { z } from "zod";
import { endpoint, Instant, Int, Page, pageOf, ref } from "#lib/core/endpoint.ts";
import { EvaluationReport } from "./report.ts";

/** Which rows of a version to judge on: its hold-out, or all of a pure test version. */
export const RowChoice = z.enum(["holdout", "all"]);

const Named = z.object({ id: z.uuid(), name: z.string() });

const Head = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  runId: z.uuid(),
  student: Named.extend({ recipe: z.string(), labelSource: z.string() }),
  /** "Tickets v1" */
  data: z.object({ versionId: z.uuid(), name: z.string(), rows: RowChoice }),
  /** null where no labelling run was chosen */
  teacher: z.object({ runId: z.uuid(), name: z.string() }).nullable(),
  simulated: z.boolean(),
  createdAt: Instant,
});

const Quality = z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable();

/** A report without its tables; figures on all judged rows. */
export const SummaryReport = EvaluationReport.pick({
  basis: true,
  rows: true,
  latency: true,
  memoryBytes: true,
  cost: true,
  outcome: true,
}).extend({
  quality: z.object({ student: Quality, teacher: Quality }),
  verdict: EvaluationReport.shape.views.shape.all.shape.verdict,
});
export type SummaryReport = z.infer<typeof SummaryReport>;

/** One line of the leaderboard. */
export const EvaluationSummary = Head.extend({ report: SummaryReport });
export type EvaluationSummary = z.infer<typeof EvaluationSummary>;

export const EvaluationDetail = Head.extend({ report: EvaluationReport });
export type EvaluationDetail = z.infer<typeof EvaluationDetail>;

/** What can be evaluated, for the form and for scripts. */
export const EvaluationChoices = z.object({
  students: z.array(
    Named.extend({ datasetVersionId: z.uuid(), generationRunId: z.uuid().nullable(), simulated: z.boolean() }),
  ),
  versions: z.array(
    Named.extend({
      rowCount: z.number().int(),
      holdoutCount: z.number().int(),
      labelledCount: z.number().int(),
      /** finished labelling runs on this version that cover its hold-out, newest first */
      teachers: z.array(
        z.object({
          runId: z.uuid(),
          name: z.string(),
          coversAll: z.boolean(),
          /** how many rows a random sample had; null where it was no sample */
          sample: z.number().int().nullable(),
        }),
      ),
    }),
  ),
});
export type EvaluationChoices = z.infer<typeof EvaluationChoices>;

/** Who is right on a row. `studentOnly`: the student is right and the teacher is not. */
export const Correctness = z.enum([
  "both",
  "studentOnly",
  "teacherOnly",
  "neither",
  "studentWrong",
  "teacherWrong",
  "disagree",
]);
export type Correctness = z.infer<typeof Correctness>;

/** Instead of a label: an answer outside the label set, or none at all. */
export const OUTSIDE = "(outside)";
export const NO_ANSWER = "(none)";

/** PostgreSQL has no NUL in texts: such a filter can match nothing. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\0]*$/, "A text cannot hold the character NUL.");

const RowFilters = z.object({
  gold: text(1000).optional().meta({ description: "gold label" }),
  teacher: text(1000)
    .optional()
    .meta({ description: `the teacher's label, \`${OUTSIDE}\` or \`${NO_ANSWER}\`` }),
  student: text(1000).optional().meta({ description: "the student's label" }),
  correctness: Correctness.optional().meta({ description: "who is right" }),
  view: z
    .enum(["all", "answered"])
    .default("all")
    .meta({ description: "`answered`: only rows that the teacher answered" }),
  search: text(200).optional().meta({ description: "part of the input" }),
});

export const EvaluationRowItem = z.object({
  position: z.number().int(),
  input: z.string(),
  gold: z.string().nullable(),
  teacher: z.string().nullable(),
  student: z.string(),
  /** the student's probability of its answer */
  confidence: z.number(),
  teacherLatencyMs: z.number().nullable(),
  studentLatencyMs: z.number(),
});
export type EvaluationRowItem = z.infer<typeof EvaluationRowItem>;

export const evaluationCreate = endpoint({
  name: "evaluation.create",
  method: "POST",
  path: "/projects/:projectId/evaluations",
  permission: "run.write",
  summary: "Starts a run that puts student and teacher to the same rows; its result names the evaluation.",
  input: z.object({
    projectId: ref("project"),
    studentId: ref("student"),
    datasetVersionId: ref("datasetVersion")
      .optional()
      .meta({ description: "default: the version the student was trained on, on its hold-out" }),
    generationRunId: ref("run").nullable().optional().meta({
      description: "labelling run with the teacher's answers; default: the newest on that version; null: none",
    }),
    rows: RowChoice.default("holdout"),
  }),
  output: z.object({
    id: z.uuid().meta({ description: "id of the run, and of the evaluation once it has succeeded" }),
  }),
});

export const evaluationChoices = endpoint({
  name: "evaluation.choices",
  method: "GET",
  path: "/projects/:projectId/evaluation-choices",
  permission: "project.read",
  summary: "Students, dataset versions and labelling runs that an evaluation can be made of.",
  input: z.object({ projectId: ref("project") }),
  output: EvaluationChoices,
});

export const evaluationList = endpoint({
  name: "evaluation.list",
  method: "GET",
  path: "/projects/:projectId/evaluations",
  permission: "project.read",
  summary: "Evaluations of a project with their headline figures, newest first.",
  input: Page.extend({
    cursor: z.uuid().optional(),
    projectId: ref("project"),
    studentId: ref("student").optional(),
  }),
  output: pageOf(EvaluationSummary),
});

export const evaluationGet = endpoint({
  name: "evaluation.get",
  method: "GET",
  path: "/evaluations/:evaluationId",
  permission: "project.read",
  summary: "One evaluation with its whole report.",
  input: z.object({ evaluationId: ref("evaluation") }),
  output: EvaluationDetail,
});

export const evaluationRows = endpoint({
  name: "evaluation.rows",
  method: "GET",
  path: "/evaluations/:evaluationId/rows",
  permission: "project.read",
  summary: "The judged examples behind a figure: input, gold label, both answers.",
  input: Page.extend({
    evaluationId: ref("evaluation"),
    ...RowFilters.shape,
    sort: z
      .enum(["position", "doubt", "sure"])
      .default("position")
      .meta({ description: "by position, least or most confident first" }),
  }),
  output: pageOf(EvaluationRowItem).extend({
    /** rows that match, counted to 10,000 */
    total: Int,
    capped: z.boolean(),
  }),
});

export const evaluationExport = endpoint({
  name: "evaluation.export",
  method: "GET",
  path: "/evaluations/:evaluationId/export",
  permission: "data.read",
  summary:
    "The judged examples as a file. In CSV, cells that a spreadsheet would run as formulas are neutralised; JSONL is verbatim.",
  input: z.object({
    evaluationId: ref("evaluation"),
    format: z.enum(["csv", "jsonl"]).default("csv"),
    ...RowFilters.shape,
  }),
  output: z.string(),
});

export const evaluationDelete = endpoint({
  name: "evaluation.delete",
  method: "DELETE",
  path: "/evaluations/:evaluationId",
  permission: "run.write",
  summary: "Deletes an evaluation and its judged rows; the run stays.",
  input: z.object({ evaluationId: ref("evaluation") }),
  output: z.object({ id: z.uuid() }),
});
