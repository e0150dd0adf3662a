import type { Verb } from "#lib/core/verb.ts";
import { datasetVerbs } from "#lib/datasets/service.ts";
import { evaluationVerbs } from "#lib/evaluations/service.ts";
import { mailVerbs } from "#lib/mails/service.ts";
import { projectVerbs } from "#lib/projects/service.ts";
import { runVerbs } from "#lib/runs/service.ts";
import { savingsVerbs } from "#lib/savings/service.ts";
import { taskVerbs } from "#lib/tasks/service.ts";

/** Registry of everything that can be asked of Stillhouse. Routes, OpenAPI, reference page and the all-verbs test read it. */
export const verbs = [
  ...projectVerbs,
  ...taskVerbs,
  ...datasetVerbs,
  ...runVerbs,
  ...evaluationVerbs,
  ...savingsVerbs,
  ...mailVerbs,
] as unknown as readonly Verb[];
