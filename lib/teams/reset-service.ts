import { setTimeout as delay } from "node:timers/promises";
import { db, type Tx } from "#lib/core/db.ts";
import { assertGoodPassword, hashPassword } from "#lib/core/passwords.ts";
import { hashToken, randomToken } from "#lib/core/secrets.ts";
import { action } from "#lib/core/verb.ts";
import { env } from "#lib/env.ts";
import { queueMail } from "#lib/mails/outbox.ts";
import { passwordChangedMail, resetMail } from "#lib/mails/people-mails.ts";
import { passwordForgotten, passwordReset } from "./invitation-schema.ts";
import { spentLink } from "./membership.ts";
import { countAttempt, refuseFlood } from "./throttle.ts";

const validMinutes = 60;
/** Longer than writing the mail takes, so that an address that belongs to somebody answers no later than one that does not. */
const alwaysMs = 300;

/**
 * The team whose owners may read the link where no mail server is set: the person's only one. Whoever is in several teams (the
 * sample team aside) could be impersonated by one team's owner towards the others, so that mail is filed under none.
 */
async function readableBy(tx: Tx, userId: string): Promise<string | null> {
  const teams = await tx.membership.findMany({ where: { userId, team: { simulated: false } }, take: 2 });
  return teams.length === 1 ? (teams[0]?.teamId ?? null) : null;
}

async function mailLink(email: string): Promise<void> {
  // Over the limit of an account: the same answer, no mail.
  if ((await countAttempt("reset:email", email)) > 0) return;
  const user = await db.user.findUnique({ where: { email } });
  if (!user || user.disabledAt) return;
  const token = randomToken("rst_");
  await db.$transaction(async (tx) => {
    const expiresAt = new Date(Date.now() + validMinutes * 60_000);
    const { id } = await tx.passwordReset.create({ data: { userId: user.id, tokenHash: hashToken(token), expiresAt } });
    const teamId = await readableBy(tx, user.id);
    await queueMail(
      tx,
      resetMail({ id, userId: user.id, email, name: user.name, token, minutes: validMinutes, teamId }),
    );
  });
}

const forgotten = action(passwordForgotten, async ({ input, ip }) => {
  await refuseFlood("reset:ip", ip);
  await Promise.all([mailLink(input.email), delay(alwaysMs)]);
  return { ok: true as const, delivers: env.SMTP_URL !== undefined };
});

const reset = action(passwordReset, async ({ input, ip }) => {
  await refuseFlood("link:ip", ip);
  const open = { tokenHash: hashToken(input.token), usedAt: null, expiresAt: { gt: new Date() } };
  const row = await db.passwordReset.findFirst({ where: open });
  const user = row && (await db.user.findUnique({ where: { id: row.userId } }));
  if (!user || user.disabledAt) throw spentLink();
  assertGoodPassword(input.password, user.email);
  const passwordHash = await hashPassword(input.password);
  await db.$transaction(async (tx) => {
    const used = await tx.passwordReset.updateMany({ where: open, data: { usedAt: new Date() } });
    if (used.count !== 1) throw spentLink();
    await tx.user.update({ where: { id: user.id }, data: { passwordHash } });
    await tx.passwordReset.deleteMany({ where: { userId: user.id, usedAt: null } });
    await tx.session.deleteMany({ where: { userId: user.id } });
    await queueMail(tx, passwordChangedMail({ userId: user.id, email: user.email, at: new Date() }));
  });
  return { email: user.email };
});

export const resetVerbs = [forgotten, reset];
