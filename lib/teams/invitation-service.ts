import type { Tx } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { assertGoodPassword, hashPassword } from "#lib/core/passwords.ts";
import { hashToken, randomToken } from "#lib/core/secrets.ts";
import { action, mutation, query } from "#lib/core/verb.ts";
import { env } from "#lib/env.ts";
import { queueMail } from "#lib/mails/outbox.ts";
import { invitationLink, invitationMail } from "#lib/mails/people-mails.ts";
import type { Invitation as InvitationRow } from "#prisma/generated/client.ts";
import {
  type Invitation,
  type InvitationPreview,
  invitationAccept,
  invitationCreate,
  invitationList,
  invitationLookup,
  invitationResend,
  invitationRevoke,
} from "./invitation-schema.ts";
import { join, lockTeam, spentLink } from "./membership.ts";
import { checkPassword } from "./sign-in.ts";
import { refuseFlood } from "./throttle.ts";

const validDays = 7;
const nextExpiry = () => new Date(Date.now() + validDays * 86_400_000);

function present(row: InvitationRow, invitedBy: string): Invitation {
  return {
    ...row,
    invitedBy,
    expired: row.expiresAt.getTime() < Date.now(),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

const list = query(invitationList, async ({ db, actor }) => {
  const rows = await db.invitation.findMany({
    where: { teamId: actor.teamId, acceptedAt: null, revokedAt: null },
    orderBy: { id: "desc" },
    take: 500,
  });
  const people = await db.user.findMany({ where: { id: { in: rows.map((row) => row.invitedById) } } });
  const names = new Map(people.map((person) => [person.id, person.name]));
  return { items: rows.map((row) => present(row, names.get(row.invitedById) ?? "someone who left")) };
});

/** Mails the link of an invitation. Returns what the owner sees. */
async function sendLink(tx: Tx, row: InvitationRow, token: string, userId: string) {
  const [team, inviter] = await Promise.all([
    tx.team.findUniqueOrThrow({ where: { id: row.teamId } }),
    tx.user.findUniqueOrThrow({ where: { id: userId } }),
  ]);
  const { id, teamId, email, role } = row;
  const about = { id, teamId, email, role, teamName: team.name, invitedBy: inviter.name };
  await queueMail(tx, invitationMail({ ...about, token, days: validDays, sending: row.tokenHash.slice(0, 16) }));
  return { ...present(row, inviter.name), link: env.SMTP_URL ? null : invitationLink(token) };
}

const create = mutation(invitationCreate, async ({ actor, tx, input }) => {
  await lockTeam(tx, actor.teamId);
  const { email, role } = input;
  const member = await tx.membership.findFirst({ where: { teamId: actor.teamId, user: { email } } });
  if (member) throw new AppError("CONFLICT", `${email} is in this team already.`, { where: "email" });
  const open = await tx.invitation.findFirst({
    where: { teamId: actor.teamId, email, acceptedAt: null, revokedAt: null },
  });
  if (open) {
    throw new AppError("CONFLICT", `${email} is invited already.`, {
      where: "email",
      todo: "Send that invitation again, or revoke it first.",
    });
  }
  const token = randomToken("inv_");
  const row = await tx.invitation.create({
    data: {
      teamId: actor.teamId,
      email,
      role,
      tokenHash: hashToken(token),
      invitedById: actor.userId,
      expiresAt: nextExpiry(),
    },
  });
  return sendLink(tx, row, token, actor.userId);
});

const resend = mutation(invitationResend, async ({ actor, tx, input }) => {
  const token = randomToken("inv_");
  const { count } = await tx.invitation.updateMany({
    where: { id: input.invitationId, teamId: actor.teamId, acceptedAt: null, revokedAt: null },
    data: { tokenHash: hashToken(token), expiresAt: nextExpiry() },
  });
  if (count === 0)
    throw new AppError("CONFLICT", "This invitation was accepted or revoked.", { todo: "Invite the address anew." });
  const row = await tx.invitation.findUniqueOrThrow({ where: { id: input.invitationId } });
  return sendLink(tx, row, token, actor.userId);
});

const revoke = mutation(invitationRevoke, async ({ actor, tx, input }) => {
  const { count } = await tx.invitation.updateMany({
    where: { id: input.invitationId, teamId: actor.teamId, acceptedAt: null, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  if (count === 0) throw notFound("invitation");
  return { id: input.invitationId };
});

/** The open invitation behind a link. @throws AppError NOT_FOUND */
async function opened(from: Pick<Tx, "invitation">, token: string): Promise<InvitationRow> {
  const row = await from.invitation.findUnique({ where: { tokenHash: hashToken(token) } });
  if (!row || row.acceptedAt || row.revokedAt || row.expiresAt.getTime() < Date.now()) throw spentLink();
  return row;
}

const lookup = query(invitationLookup, async ({ db, caller, input, ip }) => {
  await refuseFlood("link:ip", ip);
  const row = await opened(db, input.token);
  const [team, inviter, account, visitor] = await Promise.all([
    db.team.findUniqueOrThrow({ where: { id: row.teamId } }),
    db.user.findUnique({ where: { id: row.invitedById } }),
    db.user.findUnique({ where: { email: row.email } }),
    caller ? db.user.findUnique({ where: { id: caller.userId } }) : null,
  ]);
  const known = visitor?.id === account?.id ? "ready" : account?.passwordHash ? "password" : "sign-in";
  const step: InvitationPreview["step"] = account ? known : "new";
  return {
    teamName: team.name,
    email: row.email,
    role: row.role,
    invitedBy: inviter?.name ?? "someone who left",
    expiresAt: row.expiresAt,
    step,
    signedInAs: visitor && visitor.email !== row.email ? visitor.email : null,
  };
});

/** Who accepts: the signed-in invited person, the owner of the account by password, or somebody new. */
const accept = action(invitationAccept, async ({ db, caller, input, ip }) => {
  await refuseFlood("link:ip", ip);
  const row = await opened(db, input.token);
  const account = await db.user.findUnique({ where: { email: row.email } });
  if (caller && caller.userId !== account?.id) {
    throw new AppError("CONFLICT", `This invitation is for ${row.email}, but you are signed in as somebody else.`, {
      todo: "Sign out, then open the link again.",
    });
  }
  const session = caller?.kind === "session" ? caller.credentialId : null;
  const made = account ? null : await newPerson(row.email, input);
  if (account && !caller) await provePassword(row.email, input.password, ip);
  if (account?.disabledAt) throw spentLink();
  await db.$transaction(async (tx) => {
    const userId =
      account?.id ?? (await tx.user.create({ data: { email: row.email, ...made, name: made?.name ?? row.email } })).id;
    await join(tx, row, userId);
    if (session) await tx.session.updateMany({ where: { id: session }, data: { teamId: row.teamId } });
    // `action` audits after us, for a caller it may not know; this row names who joined which team.
    const data = { email: row.email, role: row.role };
    await tx.auditEntry.create({ data: { teamId: row.teamId, userId, action: "member.join", targetId: userId, data } });
  });
  return { email: row.email, teamId: row.teamId };
});

async function newPerson(email: string, given: { name?: string | undefined; password?: string | undefined }) {
  if (!given.name)
    throw new AppError("INVALID", "Type your name.", { where: "name", fields: { name: "Type your name." } });
  assertGoodPassword(given.password ?? "", email);
  return { name: given.name, passwordHash: await hashPassword(given.password ?? "") };
}

async function provePassword(email: string, password: string | undefined, ip: string): Promise<void> {
  const entry = await checkPassword({ email, password: password ?? "" }, ip);
  if (entry.ok) return;
  if (entry.reason === "throttled") {
    throw new AppError("LIMIT", "Too many attempts.", {
      todo: `Try again in ${Math.ceil(entry.waitSec / 60)} min.`,
      retryAfterSec: entry.waitSec,
    });
  }
  const message = "This is not the password of that account.";
  throw new AppError("INVALID", message, { where: "password", fields: { password: message } });
}

export const invitationVerbs = [list, create, resend, revoke, lookup, accept];
