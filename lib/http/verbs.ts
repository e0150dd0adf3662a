import type { Verb } from "#lib/core/verb.ts";
import { runVerbs } from "#lib/runs/service.ts";

/** Registry of everything that can be asked of Stillhouse. Routes, OpenAPI, reference page and the all-verbs test read it. */
export const verbs: readonly Verb[] = [...runVerbs] as readonly Verb[];
