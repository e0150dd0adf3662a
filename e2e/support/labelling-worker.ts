/** A worker process that only labels, for tests that kill it: `node e2e/support/labelling-worker.ts`. Prints "ready". */
import { closeDb } from "#lib/core/db.ts";
import { closeQueues } from "#lib/jobs/queue.ts";
import { generationHandler } from "#workers/generate.ts";
import { startRuntime } from "#workers/runtime.ts";

const runtime = await startRuntime(
  { generation: generationHandler },
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
