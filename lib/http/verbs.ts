import type { Verb } from "#lib/core/verb.ts";
import { datasetVerbs } from "#lib/datasets/service.ts";
import { rowTokenVerbs } from "#lib/datasets/tokens.ts";
import { evaluationVerbs } from "#lib/evaluations/service.ts";
import { finetuneVerbs } from "#lib/finetunes/service.ts";
import { generationVerbs } from "#lib/generation/service.ts";
import { mailVerbs } from "#lib/mails/service.ts";
import { overviewVerbs } from "#lib/overview/service.ts";
import { projectVerbs } from "#lib/projects/service.ts";
import { qualityVerbs } from "#lib/quality/service.ts";
import { reviewVerbs } from "#lib/reviews/service.ts";
import { runVerbs } from "#lib/runs/service.ts";
import { savingsVerbs } from "#lib/savings/service.ts";
import { studentVerbs } from "#lib/students/service.ts";
import { synthesisVerbs } from "#lib/synthesis/service.ts";
import { taskVerbs } from "#lib/tasks/service.ts";
import { teacherVerbs } from "#lib/teachers/service.ts";
import { teamVerbs } from "#lib/teams/service.ts";
import { tokenVerbs } from "#lib/tokens/service.ts";

/** Registry of everything that can be asked of Stillhouse. Routes, OpenAPI, reference page and the all-verbs test read it. */
export const verbs = [
  ...teamVerbs,
  ...tokenVerbs,
  ...projectVerbs,
  ...taskVerbs,
  ...datasetVerbs,
  ...qualityVerbs,
  ...rowTokenVerbs,
  ...teacherVerbs,
  ...generationVerbs,
  ...reviewVerbs,
  ...finetuneVerbs,
  ...studentVerbs,
  ...runVerbs,
  ...evaluationVerbs,
  ...synthesisVerbs,
  ...savingsVerbs,
  ...overviewVerbs,
  ...mailVerbs,
] as unknown as readonly Verb[];
