import type { RunDetail } from "#lib/runs/schema.ts";

/** Rows per second over the labelling phase, from what a script sees of the run's progress. */
export function labellingRate(): { look(run: RunDetail): void; rowsPerSec(): number } {
  let first: { at: number; done: number } | null = null;
  let last: { at: number; done: number } | null = null;
  return {
    look({ progress }) {
      if (progress.phase !== "Label" || progress.done === last?.done) return;
      last = { at: performance.now(), done: progress.done };
      first ??= last;
    },
    rowsPerSec() {
      if (!first || !last || last.at === first.at) return Number.NaN;
      return ((last.done - first.done) / (last.at - first.at)) * 1_000;
    },
  };
}
