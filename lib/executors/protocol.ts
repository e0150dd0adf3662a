import { z } from "zod";
import { Provenance } from "#lib/recipes/manifest.ts";

/**
 * What executors, trainers and the worker agree on: the files of a run directory, the job that a trainer is given, the events
 * that it writes (version 1), and the meaning of its exit codes. Spoken by trainers on this machine and on GPU nodes alike.
 */

/** Files of a run directory. It belongs to the run: checkpoints survive attempts. */
export const runFiles = {
  job: "job.json",
  rows: "train.jsonl",
  events: "events.jsonl",
  stdout: "stdout.log",
  artifacts: "artifacts",
  checkpoints: "checkpoints",
} as const;

/** What a trainer reads on start. Holds no secret. */
export const TrainingSpec = z.object({
  v: z.literal(1),
  key: z.string(),
  attempt: z.int().min(1),
  name: z.string(),
  recipe: z.string(),
  params: z.record(z.string(), z.unknown()),
  provenance: Provenance,
  createdBy: z.string(),
});
export type TrainingSpec = z.infer<typeof TrainingSpec>;

export const exitCodes = {
  done: 0,
  failed: 1,
  badInput: 2,
  outOfMemory: 3,
  notFinite: 4,
  environment: 78,
  stopped: 143,
} as const;

const finite = z.number();
const count = z.int().min(0);
const base = { v: z.literal(1), seq: z.int().min(1), ts: z.number(), attempt: z.int().min(1) };
const event = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.looseObject({ ...base, type: z.literal(type), ...shape });

/** One line of events.jsonl. Readers ignore fields and types that they do not know. */
export const TrainerEvent = z.discriminatedUnion("type", [
  event("start", { key: z.string(), recipe: z.string() }),
  event("env", {}),
  event("data", { rows: count, dropped: count }),
  event("train", { total_steps: count, trainable: count, params: z.record(z.string(), z.unknown()) }),
  event("resume", { step: count }),
  event("metric", {
    step: count,
    total: count,
    epoch: finite,
    loss: finite.optional(),
    /** mean over a finished pass */
    epoch_loss: finite.optional(),
    eval_loss: finite.optional(),
    eval_accuracy: finite.optional(),
    examples_per_s: finite.optional(),
    phase: z.string().optional(),
  }),
  event("checkpoint", { step: count, path: z.string(), bytes: count }),
  event("heartbeat", { step: count, total: count, phase: z.string() }),
  event("warning", { code: z.string(), message: z.string() }),
  event("error", { code: z.string(), retryable: z.boolean(), message: z.string(), trace: z.string().optional() }),
  event("stopped", { step: count, signal: z.string() }),
  event("artifacts", { manifest: z.string() }),
  event("done", {}),
]);
export type TrainerEvent = z.infer<typeof TrainerEvent>;

type Body<E> = E extends TrainerEvent ? Omit<E, keyof typeof base> : never;
/** An event as a trainer gives it; sequence, time and attempt are added on writing. */
export type NewTrainerEvent = Body<TrainerEvent>;

/** One line, or null when it is none of ours (unknown type, cut, not JSON): the reader goes on. */
export function parseTrainerEvent(line: string): TrainerEvent | null {
  try {
    const parsed = TrainerEvent.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
