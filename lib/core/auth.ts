import { decode } from "next-auth/jwt";
import { env } from "#lib/env.ts";
import { type Actor, makeActor, type Person } from "./actor.ts";
import { db } from "./db.ts";
import { log } from "./log.ts";
import { hashToken } from "./secrets.ts";

/** `lastSeenAt` and `lastUsedAt` are for people: written at most this often. */
const touchEveryMs = 60_000;

/** Nobody is kept from reading because this cannot be written: the database may be full, or read-only after a failover. */
async function touch(write: Promise<unknown>): Promise<void> {
  await write.catch((error: unknown) => log.warn({ err: error }, "the last use was not written"));
}

/** The cookie that next-auth sets; `__Secure-` where the public address is https. */
export function sessionCookie(): string {
  return env.STILLHOUSE_URL.startsWith("https:") ? "__Secure-next-auth.session-token" : "next-auth.session-token";
}

/** Reads the session id out of the cookie. Large JWTs come in numbered pieces; ours never does. */
async function sessionIdOf(cookieValue: string): Promise<string | null> {
  const token = await decode({ token: cookieValue, secret: env.STILLHOUSE_SECRET }).catch(() => null);
  return typeof token?.sid === "string" ? token.sid : null;
}

/**
 * The person behind a session cookie, looked up in the database each time, so that sign-out, a password change, a disabled
 * account or a removed membership holds from the next request on.
 */
export async function actorOfSession(cookieValue: string | undefined): Promise<Actor | Person | null> {
  const id = cookieValue ? await sessionIdOf(cookieValue) : null;
  if (!id) return null;
  const session = await db.session.findUnique({
    where: { id },
    include: { user: { include: { memberships: { orderBy: { createdAt: "asc" } } } } },
  });
  const now = Date.now();
  if (!session || session.expiresAt.getTime() < now || session.user.disabledAt) return null;
  if (now - session.lastSeenAt.getTime() > touchEveryMs) {
    await touch(db.session.updateMany({ where: { id }, data: { lastSeenAt: new Date(now) } }));
  }
  const { memberships } = session.user;
  const membership = memberships.find((m) => m.teamId === session.teamId) ?? memberships[0];
  if (!membership) return { kind: "session", userId: session.userId, teamId: null, credentialId: id };
  return makeActor({
    kind: "session",
    userId: session.userId,
    teamId: membership.teamId,
    role: membership.role,
    scopes: null,
    credentialId: id,
  });
}

/** The person behind `Authorization: Bearer sth_…`, bounded by the token's scopes and by today's role. */
export async function actorOfToken(bearer: string): Promise<Actor | null> {
  const token = await db.apiToken.findUnique({
    where: { tokenHash: hashToken(bearer) },
    include: { user: { include: { memberships: true } } },
  });
  const now = Date.now();
  if (!token || token.revokedAt || token.user.disabledAt) return null;
  if (token.expiresAt && token.expiresAt.getTime() < now) return null;
  const membership = token.user.memberships.find((m) => m.teamId === token.teamId);
  if (!membership) return null;
  if (!token.lastUsedAt || now - token.lastUsedAt.getTime() > touchEveryMs) {
    await touch(db.apiToken.updateMany({ where: { id: token.id }, data: { lastUsedAt: new Date(now) } }));
  }
  return makeActor({
    kind: "token",
    userId: token.userId,
    teamId: token.teamId,
    role: membership.role,
    scopes: token.scopes,
    credentialId: token.id,
  });
}

/** The product acting for itself (sample project, sweeps), in one team, as one of its people. */
export function systemActor(teamId: string, userId: string): Actor {
  return makeActor({ kind: "system", userId, teamId, role: "owner", scopes: null, credentialId: null });
}
