import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { claimRun, fence } from "#lib/jobs/runs.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { fetchHandler } from "./fetch.ts";
import type { Outcome, RunContext } from "./runtime.ts";

export type FetchClaim = {
  ctx: RunContext<"fetch">;
  stop: AbortController;
  logs: string[];
  /** the latest figures */
  progress: Record<string, unknown>;
};

/** Claims a run as a worker does, without queue and heartbeat. */
export async function claimFetch(runId: string): Promise<FetchClaim> {
  // As if the lease of a dead holder had run out.
  await db.run.updateMany({ where: { id: runId, state: "running" }, data: { leaseUntil: new Date(0) } });
  const run = await claimRun(runId, "test");
  if (!run) throw new Error("the run could not be claimed");
  const stop = new AbortController();
  const logs: string[] = [];
  const progress: Record<string, unknown> = {};
  const ctx: RunContext<"fetch"> = {
    run,
    payload: run.payload as RunContext<"fetch">["payload"],
    signal: stop.signal,
    log: (_level, message) => logs.push(message),
    metric: () => undefined,
    progress: (patch) => Object.assign(progress, patch),
    fenced: (work) =>
      db.$transaction(async (tx) => {
        await fence(tx, run.id, run.leaseEpoch);
        return work(tx);
      }),
    flush: async () => undefined,
  };
  return { ctx, stop, logs, progress };
}

type Started = { id: string; runId: string };

export async function startUrl(actor: Actor, projectId: string, url: string): Promise<Started> {
  return (await callVerbAs("upload.fetchUrl", actor, { projectId, url })) as Started;
}

/** Works a waiting fetch off. */
export async function fetchNow(runId: string): Promise<Outcome<"fetch"> & { logs: string[] }> {
  const { ctx, logs } = await claimFetch(runId);
  return { ...(await fetchHandler(ctx)), logs };
}
