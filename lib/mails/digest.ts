import { db } from "#lib/core/db.ts";
import { env } from "#lib/env.ts";
import { plural } from "#lib/format.ts";
import { queueMail } from "./outbox.ts";

/** Subjects that a digest lists; the rest is counted. */
const listed = 50;

/**
 * A flood of run mails (a script that starts 10,000 runs) becomes at most `hourlyCap` mails an hour and one digest: what is over the
 * cap is `held`, and an hour after the first of them all of one person's go out as one list.
 * Returns how many digests were written. Safe to call from any number of workers at once.
 */
export async function foldHeldMails(): Promise<number> {
  const due = await db.$queryRaw<{ userId: string; teamId: string }[]>`
    SELECT "userId", "teamId" FROM "OutboxMail" WHERE "state" = 'held'
    GROUP BY "userId", "teamId" HAVING min("createdAt") < now() - interval '1 hour'`;
  let written = 0;
  for (const { userId, teamId } of due) if (await fold(userId, teamId)) written++;
  return written;
}

async function fold(userId: string, teamId: string): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const held = await tx.$queryRaw<{ id: string; subject: string; toAddress: string }[]>`
      SELECT "id", "subject", "toAddress" FROM "OutboxMail"
      WHERE "state" = 'held' AND "userId" = ${userId}::uuid AND "teamId" = ${teamId}::uuid
      ORDER BY "id" FOR UPDATE SKIP LOCKED`;
    const [first] = held;
    if (!first) return false;
    const more = held.length - listed;
    await queueMail(tx, {
      teamId,
      userId,
      to: first.toAddress,
      kind: "digest",
      // the oldest mail of the list names it, so the same list is never sent twice
      dedupeKey: `digest:${first.id}`,
      content: {
        subject: `${plural(held.length, "more run")} ended or stopped`,
        heading: `${plural(held.length, "more run")} ended or stopped`,
        paragraphs: [
          "So many runs ended within the hour that their mails were put together into this one.",
          ...held.slice(0, listed).map((mail) => `• ${mail.subject}`),
          ...(more > 0 ? [`… and ${more} more.`] : []),
        ],
        button: { label: "Open the list of runs", url: `${env.STILLHOUSE_URL}/runs` },
        footer: "Choose which mails you get under Settings > Notifications.",
      },
    });
    await tx.$executeRaw`UPDATE "OutboxMail" SET "state" = 'folded' WHERE "id" = ANY(${held.map((mail) => mail.id)}::uuid[])`;
    return true;
  });
}
