import { z } from "zod";
import { endpoint, Instant } from "#lib/core/endpoint.ts";
import { roles } from "#lib/core/permissions.ts";
import { NotificationChanges, NotificationPreferences } from "#lib/mails/schema.ts";

export const RoleName = z.enum(roles);

/** Checked again by lib/core/passwords.ts, which also knows the common ones. */
export const NewPassword = z.string().min(12, "Use at least 12 characters.").max(256, "Use at most 256 characters.");
export const PersonName = z.string().trim().min(1, "Type a name.").max(100, "Use at most 100 characters.");

const Timezone = z
  .string()
  .max(64)
  .refine((zone) => {
    try {
      new Intl.DateTimeFormat("en", { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  }, "This is not a time zone; an example is Europe/Berlin.")
  .meta({ description: "IANA time zone" });

export const TeamOfMine = z.object({
  id: z.uuid(),
  name: z.string(),
  role: RoleName,
  /** the sample team: everything in it is simulated */
  simulated: z.boolean(),
});

export const Me = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  timezone: z.string(),
  notifications: NotificationPreferences,
  tourDismissed: z.boolean(),
  /** false for people who sign in through the identity provider only */
  hasPassword: z.boolean(),
  /** the team that this session or token looks at; null for a person in no team */
  team: TeamOfMine.nullable(),
  teams: z.array(TeamOfMine),
  /** what this caller may do in `team` */
  permissions: z.array(z.string()),
});
export type Me = z.infer<typeof Me>;

export const meGet = endpoint({
  name: "me.get",
  method: "GET",
  path: "/me",
  permission: "self",
  summary: "Who calls: the person, the team in view, all teams, and what the caller may do.",
  input: z.object({}),
  output: Me,
});

export const meUpdate = endpoint({
  name: "me.update",
  method: "PATCH",
  path: "/me",
  permission: "self",
  summary: "Changes the own name, time zone, notifications or the dismissed tour.",
  input: z.object({
    name: PersonName.optional(),
    timezone: Timezone.optional(),
    notifications: NotificationChanges.optional(),
    tourDismissed: z.boolean().optional(),
  }),
  output: Me,
});

export const mePassword = endpoint({
  name: "me.password",
  method: "POST",
  path: "/me/password",
  permission: "self",
  summary: "Sets a new password; needs the old one and ends all other sessions.",
  input: z.object({ oldPassword: z.string().max(256), newPassword: NewPassword }),
  output: z.object({ endedSessions: z.number().int() }),
});

export const meSwitchTeam = endpoint({
  name: "me.switchTeam",
  method: "POST",
  path: "/me/team",
  permission: "self",
  summary: "Lets this browser look at another of the own teams.",
  input: z.object({ teamId: z.uuid() }),
  output: Me,
});

export const SessionOfMine = z.object({
  id: z.uuid(),
  /** the one that asks */
  current: z.boolean(),
  userAgent: z.string(),
  ip: z.string(),
  createdAt: Instant,
  lastSeenAt: Instant,
  expiresAt: Instant,
});
export type SessionOfMine = z.infer<typeof SessionOfMine>;

export const meSessions = endpoint({
  name: "me.sessions",
  method: "GET",
  path: "/me/sessions",
  permission: "self",
  summary: "The own signed-in browsers.",
  input: z.object({}),
  output: z.object({ items: z.array(SessionOfMine) }),
});

export const meEndSession = endpoint({
  name: "me.endSession",
  method: "DELETE",
  path: "/me/sessions/:sessionId",
  permission: "self",
  summary: "Signs one of the own browsers out, at once.",
  input: z.object({ sessionId: z.uuid() }),
  output: z.object({ id: z.uuid() }),
});

export const meEndOtherSessions = endpoint({
  name: "me.endOtherSessions",
  method: "DELETE",
  path: "/me/sessions",
  permission: "self",
  summary: "Signs all own browsers out but the one that asks.",
  input: z.object({}),
  output: z.object({ endedSessions: z.number().int() }),
});
