import { z } from "zod";
import { deriveKind } from "./kinds/derive.ts";
import { evaluationKind } from "./kinds/evaluation.ts";
import { fetchKind } from "./kinds/fetch.ts";
import { finetuneKind } from "./kinds/finetune.ts";
import { generationKind } from "./kinds/generation.ts";
import { importKind } from "./kinds/import.ts";
import { qualityKind } from "./kinds/quality.ts";
import { synthesisKind } from "./kinds/synthesis.ts";

/** Registry of run kinds. A kind without a handler in `workers/index.ts` does not compile. */
export const runKinds = {
  import: importKind,
  fetch: fetchKind,
  derive: deriveKind,
  generation: generationKind,
  finetune: finetuneKind,
  evaluation: evaluationKind,
  quality: qualityKind,
  synthesis: synthesisKind,
} as const;
export type RunKind = keyof typeof runKinds;
export type PayloadOf<K extends RunKind> = z.output<(typeof runKinds)[K]["payload"]>;
export type ResultOf<K extends RunKind> = z.output<(typeof runKinds)[K]["result"]>;

/** Work that is not a run: short, repeatable, payload of ids only. A job without a handler does not compile. */
export const jobs = {
  /** deliver one outbox mail */
  mail: { payload: z.object({ outboxId: z.uuid() }), perWorker: 4 },
  /** take the sample project one step further */
  sample: { payload: z.object({}), perWorker: 1 },
} as const;
export type JobName = keyof typeof jobs;
export type JobPayload<N extends JobName> = z.output<(typeof jobs)[N]["payload"]>;

/** Queue names: one per run kind and one per job. */
export type QueueName = `run-${RunKind}` | JobName;
