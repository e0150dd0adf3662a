import { formatMoney, plural } from "#lib/format.ts";
import { Estimate } from "#lib/generation/schema.ts";
import type { PayloadOf } from "#lib/jobs/catalog.ts";
import { generationKind } from "#lib/jobs/kinds/generation.ts";
import type { RunDetail } from "#lib/runs/schema.ts";

/** Frozen inputs of a labelling run; null for a run of another kind. */
export function payloadOf(run: Pick<RunDetail, "payload">): PayloadOf<"generation"> | null {
  return generationKind.payload.safeParse(run.payload).data ?? null;
}

/** The estimate that the smoke test left in the run's progress. */
export function estimateOf(run: Pick<RunDetail, "progress">): Estimate | null {
  return Estimate.safeParse(run.progress.extra.estimate).data ?? null;
}

/** "Label 8,112 rows · about $4.10" */
export function confirmWords(estimate: Estimate | null, left: number, noun: "row" | "request"): string {
  const what = `${noun === "row" ? "Label" : "Send"} ${plural(estimate?.rows ?? left, noun)}`;
  return estimate ? `${what} · about ${formatMoney(estimate.costMicros.mid)}` : what;
}

/** "$3.80 to $4.40" */
export function bandWords(band: { low: number; high: number }): string {
  const [low, high] = [formatMoney(band.low), formatMoney(band.high)];
  return low === high ? low : `${low} to ${high}`;
}

export const sideWords = { all: "all rows", train: "training rows", holdout: "hold-out rows" } as const;
