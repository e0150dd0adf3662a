import { beforeEach, describe, expect, it } from "vitest";
import { actorOfToken } from "#lib/core/auth.ts";
import { db } from "#lib/core/db.ts";
import { callVerbAs as call } from "#lib/testing/call-verb.ts";
import { makeTeam } from "#lib/testing/factories.ts";

const refused = (code: string) => expect.objectContaining({ code });
let team: Awaited<ReturnType<typeof makeTeam>>;
beforeEach(async () => {
  team = await makeTeam("Crew");
});

describe("tokens", () => {
  it("shows the value once and keeps only its hash", async () => {
    const made = await call("token.create", team.engineer, {
      name: "n",
      scopes: ["read", "write"],
      expiresInDays: null,
    });
    expect(made.value).toMatch(/^sth_[\w-]{43}$/);
    const row = await db.apiToken.findUniqueOrThrow({ where: { id: String(made.id) } });
    expect(JSON.stringify(row)).not.toContain(String(made.value).slice(8));
    expect(JSON.stringify(await call("token.list", team.owner, {}))).not.toContain(String(made.value).slice(8));
  });

  it("is dead from the next request on when revoked or expired", async () => {
    const made = await call("token.create", team.engineer, { name: "n", scopes: ["read"] });
    const value = String(made.value);
    await call("token.revoke", team.engineer, { apiTokenId: made.id });
    expect(await actorOfToken(value)).toBeNull();
    await db.apiToken.update({
      where: { id: String(made.id) },
      data: { revokedAt: null, expiresAt: new Date(Date.now() - 1) },
    });
    expect(await actorOfToken(value)).toBeNull();
  });

  it("lets people see and revoke their own, owners all, and nobody give away more than they have", async () => {
    const made = await call("token.create", team.owner, { name: "o", scopes: ["admin"] });
    await expect(call("token.revoke", team.engineer, { apiTokenId: made.id })).rejects.toEqual(refused("NOT_FOUND"));
    expect((await call("token.list", team.engineer, {})).items).toEqual([]);
    const limited = { ...team.owner, kind: "token" as const, scopes: ["read", "admin"] };
    await expect(call("token.create", limited, { name: "x", scopes: ["write"] })).rejects.toEqual(refused("FORBIDDEN"));
  });
});
