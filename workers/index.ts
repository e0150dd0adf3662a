import { closeDb } from "#lib/core/db.ts";
import { log } from "#lib/core/log.ts";
import { env } from "#lib/env.ts";
import { closeQueues } from "#lib/jobs/queue.ts";
import { evaluationHandler } from "./evaluate.ts";
import { finetuneHandler } from "./finetune.ts";
import { generationHandler } from "./generate.ts";
import { importHandler, sweepUploads } from "./import.ts";
import { deliverMail, sweepMails } from "./mail.ts";
import { startRuntime } from "./runtime.ts";
import { advanceSample, sweepSample } from "./sample.ts";

/** One worker process. Any number may run, on any machines that reach the database, the queue and the data folder. */
const runtime = await startRuntime(
  { import: importHandler, generation: generationHandler, finetune: finetuneHandler, evaluation: evaluationHandler },
  { mail: deliverMail, sample: advanceSample },
  async () => {
    await sweepMails();
    await sweepUploads();
    if (env.STILLHOUSE_SAMPLE) await sweepSample();
  },
);

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
