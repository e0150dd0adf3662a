import { db, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { hashPassword, randomPassword } from "#lib/core/passwords.ts";
import { decrypt, encrypt, hashToken, randomToken } from "#lib/core/secrets.ts";
import { env } from "#lib/env.ts";
import { EmailAddress } from "#lib/mails/address.ts";

/** What the caller shows and writes down once; nothing of it can be read again. */
export type FirstOwner = {
  email: string;
  /** random; only its hash is kept */
  password: string;
  /** all scopes, in the owner's own team; only its hash is kept */
  token: string;
};

const secretContext = "instance";
const secretText = "this installation's secret";
/** any number, but the same in every process */
const firstBootLock = 7_261_194;

/** What `Instance.secretCheck` holds: a known text sealed with today's STILLHOUSE_SECRET. */
export function makeSecretCheck(): string {
  return encrypt(secretText, secretContext);
}

export const sampleTeamName = "Stillhouse sample";

/**
 * Makes an empty database an installation: the check of the secret, the owner with a random password, the owner's team, the sample
 * team and a first API token. On later boots it only checks the secret. Any number of processes may call it at once: one makes
 * everything, and only that one gets the owner's credentials; the others get null.
 * @throws AppError CONFLICT when STILLHOUSE_SECRET is not the one this database was made with
 */
export async function firstBoot(): Promise<FirstOwner | null> {
  const known = await db.instance.findUnique({ where: { id: 1 } });
  if (known) {
    assertSameSecret(known.secretCheck);
    return null;
  }
  const email = ownerAddress();
  // Slow on purpose, so before the lock is taken.
  const password = randomPassword();
  const passwordHash = await hashPassword(password);
  const token = randomToken("sth_");
  const made = await db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${firstBootLock})`;
    if ((await tx.instance.count()) > 0) return false;
    // A database with people but without this row was restored from rows alone: nobody new gets in.
    const empty = (await tx.user.count()) === 0;
    const sampleTeamId = empty ? await makeOwner(tx, email, passwordHash, token) : null;
    await tx.instance.create({ data: { secretCheck: makeSecretCheck(), sampleTeamId } });
    return empty;
  });
  return made ? { email, password, token } : null;
}

function ownerAddress(): string {
  const parsed = EmailAddress.safeParse(env.STILLHOUSE_OWNER_EMAIL);
  if (parsed.success) return parsed.data;
  throw new AppError(
    "INVALID",
    `STILLHOUSE_OWNER_EMAIL is wrong: ${parsed.error.issues[0]?.message ?? "not an address"}`,
    {
      todo: "Right: one plain address such as ada@example.com.",
    },
  );
}

/** Returns the id of the sample team. */
async function makeOwner(tx: Tx, email: string, passwordHash: string, token: string): Promise<string> {
  const owner = await tx.user.create({ data: { email, name: "Owner", passwordHash } });
  const own = await tx.team.create({ data: { name: "My team" } });
  const sample = await tx.team.create({ data: { name: sampleTeamName, simulated: true } });
  await tx.membership.createMany({
    data: [own, sample].map((team) => ({ teamId: team.id, userId: owner.id, role: "owner" as const })),
  });
  await tx.apiToken.create({
    data: {
      teamId: own.id,
      userId: owner.id,
      name: "First boot (owner.token)",
      prefix: token.slice(0, 8),
      tokenHash: hashToken(token),
      scopes: ["read", "write", "admin"],
    },
  });
  await tx.auditEntry.create({
    data: { teamId: own.id, userId: owner.id, action: "instance.create", targetId: own.id, data: { email } },
  });
  return sample.id;
}

function assertSameSecret(check: string): void {
  try {
    if (decrypt(check, secretContext) === secretText) return;
  } catch {
    // falls through to the one clear line
  }
  throw new AppError("CONFLICT", "STILLHOUSE_SECRET is wrong: this database was made with another one.", {
    todo: "Right: the former STILLHOUSE_SECRET (the file secret in the data folder, or your .env).",
  });
}
