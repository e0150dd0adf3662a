import { z } from "zod";
import { endpoint, Instant, Page, pageOf, ref } from "#lib/core/endpoint.ts";

/** When a person wants a mail about a run: only for runs they started, for all of the team, or never. */
export const MailWish = z.enum(["own", "all", "none"]);
export type MailWish = z.infer<typeof MailWish>;

/** Whether a person wants a mail when they are asked to review rows. */
const ReviewWish = z.enum(["own", "none"]);

/** A change to some of the wishes; the others stay as they are. */
export const NotificationChanges = z.object({
  runSucceeded: MailWish.optional(),
  runFailed: MailWish.optional(),
  /** stopped at its budget, or the teacher's account ran out of funds */
  runBudget: MailWish.optional(),
  reviewAssigned: ReviewWish.optional(),
});

/** What a person has chosen, per event. Anything not chosen yet is the default. */
export const NotificationPreferences = z.object({
  runSucceeded: MailWish.default("own"),
  runFailed: MailWish.default("own"),
  runBudget: MailWish.default("own"),
  reviewAssigned: ReviewWish.default("own"),
});
export type NotificationPreferences = z.infer<typeof NotificationPreferences>;

export const MailKind = z.enum([
  "invitation",
  "reset",
  "password-changed",
  "run.succeeded",
  "run.failed",
  "run.budget",
  "review.assigned",
  /** several run mails in one, see lib/mails/digest.ts */
  "digest",
]);
export type MailKind = z.infer<typeof MailKind>;

export const MailState = z.enum([
  /** waits for its next try */
  "pending",
  /** handed to the mail server at this moment */
  "sending",
  "sent",
  /** no mail server is set: to be read here */
  "kept",
  /** given up; `lastError` says why */
  "failed",
  /** over the hourly cap: waits for the digest */
  "held",
  /** told about in a digest */
  "folded",
]);
export type MailState = z.infer<typeof MailState>;

export const OutboxMail = z.object({
  id: z.uuid(),
  kind: MailKind,
  state: MailState,
  to: z.string(),
  subject: z.string(),
  runId: z.uuid().nullable(),
  attempts: z.number().int(),
  /** why the last try failed */
  lastError: z.string().nullable(),
  /** when it is tried next; null once it is settled */
  nextTryAt: Instant.nullable(),
  createdAt: Instant,
  sentAt: Instant.nullable(),
});
export type OutboxMail = z.infer<typeof OutboxMail>;

export const OutboxMailDetail = OutboxMail.extend({
  text: z.string(),
  /** written by lib/mails/template.ts; show it in a sandboxed frame all the same */
  html: z.string(),
});
export type OutboxMailDetail = z.infer<typeof OutboxMailDetail>;

export const outboxList = endpoint({
  name: "outbox.list",
  method: "GET",
  path: "/outbox",
  permission: "outbox.read",
  summary: "E-mails of the team, sent or not, newest first.",
  input: Page.extend({
    state: MailState.optional(),
    kind: MailKind.optional(),
    /** part of the recipient or the subject */
    search: z.string().trim().max(200).optional(),
  }),
  output: pageOf(OutboxMail).extend({
    /** whether a mail server is set; without one mails are kept */
    delivers: z.boolean(),
  }),
});

export const outboxGet = endpoint({
  name: "outbox.get",
  method: "GET",
  path: "/outbox/:outboxMailId",
  permission: "outbox.read",
  summary: "One e-mail as text and HTML. One-time links are blanked once the mail has left.",
  input: z.object({ outboxMailId: ref("outboxMail") }),
  output: OutboxMailDetail,
});
