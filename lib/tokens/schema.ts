import { z } from "zod";
import { endpoint, Instant, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { scopes } from "#lib/core/permissions.ts";

export const ScopeName = z.enum(scopes);

export const ApiToken = z.object({
  id: z.uuid(),
  name: z.string(),
  /** the first characters, to recognise it by */
  prefix: z.string(),
  scopes: z.array(ScopeName),
  person: z.object({ id: z.uuid(), name: z.string() }),
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
  state: z.enum(["active", "expired", "revoked"]),
});
export type ApiToken = z.infer<typeof ApiToken>;

export const tokenList = endpoint({
  name: "token.list",
  method: "GET",
  path: "/tokens",
  permission: "team.read",
  summary: "API tokens of the team that the caller may see: the own ones, for owners all. Never their values.",
  input: z.object({
    /** also revoked and expired ones */
    all: QueryFlag.default(false),
  }),
  output: z.object({ items: z.array(ApiToken) }),
});

export const tokenCreate = endpoint({
  name: "token.create",
  method: "POST",
  path: "/tokens",
  permission: "token.manage",
  summary: "Makes an API token of the caller for the team in view. Its value is in this answer and nowhere else.",
  input: z.object({
    name: z.string().trim().min(1, "Type a name.").max(100, "Use at most 100 characters."),
    scopes: z
      .array(ScopeName)
      .min(1, "Choose at least one scope.")
      .transform((list) => [...new Set(list)]),
    /** null never expires */
    expiresInDays: z.number().int().min(1).max(3650).nullable().default(90),
  }),
  output: ApiToken.extend({ value: z.string() }),
});

export const tokenRevoke = endpoint({
  name: "token.revoke",
  method: "DELETE",
  path: "/tokens/:apiTokenId",
  permission: "token.manage",
  summary: "Revokes an own API token, or as an owner anybody's. It is refused from the next request on.",
  input: z.object({ apiTokenId: ref("apiToken") }),
  output: ApiToken,
});
