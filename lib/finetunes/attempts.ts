import { exitCodes } from "#lib/executors/protocol.ts";
import type { TrainingJob } from "#prisma/generated/client.ts";

/**
 * States of a TrainingJob row: `new` (written before submit), `submitted`, and how it ended: `done`, `failed`, `cancelled`;
 * `stopped` (told to, in good order) and `again` (without a word, or after progress) go on from their checkpoint in a next attempt.
 */
export type AttemptState = "new" | "submitted" | "done" | "failed" | "cancelled" | "stopped" | "again";

export const isOpen = (job: Pick<TrainingJob, "state">): boolean => job.state === "new" || job.state === "submitted";

/** Attempts in a row that may end without a word of their own before a person has to look. */
const MOST_LOST = 5;
const KILLED = 137;

/**
 * How an attempt ended (the retry table of the dispatch protocol). After `stopped` and `again` a new attempt follows; a
 * restart of the machine stops jobs in good order and so never counts against a run. `failed`: never by itself.
 *
 * @param exitCode null when it was lost
 * @param jobs all attempts since a person last started the run, newest last, the ended one included
 * @param progressed whether it wrote a checkpoint
 */
export function afterExit(
  exitCode: number | null,
  jobs: readonly Pick<TrainingJob, "state">[],
  progressed: boolean,
): "done" | "stopped" | "again" | "failed" {
  if (exitCode === exitCodes.done) return "done";
  if (exitCode === exitCodes.stopped) return "stopped";
  const before = jobs.slice(0, -1).filter(({ state }) => state === "again").length;
  if (exitCode === null || exitCode === KILLED) return before < MOST_LOST ? "again" : "failed";
  if (exitCode === exitCodes.failed) return progressed && before === 0 ? "again" : "failed";
  return "failed";
}

/** Attempts since the last one that a person had to act on. */
export function recentAttempts<J extends Pick<TrainingJob, "state">>(jobs: readonly J[]): J[] {
  const last = jobs.findLastIndex(
    ({ state }, index) => index < jobs.length - 1 && (state === "failed" || state === "cancelled"),
  );
  return jobs.slice(last + 1);
}
