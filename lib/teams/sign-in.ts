import { db, type Tx } from "#lib/core/db.ts";
import { longestPassword, verifyPassword } from "#lib/core/passwords.ts";
import { EmailAddress } from "#lib/mails/address.ts";
import { countAttempt, dropEndedWindows, forgetAttempts } from "./throttle.ts";

/** A session ends this long after sign-in, however much it is used. */
export const sessionDays = 30;

/** Where a request comes from; kept with the session, so that people recognise theirs. */
export type Origin = { ip: string; userAgent: string };

export type SignIn =
  | { ok: true; userId: string }
  | { ok: false; reason: "wrong" }
  | { ok: false; reason: "throttled"; waitSec: number };

/**
 * Checks an e-mail and password. The answer and its duration are the same for an unknown address, a disabled account, a person
 * without password and a wrong password: the same statements run and one scrypt is computed (OWASP ASVS 5.0, 6.3.8).
 */
export async function checkPassword(given: { email: unknown; password: unknown }, ip: string): Promise<SignIn> {
  const email = EmailAddress.safeParse(given.email);
  const { password } = given;
  if (!email.success || typeof password !== "string" || password.length > longestPassword)
    return { ok: false, reason: "wrong" };
  const waits = await Promise.all([countAttempt("sign-in:email", email.data), countAttempt("sign-in:ip", ip)]);
  const waitSec = Math.max(...waits);
  if (waitSec > 0) return { ok: false, reason: "throttled", waitSec };
  const user = await db.user.findUnique({ where: { email: email.data } });
  const right = await verifyPassword(password, user?.passwordHash ?? null);
  if (!user || !right || user.disabledAt) return { ok: false, reason: "wrong" };
  await forgetAttempts("sign-in:email", email.data);
  return { ok: true, userId: user.id };
}

/** The team a browser opens with: where the person was last, else the first that is not the sample team. */
async function firstTeam(tx: Tx, userId: string): Promise<string | null> {
  const [memberships, last] = await Promise.all([
    tx.membership.findMany({ where: { userId }, include: { team: true }, orderBy: { createdAt: "asc" } }),
    tx.session.findFirst({ where: { userId }, orderBy: { lastSeenAt: "desc" } }),
  ]);
  const again = memberships.find((membership) => membership.teamId === last?.teamId);
  const own = memberships.find((membership) => !membership.team.simulated);
  return (again ?? own ?? memberships[0])?.teamId ?? null;
}

/** Makes the Session row that a cookie will point at. Ended sessions of anybody are swept on the way. */
export async function openSession(
  userId: string,
  how: "password" | "oidc",
  { ip, userAgent }: Origin,
): Promise<string> {
  await dropEndedWindows();
  return db.$transaction(async (tx) => {
    await tx.session.deleteMany({ where: { expiresAt: { lt: new Date() } } });
    const teamId = await firstTeam(tx, userId);
    const expiresAt = new Date(Date.now() + sessionDays * 86_400_000);
    const session = await tx.session.create({
      data: { userId, teamId, ip: ip.slice(0, 100), userAgent: userAgent.slice(0, 300), expiresAt },
    });
    await audit(tx, session, "session.create", { how, ip });
    return session.id;
  });
}

/** Sign-out: the row goes, and with it every copy of the cookie. */
export async function closeSession(id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const session = await tx.session.findUnique({ where: { id } });
    if (!session) return;
    await tx.session.delete({ where: { id } });
    await audit(tx, session, "session.end", {});
  });
}

async function audit(
  tx: Tx,
  session: { id: string; userId: string; teamId: string | null },
  action: string,
  data: object,
) {
  await tx.auditEntry.create({
    data: { teamId: session.teamId, userId: session.userId, action, targetId: session.id, data: { ...data } },
  });
}
