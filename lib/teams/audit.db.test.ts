import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { db } from "#lib/core/db.ts";
import type { Download } from "#lib/core/verb.ts";
import { queueMail } from "#lib/mails/outbox.ts";
import { invitationMail } from "#lib/mails/people-mails.ts";
import { callVerbAs as call } from "#lib/testing/call-verb.ts";
import { makeTeam } from "#lib/testing/factories.ts";
import { settingsInForce } from "./system-service.ts";

describe("audit", () => {
  it("lists by page and filter, of the own team only, without secrets", async () => {
    const { owner, team } = await makeTeam();
    const other = await makeTeam();
    await call("token.create", owner, { name: "=cmd()", scopes: ["read"] });
    for (let i = 0; i < 3; i++) await call("team.update", owner, { name: `Crew ${i}` });
    await call("team.update", other.owner, { name: "Elsewhere" });
    type Page = { items: { action: string; data: object }[]; nextCursor: string | null };
    const first = (await call("audit.list", owner, { limit: 3 })) as unknown as Page;
    const rest = (await call("audit.list", owner, { limit: 3, cursor: first.nextCursor })) as unknown as Page;
    expect([...first.items, ...rest.items].map((entry) => entry.action)).toEqual([
      "team.update",
      "team.update",
      "team.update",
      "token.create",
    ]);
    expect(rest.nextCursor).toBeNull();
    expect(((await call("audit.list", owner, { action: "team" })) as unknown as Page).items).toHaveLength(3);
    expect(((await call("audit.list", owner, { action: "tea" })) as unknown as Page).items).toHaveLength(0);
    expect(((await call("audit.list", owner, { userId: other.owner.userId })) as unknown as Page).items).toHaveLength(
      0,
    );
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect(((await call("audit.list", owner, { from: soon })) as unknown as Page).items).toHaveLength(0);
    for (const hostile of [{ action: "team' OR 1=1" }, { from: "yesterday" }, { userId: "x" }]) {
      await expect(call("audit.list", owner, hostile)).rejects.toMatchObject({ code: "INVALID" });
    }
    expect(await db.auditEntry.count({ where: { teamId: team.id } })).toBe(4);
  });

  it("exports all of it, with formulas made text", async () => {
    const { owner, team } = await makeTeam();
    await db.user.update({ where: { id: owner.userId }, data: { name: '=HYPERLINK("http://evil.example")' } });
    await db.auditEntry.createMany({
      data: Array.from({ length: 1203 }, (_, i) => ({
        teamId: team.id,
        userId: owner.userId,
        action: "team.update",
        data: { i },
      })),
    });
    const read = async (format: string) => {
      const file = (await call("audit.export", owner, { format })) as unknown as Download;
      return Buffer.from(await new Response(file.stream).arrayBuffer()).toString("utf8");
    };
    const csv = (await read("csv")).trimEnd().split("\r\n");
    expect(csv).toHaveLength(1204);
    expect(csv[0]).toBe("\uFEFFat,action,person,email,token,target,data");
    expect(csv[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    const jsonl = (await read("jsonl")).trimEnd().split("\n");
    expect(new Set(jsonl.map((line) => (JSON.parse(line) as { data: { i: number } }).data.i)).size).toBe(1203);
  });
});

describe("outbox", () => {
  it("shows a one-time link only while the mail is kept here", async () => {
    const { owner, team } = await makeTeam();
    const token = `inv_${"k".repeat(43)}`;
    const about = {
      id: randomUUID(),
      teamId: team.id,
      teamName: "T",
      email: "a@example.com",
      role: "engineer",
      invitedBy: "O",
    } as const;
    const mail = invitationMail({ ...about, token, days: 7, sending: "1" });
    await queueMail(db, mail);
    const { id } = await db.outboxMail.findUniqueOrThrow({ where: { dedupeKey: mail.dedupeKey } });
    expect(JSON.stringify(await call("outbox.get", owner, { outboxMailId: id }))).toContain(token);
    await db.outboxMail.update({ where: { id }, data: { state: "pending" } });
    expect(JSON.stringify(await call("outbox.get", owner, { outboxMailId: id }))).not.toContain(token);
    const other = await makeTeam();
    await expect(call("outbox.get", other.owner, { outboxMailId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("settings in force", () => {
  it("names every setting and shows no secret", () => {
    const shown = JSON.stringify(settingsInForce());
    expect(shown).toContain("STILLHOUSE_URL");
    for (const name of ["STILLHOUSE_SECRET", "DATABASE_URL"]) {
      expect(shown).toContain(name);
      expect(shown).not.toContain(process.env[name]);
    }
  });
});
