import type { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { Verb } from "#lib/core/verb.ts";
import type { Imported, Upload } from "#lib/datasets/schema.ts";
import { datasetVerbs } from "#lib/datasets/service.ts";
import { claimRun, fence } from "#lib/jobs/runs.ts";
import { importHandler } from "./import.ts";
import type { Outcome, RunContext, StopReason } from "./runtime.ts";

/** Calls a verb of datasets by its name, for tests. */
export async function callDataset<T>(
  actor: Actor,
  name: string,
  input: Record<string, unknown>,
  body?: ReadableStream<Uint8Array>,
): Promise<T> {
  const verb = (datasetVerbs as unknown as Verb[]).find((candidate) => candidate.endpoint.name === name);
  if (!verb) throw new Error(`there is no ${name}`);
  return (await verb.call({ actor, ...(body ? { body } : {}) }, input)) as T;
}

export function streamOf(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
      controller.close();
    },
  });
}

export function uploadText(
  actor: Actor,
  projectId: string,
  text: string | Uint8Array,
  fileName = "file.csv",
): Promise<Upload> {
  return callDataset<Upload>(actor, "upload.create", { projectId, fileName }, streamOf(text));
}

type Start = { name?: string; mapping?: unknown; holdoutFraction?: number; allowDuplicate?: boolean };

/** Uploads a file and creates a dataset of it; its import waits. */
export async function startImport(actor: Actor, projectId: string, file: string | Uint8Array, options: Start = {}) {
  const upload = await uploadText(actor, projectId, file);
  return callDataset<z.infer<typeof Imported>>(actor, "dataset.create", {
    projectId,
    name: `Data ${upload.id.slice(0, 8)}`,
    uploadId: upload.id,
    mapping: { inputs: ["text"], output: "label" },
    ...options,
  });
}

export type Claim = {
  ctx: RunContext<"import">;
  stop: AbortController;
  logs: string[];
  progress: Record<string, unknown>[];
};

/** Claims a run as a worker does, without queue and heartbeat. */
export async function claim(runId: string, holder = "test"): Promise<Claim> {
  // As if the lease of a dead holder had run out.
  await db.run.updateMany({ where: { id: runId, state: "running" }, data: { leaseUntil: new Date(0) } });
  const run = await claimRun(runId, holder);
  if (!run) throw new Error("the run could not be claimed");
  const stop = new AbortController();
  const logs: string[] = [];
  const progress: Record<string, unknown>[] = [];
  const ctx: RunContext<"import"> = {
    run,
    payload: run.payload as { uploadId: string; datasetVersionId: string },
    signal: stop.signal,
    log: (_level, message) => logs.push(message),
    metric: () => undefined,
    progress: (patch) => progress.push(patch),
    fenced: (work) =>
      db.$transaction(async (tx) => {
        await fence(tx, run.id, run.leaseEpoch);
        return work(tx);
      }),
    flush: async () => undefined,
  };
  return { ctx, stop, logs, progress };
}

/** Works a waiting import off. */
export async function importNow(runId: string, stopped?: StopReason): Promise<Outcome<"import">> {
  const { ctx, stop } = await claim(runId);
  if (stopped) stop.abort(stopped);
  return importHandler(ctx);
}

/** A CSV of distinct tickets with three labels. */
export function tickets(count: number, extra = ""): string {
  let text = "text,label\n";
  for (let index = 0; index < count; index += 1)
    text += `"Ticket ${index}, the ""printer"" does not print${extra}",label_${index % 3}\n`;
  return text;
}
