import type { Actor } from "#lib/core/actor.ts";
import { db, isTooSlow, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import type { PauseReason, RunError } from "#lib/runs/schema.ts";
import { Prisma, type Run } from "#prisma/generated/client.ts";
import { type PayloadOf, type RunKind, runKinds } from "./catalog.ts";

/** How long a worker owns a run without a sign of life, on the database's clock. */
export const leaseSeconds = 5;

export type NewRun<K extends RunKind> = {
  kind: K;
  projectId: string;
  title: string;
  payload: PayloadOf<K>;
  simulated: boolean;
};

/** Writes a queued run in the caller's transaction. The caller enqueues it after the commit; the sweep does it where that fails. */
export async function createRun<K extends RunKind>(tx: Tx, actor: Actor, run: NewRun<K>): Promise<Run> {
  const payload = runKinds[run.kind].payload.parse(run.payload) as Prisma.InputJsonObject;
  const made = await tx.run.create({
    data: {
      teamId: actor.teamId,
      projectId: run.projectId,
      kind: run.kind,
      title: run.title.slice(0, 200),
      payload,
      simulated: run.simulated,
      createdById: actor.userId,
    },
  });
  await publish(tx, actor.teamId, `run:${made.id}`, `project:${run.projectId}`);
  return made;
}

/**
 * Runs that are due and that nobody holds: waiting ones, those of dead workers, and those that a full disk stopped, once it is time to
 * look again.
 */
export const isDue = Prisma.sql`(("wakeAt" IS NULL OR "wakeAt" <= now())
  AND ("state" = 'queued' OR ("state" = 'running' AND ("leaseUntil" IS NULL OR "leaseUntil" < now()))
    OR ("state" = 'paused' AND "pauseReason" = 'space' AND "wakeAt" IS NOT NULL)))`;

/** Takes a run for this worker, if it is due and nobody else holds it. Raises the epoch, so that an older holder is fenced off. */
export async function claimRun(runId: string, holder: string): Promise<Run | null> {
  const claimed = await db.$queryRaw<{ id: string }[]>`
    UPDATE "Run" SET "state" = 'running', "leaseEpoch" = "leaseEpoch" + 1, "leaseHolder" = ${holder}, "wakeAt" = NULL,
      "leaseUntil" = now() + make_interval(secs => ${leaseSeconds}), "startedAt" = coalesce("startedAt", now()),
      "pauseReason" = NULL, "pauseMessage" = NULL
    WHERE "id" = ${runId}::uuid AND ${isDue} RETURNING "id"`;
  return claimed.length === 0 ? null : db.run.findUnique({ where: { id: runId } });
}

/** Thrown by fenced writes once another worker holds the run. The holder stops without a trace. */
export class LostLease extends Error {
  constructor(runId: string) {
    super(`run ${runId} is held by another worker`);
    this.name = "LostLease";
  }
}

/** Locks the run row and checks that `epoch` still holds it; every write of a handler goes through here. */
export async function fence(tx: Tx, runId: string, epoch: number): Promise<void> {
  const rows = await tx.$queryRaw<{ leaseEpoch: number; state: string }[]>`
    SELECT "leaseEpoch", "state"::text FROM "Run" WHERE "id" = ${runId}::uuid FOR NO KEY UPDATE`;
  if (rows[0]?.leaseEpoch !== epoch || rows[0].state !== "running") throw new LostLease(runId);
}

/** What the runtime writes at the end of a claim. */
export type RunEnd =
  | { state: "succeeded"; result: unknown }
  | { state: "failed"; error: RunError }
  | { state: "cancelled" }
  /** with `afterMs` it is also claimed again by itself */
  | { state: "paused"; reason: PauseReason; message: string; afterMs?: number }
  /** still running; the next tick is due after `afterMs` */
  | { state: "later"; afterMs: number }
  /** given back at once (shutdown) */
  | { state: "released" };

/** Ends a claim. @throws LostLease */
export async function endClaim(tx: Tx, run: Run, end: RunEnd): Promise<void> {
  await fence(tx, run.id, run.leaseEpoch);
  const free = { leaseUntil: null, leaseHolder: null };
  const closed = { ...free, finishedAt: new Date(), cancelRequested: false, pauseRequested: false };
  const data: Prisma.RunUpdateInput =
    end.state === "later"
      ? { ...free, wakeAt: new Date(Date.now() + end.afterMs) }
      : end.state === "released"
        ? { ...free, state: "queued" }
        : end.state === "paused"
          ? {
              ...free,
              state: "paused",
              pauseReason: end.reason,
              pauseMessage: end.message,
              pauseRequested: false,
              wakeAt: end.afterMs === undefined ? null : new Date(Date.now() + end.afterMs),
            }
          : end.state === "succeeded"
            ? { ...closed, state: "succeeded", result: end.result as Prisma.InputJsonObject }
            : end.state === "failed"
              ? { ...closed, state: "failed", error: end.error as Prisma.InputJsonObject }
              : { ...closed, state: "cancelled" };
  await tx.run.update({ where: { id: run.id }, data });
}

/** Appends events with the next sequence numbers. Call behind `fence`, which serialises writers of one run. */
export async function appendEvents(
  tx: Tx,
  runId: string,
  events: { type: "log" | "metric" | "state"; level?: string; message?: string; data?: unknown; at?: Date }[],
): Promise<void> {
  if (events.length === 0) return;
  const [last] = await tx.$queryRaw<{ seq: number }[]>`
    SELECT coalesce(max("seq"), 0)::int AS seq FROM "RunEvent" WHERE "runId" = ${runId}::uuid`;
  const first = (last?.seq ?? 0) + 1;
  await tx.runEvent.createMany({
    data: events.map((event, index) => ({
      runId,
      seq: first + index,
      type: event.type,
      level: event.level ?? "info",
      message: (event.message ?? "").slice(0, 4000).replaceAll("\u0000", ""),
      data: (event.data ?? {}) as Prisma.InputJsonObject,
      ...(event.at ? { at: event.at } : {}),
    })),
  });
}

/** What a person sees of an unexpected failure: never its inner text, which may hold data or keys. */
export function asRunError(error: unknown): RunError {
  if (error instanceof AppError) {
    const { code, message, where, todo } = error.toBody();
    return { code, message, ...(where ? { where } : {}), ...(todo ? { todo } : {}) };
  }
  if (isTooSlow(error)) {
    return {
      code: "INTERNAL",
      message: "The database took too long over one step.",
      todo: "Retry when less is going on: nothing done is done twice.",
    };
  }
  return {
    code: "INTERNAL",
    message: "Something went wrong inside Stillhouse.",
    todo: "Retry; the server log has the details.",
  };
}
