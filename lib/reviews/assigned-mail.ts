import type { Tx } from "#lib/core/db.ts";
import { env } from "#lib/env.ts";
import { plural } from "#lib/format.ts";
import { queueMails } from "#lib/mails/outbox.ts";
import { preferencesOf } from "#lib/mails/run-mails.ts";
import type { Review } from "#prisma/generated/client.ts";

/** Tells people that rows wait for them, unless they want no such mail. Once per review and person. */
export async function queueAssignedMails(
  tx: Tx,
  review: Review,
  about: { projectName: string; by: { userId: string; name: string }; userIds: readonly string[] },
): Promise<void> {
  const others = about.userIds.filter((id) => id !== about.by.userId);
  const people = await tx.user.findMany({
    where: { id: { in: others }, disabledAt: null },
    select: { id: true, email: true, notifications: true },
  });
  await queueMails(
    tx,
    people
      .filter((person) => preferencesOf(person.notifications).reviewAssigned !== "none")
      .map((person) => ({
        teamId: review.teamId,
        userId: person.id,
        to: person.email,
        kind: "review.assigned" as const,
        dedupeKey: `review.assigned:${review.id}:${person.id}`,
        content: {
          subject: `For you to review: ${review.name}`,
          heading: `For you to review: ${review.name}`,
          simulated: review.simulated,
          paragraphs: [
            `${about.by.name} asks you to look at rows of ${about.projectName}: is the answer right?`,
            ...(review.note ? [review.note] : []),
            "One key a row; what you decide is kept at once, and you can stop and go on at any time.",
          ],
          facts: [
            ["Rows", plural(review.itemCount, "row")] as [string, string],
            ["People asked per row", String(review.reviewers)] as [string, string],
          ],
          button: { label: "Start reviewing", url: `${env.STILLHOUSE_URL}/reviews/${review.id}` },
          footer: "Choose which mails you get under Settings > Notifications.",
        },
      })),
  );
}
