import type { Actor } from "#lib/core/actor.ts";
import type { Db } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { hashToken, randomToken } from "#lib/core/secrets.ts";
import { mutation, query } from "#lib/core/verb.ts";
import type { ApiToken as TokenRow } from "#prisma/generated/client.ts";
import { type ApiToken, ScopeName, tokenCreate, tokenList, tokenRevoke } from "./schema.ts";

const prefixLength = 8;
/** A script that makes tokens in a loop is a mistake; two hundred live ones are enough for any team. */
const mostActive = 200;

type Loaded = TokenRow & { user: { id: string; name: string } };
const withUser = { user: { select: { id: true, name: true } } } as const;

function present({ user, ...row }: Loaded): ApiToken {
  const expired = row.expiresAt !== null && row.expiresAt.getTime() < Date.now();
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: ScopeName.array().parse(row.scopes),
    person: user,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    state: row.revokedAt ? "revoked" : expired ? "expired" : "active",
  };
}

/** People see their own tokens; owners, who answer for the team, see all. */
const visibleTo = (actor: Actor) => ({
  teamId: actor.teamId,
  ...(actor.role === "owner" ? {} : { userId: actor.userId }),
});
const active = () => ({ revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] });

const list = query(tokenList, async ({ db, actor, input }) => {
  const rows = await db.apiToken.findMany({
    where: { ...visibleTo(actor), ...(input.all ? {} : active()) },
    include: withUser,
    orderBy: { id: "desc" },
    take: 1000,
  });
  return { items: rows.map(present) };
});

/** A token makes only tokens that may no more than itself, so a leaked "write" token cannot raise itself. */
function assertWithin(actor: Actor, scopes: readonly string[]): void {
  const missing = scopes.filter((scope) => actor.scopes !== null && !actor.scopes.includes(scope));
  if (missing.length > 0) {
    throw new AppError("FORBIDDEN", `This token lacks the scope "${missing.join('", "')}" and cannot give it away.`, {
      where: "scopes",
    });
  }
}

const create = mutation(tokenCreate, async ({ actor, tx, input }) => {
  assertWithin(actor, input.scopes);
  if ((await tx.apiToken.count({ where: { teamId: actor.teamId, ...active() } })) >= mostActive) {
    throw new AppError("LIMIT", `The team has ${mostActive} active API tokens already.`, {
      todo: "Revoke some first.",
    });
  }
  const value = randomToken("sth_");
  const row = await tx.apiToken.create({
    data: {
      teamId: actor.teamId,
      userId: actor.userId,
      name: input.name,
      prefix: value.slice(0, prefixLength),
      tokenHash: hashToken(value),
      scopes: input.scopes,
      expiresAt: input.expiresInDays === null ? null : new Date(Date.now() + input.expiresInDays * 86_400_000),
    },
    include: withUser,
  });
  return { ...present(row), value };
});

async function visible(from: Pick<Db, "apiToken">, actor: Actor, id: string): Promise<Loaded> {
  const row = await from.apiToken.findFirst({ where: { id, ...visibleTo(actor) }, include: withUser });
  if (!row) throw notFound("API token");
  return row;
}

const revoke = mutation(tokenRevoke, async ({ actor, tx, input, audit }) => {
  const { id, name } = await visible(tx, actor, input.apiTokenId);
  await tx.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
  audit(id, { name });
  return present(await visible(tx, actor, id));
});

export const tokenVerbs = [list, create, revoke];
