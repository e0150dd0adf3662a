import path from "node:path";
import { AppError } from "#lib/core/errors.ts";
import { env } from "#lib/env.ts";
import type { Executor } from "./executor.ts";
import { localExecutor } from "./local.ts";

/** Registry of executors, made on first use: one line a member. */
const makers: Record<string, () => Executor> = {
  local: () => localExecutor(path.resolve(env.STILLHOUSE_DATA_DIR, "runs")),
};

const made = new Map<string, Executor>();

/** @throws AppError INTERNAL for a name that is not in the registry */
export function getExecutor(name: string): Executor {
  const known = made.get(name);
  if (known) return known;
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!make) throw new AppError("INTERNAL", `There is no executor "${name}".`);
  const executor = make();
  made.set(name, executor);
  return executor;
}
