import { z } from "zod";
import { endpoint, Instant } from "#lib/core/endpoint.ts";
import { RoleName } from "./me-schema.ts";

export const TeamName = z.string().trim().min(1, "Type a name.").max(100, "Use at most 100 characters.");

export const Team = z.object({
  id: z.uuid(),
  name: z.string(),
  simulated: z.boolean(),
  createdAt: Instant,
  members: z.number().int(),
});
export type Team = z.infer<typeof Team>;

export const teamGet = endpoint({
  name: "team.get",
  method: "GET",
  path: "/team",
  permission: "team.read",
  summary: "The team in view.",
  input: z.object({}),
  output: Team,
});

export const teamCreate = endpoint({
  name: "team.create",
  method: "POST",
  path: "/teams",
  permission: "self",
  summary: "Makes a team of one's own and switches to it. Only people who own a team already may.",
  input: z.object({ name: TeamName }),
  output: Team,
});

export const teamUpdate = endpoint({
  name: "team.update",
  method: "PATCH",
  path: "/team",
  permission: "team.manage",
  summary: "Renames the team in view.",
  input: z.object({ name: TeamName }),
  output: Team,
});

export const Member = z.object({
  userId: z.uuid(),
  name: z.string(),
  email: z.string(),
  role: RoleName,
  joinedAt: Instant,
  /** last seen in a browser, in whichever team; null for never or not signed in */
  lastSeenAt: Instant.nullable(),
});
export type Member = z.infer<typeof Member>;

export const memberList = endpoint({
  name: "member.list",
  method: "GET",
  path: "/members",
  permission: "team.read",
  summary: "People of the team with their roles.",
  input: z.object({}),
  output: z.object({ items: z.array(Member) }),
});

export const memberUpdate = endpoint({
  name: "member.update",
  method: "PATCH",
  path: "/members/:userId",
  permission: "team.manage",
  summary: "Gives a person another role, from their next request on. The last owner stays owner.",
  input: z.object({ userId: z.uuid(), role: RoleName }),
  output: Member,
});

export const memberRemove = endpoint({
  name: "member.remove",
  method: "DELETE",
  path: "/members/:userId",
  permission: "team.manage",
  summary: "Takes a person out of the team and ends their sessions and tokens in it at once. The last owner stays.",
  input: z.object({ userId: z.uuid() }),
  output: z.object({ userId: z.uuid() }),
});
