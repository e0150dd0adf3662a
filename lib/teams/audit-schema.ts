import { z } from "zod";
import { endpoint, Instant, Page, pageOf } from "#lib/core/endpoint.ts";

export const AuditEntry = z.object({
  id: z.uuid(),
  at: Instant,
  /** the verb's name, such as `dataset.create` */
  action: z.string(),
  /** who; null for the public, such as a password reset */
  person: z.object({ id: z.uuid(), name: z.string(), email: z.string() }).nullable(),
  /** the API token it was done with */
  token: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  targetId: z.string().nullable(),
  /** redacted input: secrets blanked, long texts cut */
  data: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

const Moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

const filters = {
  /** a verb such as `dataset.create`, or a noun such as `dataset` for all of its verbs */
  action: z
    .string()
    .trim()
    .regex(/^[a-zA-Z]{1,40}(\.[a-zA-Z]{1,40})?$/, "A verb such as dataset.create, or a noun such as dataset.")
    .optional(),
  userId: z.uuid().optional(),
  targetId: z.string().trim().max(100).optional(),
  from: Moment.optional().meta({ description: "inclusive; a date means its start in UTC" }),
  to: Moment.optional().meta({ description: "exclusive; a date means its start in UTC" }),
};

export const auditList = endpoint({
  name: "audit.list",
  method: "GET",
  path: "/audit",
  permission: "audit.read",
  summary: "Who did what in the team, newest first.",
  input: Page.extend(filters),
  output: pageOf(AuditEntry),
});

export const auditExport = endpoint({
  name: "audit.export",
  method: "GET",
  path: "/audit/export",
  permission: "audit.read",
  summary: "The audit log as a file, newest first, with the same filters.",
  input: z.object({ ...filters, format: z.enum(["csv", "jsonl"]).default("csv") }),
  output: z.string(),
});
