import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { SoftmaxTrainer } from "#lib/recipes/cpu-softmax/trainer.ts";
import { EpochRecord } from "#lib/recipes/manifest.ts";
import { decodeSafetensors, encodeSafetensors, take, tensor } from "#lib/recipes/safetensors.ts";

/** Where a fit stands, besides its weights. With the seed it determines everything that follows. */
export const FitState = z.object({
  phase: z.enum(["fit", "refit"]),
  /** passes begun before this one, over both phases */
  pass: z.int(),
  /** rows of this pass already visited */
  position: z.int(),
  /** blocks of rows visited so far */
  step: z.int(),
  /** losses since the last metric, and since the pass began */
  windowLoss: z.number(),
  windowRows: z.int(),
  passLoss: z.number(),
  bestEvalLoss: z.number().nullable(),
  passesWithoutGain: z.int(),
  epochs: z.array(EpochRecord),
  temperature: z.number(),
  validation: z
    .object({ accuracy: z.number(), loss: z.number(), eceBefore: z.number(), eceAfter: z.number() })
    .nullable(),
  /** working time of all attempts up to here, ms */
  elapsedMs: z.number(),
});
export type FitState = z.infer<typeof FitState>;

const COMPLETE = ".complete";
const STATE = "state.json";
const TENSORS = "state.safetensors";
const KEPT = 2;

function names(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^step-\d{8}$/.test(name))
        .sort()
    : [];
}

/**
 * Saves a checkpoint. The marker is written last and carries the signature of settings and data: a half-written checkpoint and
 * one of other settings are both passed over. The two newest are kept.
 * @returns path below the run directory, and bytes
 */
export function saveCheckpoint(
  folder: string,
  signature: string,
  trainer: SoftmaxTrainer,
  state: FitState,
): { path: string; bytes: number } {
  const name = `step-${String(state.step).padStart(8, "0")}`;
  const target = path.join(folder, name);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const chunks = encodeSafetensors({
    weight: tensor(trainer.weight, [trainer.weight.length]),
    bias: tensor(trainer.bias, [trainer.bias.length]),
    dual: tensor(trainer.dual, [trainer.dual.length]),
  });
  for (const chunk of chunks) writeFileSync(path.join(target, TENSORS), chunk, { flag: "a" });
  writeFileSync(path.join(target, STATE), JSON.stringify(state));
  writeFileSync(path.join(target, COMPLETE), signature);
  for (const old of names(folder).slice(0, -KEPT)) rmSync(path.join(folder, old), { recursive: true, force: true });
  return {
    path: path.posix.join("checkpoints", name),
    bytes: chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
  };
}

/** Loads the newest whole checkpoint of these settings into the trainer. Null when there is none. */
export function loadCheckpoint(folder: string, signature: string, trainer: SoftmaxTrainer): FitState | null {
  for (const name of names(folder).reverse()) {
    const state = load(path.join(folder, name), signature, trainer);
    if (state) return state;
  }
  return null;
}

function load(folder: string, signature: string, trainer: SoftmaxTrainer): FitState | null {
  try {
    if (readFileSync(path.join(folder, COMPLETE), "utf8") !== signature) return null;
    const state = FitState.parse(JSON.parse(readFileSync(path.join(folder, STATE), "utf8")));
    const tensors = decodeSafetensors(readFileSync(path.join(folder, TENSORS)), TENSORS);
    const parts = (["weight", "bias", "dual"] as const).map((name) => ({
      into: trainer[name],
      from: take(tensors, name, "F32").data,
    }));
    if (parts.some(({ into, from }) => into.length !== from.length)) return null;
    for (const { into, from } of parts) into.set(from);
    return state;
  } catch {
    // Damaged or cut: an older one, or a new start, gives the same result.
    return null;
  }
}
