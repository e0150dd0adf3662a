import type { z } from "zod";
import type { Actor, Person } from "#lib/core/actor.ts";
import type { Db } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { assertGoodPassword, hashPassword, verifyPassword } from "#lib/core/passwords.ts";
import { allows, type Permission, permissions } from "#lib/core/permissions.ts";
import { action, mutation, query } from "#lib/core/verb.ts";
import { queueMail } from "#lib/mails/outbox.ts";
import { passwordChangedMail } from "#lib/mails/people-mails.ts";
import { preferencesOf } from "#lib/mails/run-mails.ts";
import type { NotificationChanges, NotificationPreferences } from "#lib/mails/schema.ts";
import {
  type Me,
  meEndOtherSessions,
  meEndSession,
  meGet,
  mePassword,
  meSessions,
  meSwitchTeam,
  meUpdate,
} from "./me-schema.ts";
import { forgetAttempts, refuseFlood } from "./throttle.ts";

type Caller = Actor | Person;

/** `self` endpoints are refused for nobody before they run; this tells the compiler. */
function self(caller: Caller | null): Caller {
  if (!caller) throw new AppError("UNAUTHENTICATED", "Sign in first.");
  return caller;
}

async function present(from: Pick<Db, "user">, caller: Caller, teamId: string | null = caller.teamId): Promise<Me> {
  const user = await from.user.findUnique({
    where: { id: caller.userId },
    include: { memberships: { include: { team: true }, orderBy: { createdAt: "asc" } } },
  });
  if (!user) throw notFound("person");
  const teams = user.memberships.map(({ team, role }) => ({
    id: team.id,
    name: team.name,
    role,
    simulated: team.simulated,
  }));
  const team = teams.find((one) => one.id === teamId) ?? null;
  const scopes = caller.kind === "session" ? null : caller.scopes;
  const may = team ? (Object.keys(permissions) as Permission[]).filter((name) => allows(name, team.role, scopes)) : [];
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    timezone: user.timezone,
    notifications: preferencesOf(user.notifications),
    tourDismissed: user.tourDismissed,
    hasPassword: user.passwordHash !== null,
    team,
    teams,
    permissions: may,
  };
}

const get = query(meGet, ({ caller, db }) => present(db, self(caller)));

const update = mutation(meUpdate, async ({ caller, tx, input, audit }) => {
  const { userId } = self(caller);
  const user = await tx.user.findUniqueOrThrow({ where: { id: userId } });
  const { notifications, ...rest } = input;
  await tx.user.update({
    where: { id: userId },
    data: {
      ...(rest.name === undefined ? {} : { name: rest.name }),
      ...(rest.timezone === undefined ? {} : { timezone: rest.timezone }),
      ...(rest.tourDismissed === undefined ? {} : { tourDismissed: rest.tourDismissed }),
      ...(notifications ? { notifications: merged(user.notifications, notifications) } : {}),
    },
  });
  audit(userId);
  return present(tx, self(caller));
});

function merged(stored: unknown, changes: z.output<typeof NotificationChanges>): NotificationPreferences {
  const chosen = Object.entries(changes).filter(([, wish]) => wish !== undefined);
  return { ...preferencesOf(stored), ...Object.fromEntries(chosen) };
}

// An action, not a mutation: scrypt takes half a second, and no connection is held meanwhile.
const password = action(mePassword, async ({ caller, db, input }) => {
  const { userId, credentialId } = self(caller);
  await refuseFlood("password:user", userId);
  const user = await db.user.findUniqueOrThrow({ where: { id: userId } });
  if (user.passwordHash !== null && !(await verifyPassword(input.oldPassword, user.passwordHash))) {
    const message = "This is not your password.";
    throw new AppError("INVALID", message, { where: "oldPassword", fields: { oldPassword: message } });
  }
  assertGoodPassword(input.newPassword, user.email, "newPassword");
  const passwordHash = await hashPassword(input.newPassword);
  const endedSessions = await db.$transaction(async (tx) => {
    await tx.user.update({ where: { id: userId }, data: { passwordHash } });
    await tx.passwordReset.deleteMany({ where: { userId } });
    await queueMail(tx, passwordChangedMail({ userId, email: user.email, at: new Date() }));
    return endSessions(tx, userId, credentialId);
  });
  await forgetAttempts("password:user", userId);
  return { endedSessions };
});

/** Ends all sessions of a person but one. Returns how many. */
async function endSessions(tx: Pick<Db, "session">, userId: string, but: string | null): Promise<number> {
  const { count } = await tx.session.deleteMany({ where: { userId, ...(but ? { id: { not: but } } : {}) } });
  return count;
}

const switchTeam = mutation(meSwitchTeam, async ({ caller, tx, input, audit }) => {
  const me = self(caller);
  const membership = await tx.membership.findUnique({
    where: { teamId_userId: { teamId: input.teamId, userId: me.userId } },
  });
  if (!membership) throw notFound("team");
  await tx.session.updateMany({
    where: { id: me.credentialId ?? "", userId: me.userId },
    data: { teamId: input.teamId },
  });
  audit(input.teamId);
  return present(tx, me, input.teamId);
});

const sessions = query(meSessions, async ({ caller, db }) => {
  const { userId, credentialId } = self(caller);
  const rows = await db.session.findMany({
    where: { userId, expiresAt: { gt: new Date() } },
    orderBy: { lastSeenAt: "desc" },
    take: 200,
  });
  return { items: rows.map((row) => ({ ...row, current: row.id === credentialId })) };
});

const endSession = mutation(meEndSession, async ({ caller, tx, input }) => {
  const { count } = await tx.session.deleteMany({ where: { id: input.sessionId, userId: self(caller).userId } });
  if (count === 0) throw notFound("session");
  return { id: input.sessionId };
});

const endOtherSessions = mutation(meEndOtherSessions, async ({ caller, tx }) => {
  const { userId, credentialId } = self(caller);
  return { endedSessions: await endSessions(tx, userId, credentialId) };
});

export const meVerbs = [get, update, password, switchTeam, sessions, endSession, endOtherSessions];
