import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { Verb } from "#lib/core/verb.ts";
import { finetuneVerbs } from "#lib/finetunes/service.ts";
import { finetuneKind } from "#lib/jobs/kinds/finetune.ts";
import { claimRun, endClaim, fence } from "#lib/jobs/runs.ts";
import { makeVersion } from "#lib/testing/factories.ts";
import { finetuneHandler } from "./finetune.ts";
import type { RunContext, StopReason } from "./runtime.ts";

/** Calls a fine-tune verb by its name, for tests. */
export async function callFinetune<T>(actor: Actor, name: string, input: Record<string, unknown>): Promise<T> {
  const verb = (finetuneVerbs as unknown as Verb[]).find((candidate) => candidate.endpoint.name === name);
  if (!verb) throw new Error(`there is no ${name}`);
  return (await verb.call({ actor }, input)) as T;
}

const things = ["printer", "invoice", "password", "laptop", "travel", "badge"] as const;

/** Tickets about six things, worded differently: easy to learn, and enough rows for several checkpoints. */
export function ticketRows(count: number): { input: string; output: string; holdout: boolean }[] {
  return Array.from({ length: count }, (_, i) => {
    const thing = things[i % things.length] ?? "printer";
    const input = `Ticket ${i}: please help with my ${thing}, it ${["broke", "is gone", "does not work"][i % 5] ?? "failed"} since ${i % 17} days`;
    return { input, output: `about ${thing}`, holdout: i % 10 === 9 };
  });
}

export async function startFinetune(
  actor: Actor,
  projectId: string,
  rows = ticketRows(600),
  options: Record<string, unknown> = {},
) {
  const datasetVersionId = await makeVersion(actor, projectId, rows);
  const { id } = await callFinetune<{ id: string }>(actor, "finetune.create", {
    projectId,
    datasetVersionId,
    labelSource: "gold",
    ...options,
  });
  return { runId: id, datasetVersionId };
}

export type Tick = { stop: AbortController; logs: string[]; done: ReturnType<typeof finetuneHandler> };

/** One claim of the handler as a worker makes it, without queue and heartbeat. */
export async function tick(runId: string): Promise<Tick> {
  // As if the lease of a dead holder had run out, and the time of the next tick had come.
  await db.run.updateMany({ where: { id: runId, state: "running" }, data: { leaseUntil: new Date(0), wakeAt: null } });
  const run = await claimRun(runId, "test");
  if (!run) throw new Error("the run could not be claimed");
  const stop = new AbortController();
  const logs: string[] = [];
  const ctx: RunContext<"finetune"> = {
    run,
    payload: finetuneKind.payload.parse(run.payload),
    signal: stop.signal,
    log: (_level, message) => logs.push(message),
    metric: () => undefined,
    progress: () => undefined,
    fenced: (work) =>
      db.$transaction(async (tx) => {
        await fence(tx, run.id, run.leaseEpoch);
        return work(tx);
      }),
    flush: async () => undefined,
  };
  return { stop, logs, done: finetuneHandler(ctx) };
}

/** Ticks until the run has succeeded. @throws what the handler throws */
export async function trainNow(runId: string, withinMs = 90_000) {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const outcome = await (await tick(runId)).done;
    if (outcome.end === "succeeded") {
      const run = await db.run.findUniqueOrThrow({ where: { id: runId } });
      await db.$transaction((tx) => endClaim(tx, run, { state: "succeeded", result: outcome.result }));
      return outcome.result;
    }
    await sleep(20);
  }
  throw new Error("the fine-tune did not end in time");
}

export function aborted(reason: StopReason, { stop, done }: Tick) {
  stop.abort(reason);
  return done;
}

/** Process ids whose command line names the run directory. */
export function processesOf(runId: string): Promise<string[]> {
  return new Promise((resolve) => {
    const child = spawn("pgrep", ["-f", runId], { stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.on("close", () => resolve(text.split("\n").filter(Boolean)));
  });
}
