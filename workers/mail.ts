import { createTransport } from "nodemailer";
import SMTPTransport from "nodemailer/lib/smtp-transport/index.js";
import { db, type Prisma } from "#lib/core/db.ts";
import { log } from "#lib/core/log.ts";
import { env } from "#lib/env.ts";
import { enqueueJob } from "#lib/jobs/queue.ts";
import { EmailAddress } from "#lib/mails/address.ts";
import { foldHeldMails } from "#lib/mails/digest.ts";
import { blankLinks } from "#lib/mails/outbox.ts";
import { oneLine } from "#lib/mails/template.ts";
import type { OutboxMail } from "#prisma/generated/client.ts";

/** 30 s, 1 min, 2 min … 1 h: about 8 h in all, which outlasts most outages of a mail server. */
const tries = 14;
const firstWaitMs = 30_000;
const longestWaitMs = 3_600_000;
/** A mail `sending` for longer belonged to a worker that died. Above every time-out of the transport together. */
const abandonedAfter = "5 minutes";

/**
 * A connection of its own for each mail: nodemailer's pool sends a mail again by itself when its connection breaks, even after the
 * whole of it was handed over. `handedOver` turns true at that moment; nodemailer tells it only through its log.
 */
function connect(url: string) {
  const state = { handedOver: false };
  const note = (entry: unknown) => {
    if ((entry as { tnx?: string } | null)?.tnx === "message") state.handedOver = true;
  };
  const logger = { level() {}, trace: note, debug: note, info: note, warn: note, error: note, fatal: note };
  const options: SMTPTransport.Options = {
    url,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    logger,
  };
  // createTransport({ url, ...options }) would drop everything but the url.
  return { transport: createTransport(new SMTPTransport(options)), state };
}

type Verdict = { state: "failed" | "pending"; reason: string };

/**
 * What a refusal means. 5xx to an address or a content: the server will never take this mail. A connection lost after the content
 * was handed over: it may have arrived, and a second copy would break "at most once". Anything else (4xx, server away, wrong
 * sign-in) passes or is mended.
 */
function judge(error: unknown, handedOver: boolean): Verdict {
  const fault = error as { responseCode?: number; response?: string; code?: string; message?: string };
  const reason = oneLine(fault.response ?? fault.message ?? "unknown error", 300);
  if (fault.code === "EAUTH")
    return { state: "pending", reason: `The mail server refused the sign-in of SMTP_URL: ${reason}` };
  if (fault.responseCode !== undefined && fault.responseCode >= 500) {
    return { state: "failed", reason: `The mail server refused it: ${reason}` };
  }
  if (handedOver && fault.responseCode === undefined) {
    return {
      state: "failed",
      reason: `The connection broke after the mail was handed over; it may have arrived. ${reason}`,
    };
  }
  return { state: "pending", reason };
}

/** Takes a due mail for this worker; null when it is gone, settled, not due, or another worker has it. */
async function claim(id: string): Promise<OutboxMail | null> {
  const taken = await db.$queryRaw<{ id: string }[]>`
    UPDATE "OutboxMail" SET "state" = 'sending', "attempts" = "attempts" + 1, "nextTryAt" = now()
    WHERE "id" = ${id}::uuid AND "state" = 'pending' AND "nextTryAt" <= now() RETURNING "id"`;
  return taken.length === 1 ? db.outboxMail.findUnique({ where: { id } }) : null;
}

/** null when the server took it, else why not. */
async function send(url: string, mail: OutboxMail): Promise<Verdict | null> {
  const { transport, state } = connect(url);
  try {
    await transport.sendMail({
      from: env.MAIL_FROM,
      // An object: nodemailer does not take it apart at commas.
      to: { name: "", address: EmailAddress.parse(mail.toAddress) },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      // The same for every try, so that a mail server can notice a repeat.
      messageId: `<${mail.id}@${new URL(env.STILLHOUSE_URL).hostname}>`,
      // What we send never reads a file or an address, whatever a text says.
      disableFileAccess: true,
      disableUrlAccess: true,
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    });
    return null;
  } catch (error) {
    return judge(error, state.handedOver);
  } finally {
    transport.close();
  }
}

/**
 * Delivers one mail of the outbox: `pending` -> `sending` -> `sent`, or back to `pending` with a later time, or `failed` with the
 * reason. The web is never involved: a mail server that is slow or away costs nobody else anything.
 */
export async function deliverMail({ outboxId }: { outboxId: string }): Promise<void> {
  const url = env.SMTP_URL;
  if (!url) return;
  const mail = await claim(outboxId);
  if (!mail) return;
  const verdict = await send(url, mail);
  const blanked = { text: blankLinks(mail.text), html: blankLinks(mail.html) };
  const settle = (data: Prisma.OutboxMailUpdateManyMutationInput) =>
    db.outboxMail.updateMany({ where: { id: mail.id, state: "sending" }, data });
  if (!verdict) {
    await settle({ state: "sent", sentAt: new Date(), lastError: null, ...blanked });
    return;
  }
  const giveUp = verdict.state === "failed" || mail.attempts >= tries;
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (mail.attempts - 1)) * (0.8 + 0.4 * Math.random());
  log.warn({ mail: mail.id, attempt: mail.attempts, giveUp, reason: verdict.reason }, "mail not delivered");
  await settle({
    state: giveUp ? "failed" : "pending",
    lastError: verdict.reason,
    nextTryAt: new Date(Date.now() + waitMs),
    ...(giveUp ? blanked : {}),
  });
}

/** Called every second by every worker: hands due mails to the queue, writes digests, gives up what a dead worker held. */
export async function sweepMails(): Promise<void> {
  if (!env.SMTP_URL) return;
  await foldHeldMails();
  await db.$executeRaw`
    UPDATE "OutboxMail" SET "state" = 'failed',
      "lastError" = 'The worker stopped while it handed the mail over; it may have arrived.'
    WHERE "state" = 'sending' AND "nextTryAt" < now() - ${abandonedAfter}::interval`;
  const due = await db.$queryRaw<{ id: string; attempts: number }[]>`
    SELECT "id", "attempts" FROM "OutboxMail" WHERE "state" = 'pending' AND "nextTryAt" <= now()
    ORDER BY "nextTryAt" LIMIT 100`;
  for (const mail of due) await enqueueJob("mail", { outboxId: mail.id }, `mail-${mail.id}-${mail.attempts}`);
}
