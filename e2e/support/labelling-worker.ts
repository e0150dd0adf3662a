/** A worker process that only labels, for tests that kill it: `node e2e/support/labelling-worker.ts`. Prints "ready". */
import { closeDb } from "#lib/core/db.ts";
import { closeQueues } from "#lib/jobs/queue.ts";
import { generationHandler } from "#workers/generate.ts";
import { startRuntime } from "#workers/runtime.ts";

const refuse = () => Promise.reject(new Error("this worker only labels"));
const runtime = await startRuntime(
  { import: refuse, generation: generationHandler, finetune: refuse, evaluation: refuse },
  { mail: async () => {}, sample: async () => {} },
  async () => {},
);
console.log("ready");
process.on("SIGTERM", async () => {
  await runtime.stop();
  await closeQueues();
  await closeDb();
  process.exit(0);
});
