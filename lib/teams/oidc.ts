import { z } from "zod";
import { db } from "#lib/core/db.ts";
import { EmailAddress } from "#lib/mails/address.ts";
import { join } from "./membership.ts";

/** What we use of an ID token. Its signature, issuer, audience, expiry and nonce were checked before. */
const OidcClaims = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.string().optional(),
  /** some providers send it as text */
  email_verified: z.union([z.boolean(), z.stringbool()]).optional(),
  name: z.string().optional(),
});

export type OidcEntry = { ok: true; userId: string } | { ok: false; reason: "email" | "invitation" | "disabled" };

/**
 * Whom an ID token stands for. Sign-up is closed: a known subject, else a verified address that belongs to a person or to an open
 * invitation. The subject, which is unique within
 * the issuer, is bound to the person then and is what counts from there on, even if the address changes.
 */
export async function enterWithOidc(issuer: string, raw: unknown): Promise<OidcEntry> {
  const parsed = OidcClaims.safeParse(raw);
  if (!parsed.success) return { ok: false, reason: "email" };
  const { sub, email_verified, name } = parsed.data;
  const known = await db.identity.findUnique({
    where: { provider_subject: { provider: issuer, subject: sub } },
    include: { user: true },
  });
  if (known) return known.user.disabledAt ? { ok: false, reason: "disabled" } : { ok: true, userId: known.userId };
  const email = EmailAddress.safeParse(parsed.data.email);
  // Without the provider's word for it anyone could claim a colleague's address.
  if (!email.success || email_verified !== true) return { ok: false, reason: "email" };

  return db.$transaction(async (tx): Promise<OidcEntry> => {
    const bind = (userId: string) => tx.identity.create({ data: { provider: issuer, subject: sub, userId } });
    const user = await tx.user.findUnique({ where: { email: email.data } });
    if (user?.disabledAt) return { ok: false, reason: "disabled" };
    if (user) {
      await bind(user.id);
      return { ok: true, userId: user.id };
    }
    const invitations = await tx.invitation.findMany({
      where: { email: email.data, acceptedAt: null, revokedAt: null, expiresAt: { gt: new Date() } },
    });
    if (invitations.length === 0) return { ok: false, reason: "invitation" };
    const made = await tx.user.create({
      data: { email: email.data, name: (name ?? email.data.split("@")[0] ?? "").slice(0, 100) },
    });
    await bind(made.id);
    for (const invitation of invitations) await join(tx, invitation, made.id);
    return { ok: true, userId: made.id };
  });
}
