import type { Tx } from "#lib/core/db.ts";
import { allows } from "#lib/core/permissions.ts";
import type { Run } from "#prisma/generated/client.ts";
import { type NewMail, queueMails } from "./outbox.ts";
import { type RunMailKind, runContent, runEvent } from "./run-content.ts";
import { NotificationPreferences } from "./schema.ts";

/** Run mails that one person gets in an hour before the rest waits for a digest. */
export const hourlyCap = 20;

const wishFor = {
  "run.succeeded": "runSucceeded",
  "run.failed": "runFailed",
  "run.budget": "runBudget",
} as const satisfies Record<RunMailKind, keyof NotificationPreferences>;

/** Unreadable preferences count as the defaults: rather a mail too many than a failure nobody hears of. */
export function preferencesOf(stored: unknown): NotificationPreferences {
  return NotificationPreferences.safeParse(stored).data ?? NotificationPreferences.parse({});
}

/** The people of the run's team who want to hear of this event. */
async function recipients(tx: Tx, run: Run, event: RunMailKind) {
  const members = await tx.membership.findMany({
    where: { teamId: run.teamId, user: { disabledAt: null } },
    select: { role: true, user: { select: { id: true, email: true, notifications: true } } },
  });
  return members
    .filter(({ role }) => allows("run.read", role))
    .map(({ user }) => user)
    .filter((user) => {
      const wish = preferencesOf(user.notifications)[wishFor[event]];
      return wish === "all" || (wish === "own" && user.id === run.createdById);
    });
}

/** Ids of people who had `hourlyCap` run mails within the last hour. */
async function overCap(tx: Tx, userIds: string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ userId: string }[]>`
    SELECT "userId" FROM "OutboxMail"
    WHERE "userId" = ANY(${userIds}::uuid[]) AND "createdAt" > now() - interval '1 hour'
      AND "kind" LIKE 'run.%' AND "state" NOT IN ('held', 'folded')
    GROUP BY "userId" HAVING count(*) >= ${hourlyCap}`;
  return new Set(rows.map((row) => row.userId));
}

/**
 * Writes the mails about a run that has just ended or stopped, in the transaction that changes its state. At most one per person
 * and claim of the run, so a run that fails again after a retry is told about again, and a repeated call changes nothing.
 */
export async function queueRunMails(tx: Tx, runId: string): Promise<void> {
  const run = await tx.run.findUnique({ where: { id: runId }, include: { project: { select: { name: true } } } });
  const event = run && runEvent(run);
  // Reports are made by themselves: only one that failed is news.
  if (!run || !event || (run.kind === "quality" && event === "run.succeeded")) return;
  const people = await recipients(tx, run, event);
  if (people.length === 0) return;
  const starter = await tx.user.findUnique({ where: { id: run.createdById }, select: { name: true } });
  const content = runContent(event, run, { project: run.project.name, startedBy: starter?.name ?? "someone who left" });
  const capped = await overCap(
    tx,
    people.map((person) => person.id),
  );
  const mails = people.map(
    (person): NewMail => ({
      teamId: run.teamId,
      userId: person.id,
      to: person.email,
      kind: event,
      content,
      runId: run.id,
      dedupeKey: `${event}:${run.id}:${run.leaseEpoch}:${person.id}`,
      ...(capped.has(person.id) ? { state: "held" } : {}),
    }),
  );
  await queueMails(tx, mails);
}
