import { db, fullDisk, isPassingDbFault, type Tx } from "#lib/core/db.ts";
import { log } from "#lib/core/log.ts";
import { publish } from "#lib/core/publish.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { appendEvents, endClaim, LostLease, type RunEnd } from "#lib/jobs/runs.ts";
import { queueRunMails } from "#lib/mails/run-mails.ts";
import type { Run } from "#prisma/generated/client.ts";

/** How soon, and how seldom at the most, a run that waits for space looks whether there is some. */
const firstLookMs = 60_000;
const lastLookMs = 10 * 60_000;

/** What stops a run on a full disk. It keeps what it has and goes on by itself, or at once when a person resumes it. */
export function pauseForSpace(disk: "database" | "files"): RunEnd {
  const name = disk === "database" ? "The disk of the database" : "The disk of the server";
  return {
    state: "paused",
    reason: "space",
    message: `${name} is full. Free some space there: this goes on by itself within ten minutes, or at once with Resume. Nothing done so far is lost.`,
    afterMs: firstLookMs,
  };
}

/** Whether the run's last news is this already, and for how long, ms. */
async function toldFor(tx: Tx, runId: string, message: string): Promise<number | null> {
  const [last] = await tx.$queryRaw<{ message: string; ms: number }[]>`
    SELECT "message", (extract(epoch FROM now() - "at") * 1000)::float8 AS ms FROM "RunEvent"
    WHERE "runId" = ${runId}::uuid AND "type" = 'state' ORDER BY "seq" DESC LIMIT 1`;
  return last?.message === message ? Number(last.ms) : null;
}

async function writeEnd(tx: Tx, run: Run, end: RunEnd, events: Parameters<typeof appendEvents>[2]): Promise<void> {
  const said = end.state === "failed" ? end.error.message : end.state === "paused" ? end.message : "";
  const message = said ? `${end.state}: ${said}` : end.state;
  const looks = end.state === "paused" && end.afterMs !== undefined;
  const again = looks ? await toldFor(tx, run.id, message) : null;
  // The longer the disk has been full, the less often it is looked at; a person is told once.
  const afterMs = Math.min(Math.max(again ?? 0, firstLookMs), lastLookMs);
  await endClaim(tx, run, looks ? { ...end, afterMs } : end);
  await appendEvents(tx, run.id, events);
  if (end.state !== "later" && end.state !== "released" && again === null) {
    await appendEvents(tx, run.id, [{ type: "state", message }]);
    await queueRunMails(tx, run.id);
  }
  await publish(tx, run.teamId, `run:${run.id}`, `project:${run.projectId}`);
}

/**
 * Writes the end of a claim with its event and its mails in one transaction, again and again while the database is away.
 * @param events what the run said last and could not be written yet
 */
export async function finishClaim(run: Run, end: RunEnd, events: Parameters<typeof appendEvents>[2]): Promise<void> {
  for (let attempt = 0; attempt < 30; attempt++) {
    try {
      await db.$transaction((tx) => writeEnd(tx, run, end, events));
      if (end.state === "later") await enqueueRun(run, end.afterMs);
      return;
    } catch (error) {
      if (error instanceof LostLease) return;
      if (!isPassingDbFault(error)) {
        log.error({ err: error, run: run.id }, "could not write the end of a run; its lease will expire");
        return;
      }
      if (end.state === "paused" && end.reason === "space" && fullDisk(error) && (await endBarely(run, end))) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(2_000, 100 * 2 ** attempt)));
    }
  }
}

/** On a full disk a row that is there already can usually still be changed where no new one can be written. */
async function endBarely(run: Run, end: RunEnd): Promise<boolean> {
  return db
    .$transaction(async (tx) => {
      await endClaim(tx, run, end);
      await publish(tx, run.teamId, `run:${run.id}`, `project:${run.projectId}`);
    })
    .then(
      () => true,
      (error: unknown) => error instanceof LostLease,
    );
}
