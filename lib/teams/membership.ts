import type { Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import type { Invitation } from "#prisma/generated/client.ts";

/** Makes everything that concerns a team's people happen one after the other, until the transaction ends. */
export async function lockTeam(tx: Tx, teamId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Team" WHERE "id" = ${teamId}::uuid FOR UPDATE`;
}

/** Uses up an invitation. @throws AppError CONFLICT when it was used, revoked or has expired in the meantime. */
export async function join(tx: Tx, invitation: Invitation, userId: string): Promise<void> {
  const now = new Date();
  const used = await tx.invitation.updateMany({
    where: { id: invitation.id, acceptedAt: null, revokedAt: null, expiresAt: { gt: now } },
    data: { acceptedAt: now },
  });
  if (used.count !== 1) throw spentLink();
  await tx.membership.createMany({
    data: [{ teamId: invitation.teamId, userId, role: invitation.role }],
    skipDuplicates: true,
  });
}

/** The same for unknown, used, revoked and expired links, so that nothing can be learned by trying. */
export function spentLink(): AppError {
  return new AppError("NOT_FOUND", "This link is not valid (any more): it works once and for a limited time.", {
    todo: "Ask for a new one.",
  });
}

/** A team without an owner could never be managed again. Call it behind `lockTeam`. @throws AppError CONFLICT */
export async function assertOwnerRemains(tx: Tx, teamId: string, withoutUserId: string): Promise<void> {
  const others = await tx.membership.count({
    where: { teamId, role: "owner", userId: { not: withoutUserId }, user: { disabledAt: null } },
  });
  if (others === 0) {
    throw new AppError("CONFLICT", "This is the team's last owner.", { todo: "Make somebody else an owner first." });
  }
}

/** Ends what a person holds in a team: browsers that look at it, and API tokens for it. From the next request on. */
export async function endAccess(tx: Tx, teamId: string, userId: string): Promise<void> {
  await tx.session.deleteMany({ where: { userId, teamId } });
  await tx.apiToken.updateMany({ where: { userId, teamId, revokedAt: null }, data: { revokedAt: new Date() } });
}
