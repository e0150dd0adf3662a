import vm from "node:vm";
import { AppError } from "#lib/core/errors.ts";

/** The engine's own watchdog: it ends even a regular expression that goes back over its text for ever, which a timer cannot. */
const holder: { work: () => unknown } = { work: () => undefined };
const context = vm.createContext(holder);
const call = new vm.Script("work()");

/**
 * Runs work that is not waited for (no promises) and ends it when the time is up. For patterns that came with a file of somebody's. Costs
 * some 0.1 ms a call, so that small pieces of work belong into one.
 * @throws AppError LIMIT with `what`; what `work` throws
 */
export function withinTime<T>(milliseconds: number, what: string, work: () => T): T {
  let result: { value: T } | null = null;
  holder.work = () => {
    result = { value: work() };
  };
  try {
    call.runInContext(context, { timeout: milliseconds });
  } catch (error) {
    if ((error as { code?: string } | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new AppError("LIMIT", `${what} took longer than ${milliseconds / 1_000} s and was ended.`, { status: 422 });
  } finally {
    holder.work = () => undefined;
  }
  const done = result as { value: T } | null;
  if (!done) throw new AppError("INTERNAL", "Work within a time did not run.");
  return done.value;
}
