import { db } from "#lib/core/db.ts";
import { qualityKind } from "#lib/jobs/kinds/quality.ts";
import { claimRun, fence } from "#lib/jobs/runs.ts";
import { qualityHandler } from "./quality.ts";
import type { Outcome, RunContext } from "./runtime.ts";

type Claim = { ctx: RunContext<"quality">; stop: AbortController };

/** Claims a report's run as a worker does, without queue and heartbeat. `onPhase` is told each phase as it begins. */
export async function claimQuality(runId: string, onPhase: (phase: string) => void = () => undefined): Promise<Claim> {
  // As if the lease of a dead holder had run out.
  await db.run.updateMany({ where: { id: runId, state: "running" }, data: { leaseUntil: new Date(0) } });
  const run = await claimRun(runId, "test");
  if (!run) throw new Error("the run could not be claimed");
  const stop = new AbortController();
  const ctx: RunContext<"quality"> = {
    run,
    payload: qualityKind.payload.parse(run.payload),
    signal: stop.signal,
    log: () => undefined,
    metric: () => undefined,
    progress: ({ phase }) => {
      if (phase !== undefined) onPhase(phase);
    },
    fenced: (work) =>
      db.$transaction(async (tx) => {
        await fence(tx, run.id, run.leaseEpoch);
        return work(tx);
      }),
    flush: async () => undefined,
  };
  return { ctx, stop };
}

/** Works a waiting report off. */
export async function reportNow(runId: string): Promise<Outcome<"quality">> {
  const { ctx } = await claimQuality(runId);
  const outcome = await qualityHandler(ctx);
  if (outcome.end === "succeeded")
    await db.run.update({ where: { id: runId }, data: { state: "succeeded", result: outcome.result } });
  return outcome;
}
