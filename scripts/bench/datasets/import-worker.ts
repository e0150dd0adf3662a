/** A worker process that imports and looks data over, so that its memory and its time are those of that work. Ends with SIGTERM. */
import { closeDb } from "#lib/core/db.ts";
import { runKinds } from "#lib/jobs/catalog.ts";
import { closeQueues } from "#lib/jobs/queue.ts";
import { importHandler } from "#workers/import.ts";
import { qualityHandler } from "#workers/quality.ts";
import { type RunHandlers, startRuntime } from "#workers/runtime.ts";

const refuse = () => Promise.reject(new Error("not in this bench"));
const refusing = Object.fromEntries(Object.keys(runKinds).map((kind) => [kind, refuse])) as unknown as RunHandlers;
const nothing = async () => {};
const runtime = await startRuntime(
  { ...refusing, import: importHandler, quality: qualityHandler },
  { mail: nothing, sample: nothing },
  nothing,
);
process.once("SIGTERM", async () => {
  await runtime.stop();
  await closeQueues();
  await closeDb();
  process.exit(0);
});
process.stdout.write("ready\n");
