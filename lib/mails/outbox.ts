import type { Prisma, Tx } from "#lib/core/db.ts";
import { env } from "#lib/env.ts";
import { EmailAddress } from "./address.ts";
import type { MailKind, MailState } from "./schema.ts";
import { type MailContent, renderMail } from "./template.ts";

export type NewMail = {
  /** the team whose owners may read it in the outbox; null for mails that concern only the person */
  teamId: string | null;
  userId: string | null;
  to: string;
  kind: MailKind;
  content: MailContent;
  runId?: string;
  /** names the event and the person: a second mail with the same key is not written */
  dedupeKey: string;
  /** `held` for what waits for a digest; otherwise it is delivered, or kept where no mail server is set */
  state?: Extract<MailState, "held">;
};

/**
 * Writes mails in the caller's transaction, so that there is one exactly when what it tells about has happened. The sweep
 * (`deliverDueMails`) picks them up within a second. Returns how many were new.
 */
export async function queueMails(tx: Pick<Tx, "outboxMail">, mails: NewMail[]): Promise<number> {
  if (mails.length === 0) return 0;
  const data: Prisma.OutboxMailCreateManyInput[] = mails.map(({ content, to, state, ...mail }) => ({
    ...mail,
    ...renderMail(content),
    toAddress: EmailAddress.parse(to),
    state: env.SMTP_URL ? (state ?? "pending") : "kept",
  }));
  const { count } = await tx.outboxMail.createMany({ data, skipDuplicates: true });
  return count;
}

/** One mail; see `queueMails`. */
export async function queueMail(tx: Pick<Tx, "outboxMail">, mail: NewMail): Promise<boolean> {
  return (await queueMails(tx, [mail])) === 1;
}

/** One-time tokens as they stand in links: made by `randomToken("inv_" | "rst_")`. */
const oneTimeToken = /\b(inv|rst)_[\w-]{43}/g;

/**
 * A mail's text without its one-time links. Applied to the stored copy once it has left and to what owners read before: a link
 * that proves an address must reach nobody but that address.
 */
export function blankLinks(text: string): string {
  return text.replace(oneTimeToken, "$1_(blanked)");
}
