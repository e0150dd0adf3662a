import { db, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { deriveBy, type Operation, type Version } from "#lib/datasets/operation.ts";
import { ChangeCounts } from "#lib/datasets/schema.ts";
import { whereOperation } from "#lib/datasets/where.ts";
import { labelsOperation } from "#lib/generation/to-version.ts";
import type { ResultOf } from "#lib/jobs/catalog.ts";
import { fence } from "#lib/jobs/runs.ts";
import { fixOperation } from "#lib/quality/fixes.ts";
import type { RunContext, RunHandler } from "./runtime.ts";

/** Every way to make a version by a run: a noun's own operation and one line here. */
const operations: readonly Operation[] = [whereOperation.erased, labelsOperation.erased, fixOperation.erased];

const phases = ["Find the rows", "Write the version"];
/** Nothing ends it but its end, a person or a lost connection. */
const longestMs = 7 * 24 * 3_600_000;

/**
 * Makes a version of another in one transaction that ends with the fence: cancelled, killed or replaced by another worker at any point, it
 * leaves nothing, and is simply done again.
 */
export const deriveHandler: RunHandler<"derive"> = async (ctx) => {
  const { payload, run, signal } = ctx;
  // The last claim ended between its commit and the end of the run.
  const made = await db.datasetVersion.findUnique({ where: { deriveRunId: run.id } });
  if (made) return { end: "succeeded", result: resultOf(made) };
  if (signal.aborted) return { end: "later", afterMs: 0 };
  const operation = operations.find(({ kind }) => kind === payload.op.kind);
  const parent = await db.datasetVersion.findFirst({
    where: { id: payload.datasetVersionId, teamId: run.teamId },
    include: { dataset: true },
  });
  if (!operation) throw new Error(`no operation ${payload.op.kind}`);
  if (!parent) throw new AppError("NOT_FOUND", "The version that was to be changed is gone.");
  const version = await inOneTransaction(ctx, async (tx, tell) => {
    const author = { teamId: run.teamId, userId: run.createdById };
    const planned = { parent, reason: payload.reason, operation, op: payload.op };
    return deriveBy(tx, author, planned, { runId: run.id, tell });
  });
  const result = resultOf(version);
  ctx.log(
    "info",
    `Made v${result.number}: ${result.added} added, ${result.removed} removed, ${result.changed} changed.`,
  );
  return { end: "succeeded", result };
};

type Work = (tx: Tx, tell: (done: number, total: number) => void) => Promise<Version>;

/** A transaction without time limits whose statement is cancelled when the run is asked to stop. @throws LostLease */
async function inOneTransaction(ctx: RunContext<"derive">, work: Work): Promise<Version> {
  const { signal, run } = ctx;
  const [phase = "", next = ""] = phases;
  ctx.progress({ phase, phases, done: 0, total: null, unit: "positions" });
  const tell = (done: number, total: number) => {
    signal.throwIfAborted();
    ctx.progress(done < total ? { done, total } : { phase: next, done, total });
  };
  return db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = 0`;
      const [backend] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      let cancelling: Promise<unknown> = Promise.resolve();
      const cancel = () => {
        cancelling = db.$queryRaw`SELECT pg_cancel_backend(${backend?.pid ?? 0}::int)`.catch(() => undefined);
      };
      signal.addEventListener("abort", cancel, { once: true });
      try {
        const version = await work(tx, tell);
        signal.throwIfAborted();
        await fence(tx, run.id, run.leaseEpoch);
        return version;
      } finally {
        signal.removeEventListener("abort", cancel);
        // Its effect must not reach what this connection does next.
        await cancelling;
      }
    },
    { timeout: longestMs },
  );
}

function resultOf(version: Omit<Version, "dataset">): ResultOf<"derive"> {
  const { added, removed, changed } = ChangeCounts.parse(version.changes);
  const { datasetId, number, rowCount } = version;
  return { datasetId, datasetVersionId: version.id, number, rows: rowCount, added, removed, changed };
}
