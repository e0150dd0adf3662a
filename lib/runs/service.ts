import { Readable } from "node:stream";
import { type Db, db, type Prisma, type Tx } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { toWebStream } from "#lib/core/storage.ts";
import { download, mutation, query } from "#lib/core/verb.ts";
import { runKinds } from "#lib/jobs/catalog.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import type { Run as RunRow } from "#prisma/generated/client.ts";
import {
  PauseReason,
  type Run,
  type RunDetail,
  RunError,
  RunProgress,
  runCancel,
  runEvents,
  runGet,
  runList,
  runLog,
  runPause,
  runResume,
  runRetry,
} from "./schema.ts";

const withProject = { project: { select: { name: true } } } as const;
type Loaded = RunRow & { project: { name: string } };

async function namesOf(from: Pick<Db, "user">, runs: RunRow[]): Promise<Map<string, string>> {
  const ids = [...new Set(runs.map((run) => run.createdById))];
  const users = await from.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  return new Map(users.map((user) => [user.id, user.name]));
}

function present(run: Loaded, createdBy: string): Run {
  return {
    ...run,
    projectName: run.project.name,
    progress: RunProgress.parse(run.progress),
    error: run.error === null ? null : RunError.parse(run.error),
    pauseReason: run.pauseReason === null ? null : PauseReason.parse(run.pauseReason),
    costMicros: Number(run.costMicros),
    activeMs: Number(run.activeMs),
    pausable: runKinds[run.kind].pausable,
    createdBy,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

async function detail(from: Pick<Db, "run" | "user">, id: string): Promise<RunDetail> {
  const run = await from.run.findUnique({ where: { id }, include: withProject });
  if (!run) throw notFound("run");
  const names = await namesOf(from, [run]);
  return {
    ...present(run, names.get(run.createdById) ?? "someone who left"),
    payload: run.payload as Record<string, unknown>,
    result: run.result as Record<string, unknown> | null,
  };
}

const list = query(runList, async ({ actor, input }) => {
  const states: Prisma.RunWhereInput =
    input.state === "active"
      ? { state: { in: ["queued", "running", "paused"] } }
      : input.state
        ? { state: input.state }
        : {};
  const rows = await db.run.findMany({
    where: {
      teamId: actor.teamId,
      ...states,
      ...(input.projectId ? { projectId: input.projectId } : {}),
      ...(input.kind ? { kind: input.kind } : {}),
      ...(input.cursor ? { id: { lt: input.cursor } } : {}),
    },
    include: withProject,
    orderBy: { id: "desc" },
    take: input.limit + 1,
  });
  const names = await namesOf(db, rows);
  const { items, nextCursor } = toPage(rows, input.limit, (run) => run.id);
  return { items: items.map((run) => present(run, names.get(run.createdById) ?? "someone who left")), nextCursor };
});

const get = query(runGet, async ({ input }) => detail(db, input.runId));

const events = query(runEvents, async ({ input }) => {
  const where: Prisma.RunEventWhereInput = {
    runId: input.runId,
    seq: { gt: input.after },
    ...(input.type ? { type: input.type } : {}),
    ...(input.level ? { level: input.level } : {}),
    ...(input.search ? { message: { contains: input.search, mode: "insensitive" } } : {}),
  };
  const rows = await db.runEvent.findMany({ where, orderBy: { seq: input.tail ? "desc" : "asc" }, take: input.limit });
  if (input.tail) rows.reverse();
  const items = rows.map((row) => ({
    ...row,
    at: row.at.toISOString(),
    type: row.type as "log" | "metric" | "state",
    level: row.level as "debug" | "info" | "warn" | "error",
    data: row.data as Record<string, unknown>,
  }));
  return { items, lastSeq: rows.at(-1)?.seq ?? input.after };
});

async function* logLines(runId: string): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const rows = await db.runEvent.findMany({
      where: { runId, seq: { gt: after }, type: { in: ["log", "state"] } },
      orderBy: { seq: "asc" },
      take: 1000,
    });
    for (const row of rows) yield `${row.at.toISOString()} ${row.level.padEnd(5)} ${row.message}\n`;
    const last = rows.at(-1);
    if (!last) return;
    after = last.seq;
  }
}

const log = download(runLog, async ({ input }) => ({
  stream: toWebStream(Readable.from(logLines(input.runId), { objectMode: false })),
  fileName: `run-${input.runId}.log`,
  contentType: "text/plain; charset=utf-8",
}));

/** Compare-and-set: `data` only where the run is in one of `from`; else a conflict that says what it is now. */
async function move(
  tx: Tx,
  run: RunRow,
  from: RunRow["state"][],
  data: Prisma.RunUpdateManyMutationInput,
  verb: string,
) {
  const changed = await tx.run.updateMany({ where: { id: run.id, state: { in: from } }, data });
  if (changed.count === 0) {
    const now = await tx.run.findUnique({ where: { id: run.id }, select: { state: true } });
    throw new AppError("CONFLICT", `This run is ${now?.state ?? "gone"}; it cannot be ${verb}.`, { where: run.title });
  }
  await publish(tx, run.teamId, `run:${run.id}`, `project:${run.projectId}`);
}

/** Delivers the run as it is after the change; its epoch may have moved since it was loaded. */
async function deliver(id: string): Promise<void> {
  const run = await db.run.findUnique({ where: { id } });
  if (run) await enqueueRun(run);
}

const cancel = mutation(runCancel, async ({ tx, found, after }) => {
  const run = found.runId;
  // A waiting run is cancelled by its handler too, so that there is one place that cleans up.
  await move(tx, run, ["queued", "running", "paused"], { cancelRequested: true, wakeAt: null }, "cancelled");
  await tx.run.updateMany({ where: { id: run.id, state: "paused" }, data: { state: "queued" } });
  after(() => deliver(run.id));
  return detail(tx, run.id);
});

const pause = mutation(runPause, async ({ tx, found }) => {
  const run = found.runId;
  if (!runKinds[run.kind].pausable) {
    throw new AppError("INVALID", "This kind of run cannot be paused.", {
      where: run.title,
      todo: "Cancel it instead.",
    });
  }
  await move(tx, run, ["queued", "running"], { pauseRequested: true }, "paused");
  return detail(tx, run.id);
});

const resume = mutation(runResume, async ({ tx, found, after }) => {
  const run = found.runId;
  const confirmed = run.pauseReason === "confirm" ? { confirmedAt: new Date() } : {};
  await move(tx, run, ["paused"], { state: "queued", pauseRequested: false, wakeAt: null, ...confirmed }, "resumed");
  after(() => deliver(run.id));
  return detail(tx, run.id);
});

const retry = mutation(runRetry, async ({ tx, found, after }) => {
  const run = found.runId;
  const fresh = { state: "queued", finishedAt: null, cancelRequested: false, pauseRequested: false } as const;
  await move(tx, run, ["failed", "cancelled"], fresh, "retried");
  await tx.$executeRaw`UPDATE "Run" SET "error" = NULL WHERE "id" = ${run.id}::uuid`;
  after(() => deliver(run.id));
  return detail(tx, run.id);
});

export const runVerbs = [list, get, events, log, cancel, pause, resume, retry];
