import { closeDb } from "#lib/core/db.ts";
import { log } from "#lib/core/log.ts";
import { sweepIndexes } from "#lib/datasets/indexing.ts";
import { sweepDeleted } from "#lib/datasets/purge.ts";
import { env } from "#lib/env.ts";
import { closeQueues } from "#lib/jobs/queue.ts";
import { sweepReports } from "#lib/quality/start.ts";
import { deriveHandler } from "./derive.ts";
import { evaluationHandler } from "./evaluate.ts";
import { fetchHandler } from "./fetch.ts";
import { finetuneHandler } from "./finetune.ts";
import { generationHandler } from "./generate.ts";
import { importHandler, sweepUploads } from "./import.ts";
import { deliverMail, sweepMails } from "./mail.ts";
import { qualityHandler } from "./quality.ts";
import { type RunHandlers, startRuntime } from "./runtime.ts";
import { advanceSample, sweepSample } from "./sample.ts";
import { synthesisHandler } from "./synthesize.ts";

/** Every kind has its handler, or this does not compile. */
const handlers: RunHandlers = {
  import: importHandler,
  fetch: fetchHandler,
  derive: deriveHandler,
  generation: generationHandler,
  finetune: finetuneHandler,
  evaluation: evaluationHandler,
  quality: qualityHandler,
  synthesis: synthesisHandler,
};

/** One worker process. Any number may run, on any machines that reach the database, the queue and the data folder. */
const runtime = await startRuntime(handlers, { mail: deliverMail, sample: advanceSample }, async () => {
  await sweepMails();
  await sweepUploads();
  await sweepReports();
  await sweepIndexes();
  sweepDeleted();
  if (env.STILLHOUSE_SAMPLE) await sweepSample();
});

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "worker stops");
  await runtime.stop();
  await closeQueues();
  await closeDb();
  process.exit(0);
}
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
