import type { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { qualityKind } from "#lib/jobs/kinds/quality.ts";
import { claimRun, fence } from "#lib/jobs/runs.ts";
import type { CheckCode } from "#lib/quality/checks.ts";
import type { CheckSummary, QualityReport, qualityFindings } from "#lib/quality/schema.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
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

export type Row = { input: string; output?: string | null; holdout?: boolean };

/** Asks for a report. @returns its run */
export async function startReport(actor: Actor, datasetVersionId: string): Promise<string> {
  const { id } = await callVerbAs("quality.start", actor, { datasetVersionId });
  return String(id);
}

export type Looked = { report: QualityReport; of: (check: CheckCode) => CheckSummary };

/** Makes a report and answers its checks by code. */
export async function lookOver(actor: Actor, datasetVersionId: string): Promise<Looked> {
  const outcome = await reportNow(await startReport(actor, datasetVersionId));
  if (outcome.end !== "succeeded") throw new Error(`the report ended as ${outcome.end}`);
  const { report } = (await callVerbAs("quality.get", actor, { datasetVersionId })) as { report: QualityReport };
  const of = (check: CheckCode) => {
    const found = report.checks.find((one) => one.check === check);
    if (!found) throw new Error(check);
    return found;
  };
  return { report, of };
}

/** A page of findings. */
export async function findingsOf(actor: Actor, datasetVersionId: string, check: CheckCode, more: object = {}) {
  const input = { datasetVersionId, check, limit: 200, ...more };
  return (await callVerbAs("quality.findings", actor, input)) as unknown as z.infer<typeof qualityFindings.output>;
}

/** A bit of everything that can be wrong. Positions are the place in the list. */
export const messy: Row[] = [
  { input: "Where is my parcel, it should have been here on Monday", output: "delivery" },
  { input: "where is my  PARCEL, it should have been here on monday", output: "delivery" },
  { input: "Where is my parcel, it should have been here on Monday?", output: "refund" },
  { input: "I want my money back for the broken lamp", output: "refund" },
  { input: "i want my money back for the broken lamp", output: "delivery" },
  { input: "Cancel the order with the two chairs, please", output: "Cancel order" },
  { input: "Please cancel what I ordered this morning", output: "cancel_order" },
  { input: "My address has changed since last week", output: "adress_change" },
  { input: "What are your opening hours on Sunday", output: "smalltalk" },
  { input: "Write to ada.lovelace@example.com about the refund, will you", output: "refund" },
  { input: "I want my money back for the broken lamp", output: "refund", holdout: true },
  { input: "Please cancel what I ordered this morning, 2", output: "cancel_order", holdout: true },
  { input: `${"word ".repeat(3_000)}`, output: "delivery" },
  ...Array.from({ length: 30 }, (_, i) => ({
    input: `Question ${["alpha", "beta", "gamma", "delta", "kappa", "sigma"][i % 6]} ${(i * 7919) % 997}: ${["lamp", "desk", "sofa", "bed", "shelf"][i % 5]}`,
    output: ["delivery", "refund", "cancel_order"][i % 3] ?? "",
  })),
];
