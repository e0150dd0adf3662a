import type { Db, Tx } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { mutation, query } from "#lib/core/verb.ts";
import { auditVerbs } from "./audit-service.ts";
import { invitationVerbs } from "./invitation-service.ts";
import { meVerbs } from "./me-service.ts";
import { assertOwnerRemains, endAccess, lockTeam } from "./membership.ts";
import { resetVerbs } from "./reset-service.ts";
import {
  type Member,
  memberList,
  memberRemove,
  memberUpdate,
  type Team,
  teamCreate,
  teamGet,
  teamUpdate,
} from "./schema.ts";
import { systemVerbs } from "./system-service.ts";

async function presentTeam(from: Pick<Db, "team">, id: string): Promise<Team> {
  const row = await from.team.findUnique({ where: { id }, include: { _count: { select: { memberships: true } } } });
  if (!row) throw notFound("team");
  const { _count, ...team } = row;
  return { ...team, createdAt: team.createdAt.toISOString(), members: _count.memberships };
}

const get = query(teamGet, ({ db, actor }) => presentTeam(db, actor.teamId));

// Sign-up is closed, so making teams is not open to everybody either: owners may, the others are invited.
const create = mutation(teamCreate, async ({ caller, tx, input, audit }) => {
  const userId = caller?.userId ?? "";
  const owns = await tx.membership.count({ where: { userId, role: "owner", team: { simulated: false } } });
  if (owns === 0)
    throw new AppError("FORBIDDEN", "Only owners of a team may make another one.", { todo: "Ask an owner." });
  const team = await tx.team.create({ data: { name: input.name } });
  await tx.membership.create({ data: { teamId: team.id, userId, role: "owner" } });
  if (caller?.kind === "session") {
    await tx.session.updateMany({ where: { id: caller.credentialId ?? "", userId }, data: { teamId: team.id } });
  }
  audit(team.id);
  return presentTeam(tx, team.id);
});

const update = mutation(teamUpdate, async ({ actor, tx, input, audit }) => {
  await tx.team.update({ where: { id: actor.teamId }, data: { name: input.name } });
  audit(actor.teamId);
  return presentTeam(tx, actor.teamId);
});

async function members(from: Pick<Db, "membership">, where: { teamId: string; userId?: string }): Promise<Member[]> {
  const rows = await from.membership.findMany({
    where,
    include: { user: { include: { sessions: { orderBy: { lastSeenAt: "desc" }, take: 1 } } } },
    orderBy: { createdAt: "asc" },
    take: 1000,
  });
  return rows.map(({ user, role, createdAt }) => ({
    userId: user.id,
    name: user.name,
    email: user.email,
    role,
    joinedAt: createdAt.toISOString(),
    lastSeenAt: user.sessions[0]?.lastSeenAt.toISOString() ?? null,
  }));
}

const listMembers = query(memberList, async ({ db, actor }) => ({
  items: await members(db, { teamId: actor.teamId }),
}));

/** The member, behind the lock that keeps two owners from demoting each other at the same moment. */
async function lockedMember(tx: Tx, teamId: string, userId: string): Promise<Member> {
  await lockTeam(tx, teamId);
  const [member] = await members(tx, { teamId, userId });
  if (!member) throw notFound("member");
  return member;
}

const updateMember = mutation(memberUpdate, async ({ actor, tx, input, audit }) => {
  const { teamId } = actor;
  const before = await lockedMember(tx, teamId, input.userId);
  if (before.role === "owner" && input.role !== "owner") await assertOwnerRemains(tx, teamId, input.userId);
  await tx.membership.update({
    where: { teamId_userId: { teamId, userId: input.userId } },
    data: { role: input.role },
  });
  audit(input.userId, { email: before.email, from: before.role, to: input.role });
  return { ...before, role: input.role };
});

const removeMember = mutation(memberRemove, async ({ actor, tx, input, audit }) => {
  const { teamId } = actor;
  const { userId } = input;
  const member = await lockedMember(tx, teamId, userId);
  if (member.role === "owner") await assertOwnerRemains(tx, teamId, userId);
  await tx.membership.delete({ where: { teamId_userId: { teamId, userId } } });
  await endAccess(tx, teamId, userId);
  audit(userId, { email: member.email, role: member.role });
  return { userId };
});

const memberVerbs = [get, create, update, listMembers, updateMember, removeMember];

/** Everything about people and the installation they share. */
export const teamVerbs = [...memberVerbs, ...invitationVerbs, ...meVerbs, ...resetVerbs, ...auditVerbs, ...systemVerbs];
