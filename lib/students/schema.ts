import { z } from "zod";
import { endpoint, Instant, Int, Page, pageOf, ref } from "#lib/core/endpoint.ts";
import { LabelSource } from "#lib/jobs/kinds/finetune.ts";
import { Manifest } from "#lib/recipes/manifest.ts";

export const Student = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  runId: z.uuid(),
  name: z.string(),
  recipe: z.string(),
  labelSource: LabelSource,
  datasetVersionId: z.uuid(),
  /** "Tickets v1" */
  datasetName: z.string(),
  generationRunId: z.uuid().nullable(),
  trainRows: z.int(),
  trainMs: Int,
  sizeBytes: Int,
  labels: z.int(),
  /** on internal validation rows against the training labels; null with too few rows. Not a figure to quote */
  validationAccuracy: z.number().nullable(),
  simulated: z.boolean(),
  createdAt: Instant,
});
export type Student = z.infer<typeof Student>;

export const StudentDetail = Student.extend({
  manifest: Manifest,
  /** evaluations that depend on it */
  evaluations: z.int(),
});
export type StudentDetail = z.infer<typeof StudentDetail>;

export const studentList = endpoint({
  name: "student.list",
  method: "GET",
  path: "/projects/:projectId/students",
  permission: "student.read",
  summary: "Students of a project, newest first.",
  input: Page.extend({ projectId: ref("project") }),
  output: pageOf(Student),
});

export const studentGet = endpoint({
  name: "student.get",
  method: "GET",
  path: "/students/:studentId",
  permission: "student.read",
  summary: "A student with its manifest: files with checksums, labels, settings, origin and training curve.",
  input: z.object({ studentId: ref("student") }),
  output: StudentDetail,
});

export const Prediction = z.object({
  label: z.string(),
  confidence: z.number(),
  /** most likely labels with calibrated probabilities, best first */
  top: z.array(z.object({ label: z.string(), probability: z.number() })),
  /** time of the prediction alone, in process, ms */
  latencyMs: z.number(),
  /** present when `explain` was asked for: what moved the score of the answer, exact for a linear model */
  explanation: z
    .object({
      label: z.string(),
      words: z.array(z.object({ text: z.string(), score: z.number() })),
      features: z.array(z.object({ text: z.string(), kind: z.enum(["word", "pair", "part"]), score: z.number() })),
    })
    .nullable(),
});
export type Prediction = z.infer<typeof Prediction>;

export const studentPredict = endpoint({
  name: "student.predict",
  method: "POST",
  path: "/students/:studentId/predict",
  permission: "student.read",
  summary: "Answers one input, for trying a student out. Nothing is stored.",
  input: z.object({
    studentId: ref("student"),
    input: z.string().max(100_000, "it is longer than 100,000 characters"),
    top: z.int().min(1).max(100).default(5),
    explain: z.boolean().default(false),
  }),
  output: Prediction,
});

export const studentDownload = endpoint({
  name: "student.download",
  method: "GET",
  path: "/students/:studentId/files/:file",
  permission: "student.write",
  summary: "One of the student's files (see its manifest); the header `x-sha256` carries its checksum.",
  input: z.object({ studentId: ref("student"), file: z.string().max(100) }),
  output: z.string(),
});

export const studentRename = endpoint({
  name: "student.rename",
  method: "PATCH",
  path: "/students/:studentId",
  permission: "student.write",
  summary: "Renames a student. Its files keep the name they were trained under.",
  input: z.object({ studentId: ref("student"), name: z.string().trim().min(1, "give it a name").max(120) }),
  output: Student,
});

export const studentDelete = endpoint({
  name: "student.delete",
  method: "DELETE",
  path: "/students/:studentId",
  permission: "student.write",
  summary: "Deletes a student and its files; refused while an evaluation depends on it.",
  input: z.object({ studentId: ref("student") }),
  output: z.object({ id: z.uuid() }),
});
