import type { Prisma } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { notFound } from "#lib/core/errors.ts";
import { query } from "#lib/core/verb.ts";
import { env } from "#lib/env.ts";
import type { OutboxMail as OutboxRow } from "#prisma/generated/client.ts";
import { blankLinks } from "./outbox.ts";
import { MailKind, MailState, type OutboxMail, outboxGet, outboxList } from "./schema.ts";

type Listed = Omit<OutboxRow, "text" | "html">;

function present(row: Listed): OutboxMail {
  return {
    id: row.id,
    kind: MailKind.parse(row.kind),
    state: MailState.parse(row.state),
    to: row.toAddress,
    subject: row.subject,
    runId: row.runId,
    attempts: row.attempts,
    lastError: row.lastError,
    nextTryAt: row.state === "pending" ? row.nextTryAt.toISOString() : null,
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
  };
}

const list = query(outboxList, async ({ db, actor, input }) => {
  const contains = { contains: input.search ?? "", mode: "insensitive" } as const;
  const where: Prisma.OutboxMailWhereInput = {
    teamId: actor.teamId,
    ...(input.state ? { state: input.state } : {}),
    ...(input.kind ? { kind: input.kind } : {}),
    ...(input.search ? { OR: [{ toAddress: contains }, { subject: contains }] } : {}),
    ...(input.cursor ? { id: { lt: input.cursor } } : {}),
  };
  const rows = await db.outboxMail.findMany({
    where,
    orderBy: { id: "desc" },
    take: input.limit + 1,
    omit: { text: true, html: true },
  });
  const { items, nextCursor } = toPage(rows, input.limit, (row) => row.id);
  return { items: items.map(present), nextCursor, delivers: env.SMTP_URL !== undefined };
});

const get = query(outboxGet, async ({ found }) => {
  const mail = found.outboxMailId;
  if (!mail) throw notFound("e-mail");
  // Kept mails are the only way in where no mail server is set; all others go to their recipient alone.
  const shown = mail.state === "kept" ? (text: string) => text : blankLinks;
  return { ...present(mail), text: shown(mail.text), html: shown(mail.html) };
});

export const mailVerbs = [list, get];
