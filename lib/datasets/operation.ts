import type { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import type { Prisma, Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { createRun } from "#lib/jobs/runs.ts";
import type { Dataset, DatasetVersion, Run } from "#prisma/generated/client.ts";
import { type Derivation, deriveVersion } from "./derive.ts";

export type Version = DatasetVersion & { dataset: Dataset };

/** More rows than this are changed by a run, so that no request holds a transaction for long. */
export const atOnceRows = 20_000;

export type StageIo<Op> = {
  op: Op;
  parent: Version;
  userId: string;
  /** tells how far it is, in positions; throws when the run was asked to stop */
  tell(done: number, total: number): void;
};

/**
 * One way to make a version of another: from an edit by filter to the fixes of a quality report. Its settings travel in the payload of a
 * run of kind `derive`; workers/derive.ts lists all operations.
 */
export type Operation<Op extends { kind: string } = { kind: string }> = {
  kind: Op["kind"];
  schema: z.ZodType<Op>;
  origin: Derivation["origin"];
  /** fills the temporary table of changes (lib/datasets/staged.ts); must give the same for the same version and settings */
  stage(tx: Tx, table: string, io: StageIo<Op>): Promise<void>;
};

/** An operation whose settings are parsed when it runs, for the list of all. */
export function defineOperation<Op extends { kind: string }>(
  operation: Operation<Op>,
): Operation<Op> & { erased: Operation } {
  const erased: Operation = {
    kind: operation.kind,
    schema: operation.schema,
    origin: operation.origin,
    stage: (tx, table, io) => operation.stage(tx, table, { ...io, op: operation.schema.parse(io.op) }),
  };
  return { ...operation, erased };
}

export type Planned<Op extends { kind: string }> = {
  parent: Version;
  reason: string;
  operation: Operation<Op>;
  op: Op;
};

type Author = { teamId: string; userId: string };
/** What a run adds: its id on the version, and where its progress goes. */
type ByRun<Op> = { runId: string; tell: StageIo<Op>["tell"] };

/**
 * Makes the version in the caller's transaction.
 * @param run where a run does it
 * @throws AppError CONFLICT or INVALID of `deriveVersion`
 */
export async function deriveBy<Op extends { kind: string }>(
  tx: Tx,
  actor: Author,
  { parent, reason, operation, op }: Planned<Op>,
  run?: ByRun<Op>,
): Promise<Version> {
  const io = { op, parent, userId: actor.userId, tell: run?.tell ?? (() => undefined) };
  const { origin } = operation;
  const stage = (t: Tx, table: string) => operation.stage(t, table, io);
  return deriveVersion(tx, { actor, parent, origin, reason, stage, ...(run ? { runId: run.runId } : {}) });
}

/** Queues a run that makes the version. The caller enqueues it after the commit. @throws AppError CONFLICT */
export async function queueDerive<Op extends { kind: string }>(
  tx: Tx,
  actor: Actor,
  { parent, reason, operation, op }: Planned<Op>,
  title: string,
): Promise<Run> {
  if (parent.state !== "ready") {
    throw new AppError("CONFLICT", "Only a ready version can be changed.", {
      where: `${parent.dataset.name} v${parent.number}`,
    });
  }
  return createRun(tx, actor, {
    kind: "derive",
    projectId: parent.dataset.projectId,
    title,
    payload: { datasetVersionId: parent.id, reason, op: operation.schema.parse(op) as Op & Prisma.JsonObject },
    simulated: parent.dataset.simulated,
  });
}
