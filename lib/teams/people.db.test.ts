import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { actorOfToken } from "#lib/core/auth.ts";
import { db } from "#lib/core/db.ts";
import { hashPassword, verifyPassword } from "#lib/core/passwords.ts";
import { roles } from "#lib/core/permissions.ts";
import { hashToken, randomToken } from "#lib/core/secrets.ts";
import { callVerbAs as call } from "#lib/testing/call-verb.ts";
import { makeTeam, makeUser } from "#lib/testing/factories.ts";
import { openSession } from "./sign-in.ts";

const refused = (code: string) => expect.objectContaining({ code });

let team: Awaited<ReturnType<typeof makeTeam>>;
const password = "pelican in the harbour";
beforeEach(async () => {
  team = await makeTeam("Crew");
});

/** A signed-in browser of an actor. */
async function signedIn(actor: Actor): Promise<Actor> {
  const id = await openSession(actor.userId, "password", { ip: "1", userAgent: "test" });
  await db.session.update({ where: { id }, data: { teamId: actor.teamId } });
  return { ...actor, credentialId: id };
}

describe("members", () => {
  it("keeps the last owner, also when two owners go at the same moment", async () => {
    const { owner, engineer } = team;
    await expect(call("member.remove", owner, { userId: owner.userId })).rejects.toEqual(refused("CONFLICT"));
    await expect(call("member.update", owner, { userId: owner.userId, role: "reviewer" })).rejects.toEqual(
      refused("CONFLICT"),
    );
    await call("member.update", owner, { userId: engineer.userId, role: "owner" });
    const both = await Promise.allSettled([
      call("member.update", owner, { userId: engineer.userId, role: "reviewer" }),
      call("member.update", owner, { userId: owner.userId, role: "reviewer" }),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await db.membership.count({ where: { teamId: team.team.id, role: "owner" } })).toBe(1);
  });

  it("ends sessions and tokens of a removed person at once, in this team only", async () => {
    const { owner, engineer } = team;
    const other = await makeTeam("Other");
    await db.membership.create({ data: { teamId: other.team.id, userId: engineer.userId, role: "engineer" } });
    const here = await signedIn(engineer);
    const there = await signedIn({ ...engineer, teamId: other.team.id });
    const { value } = await call("token.create", engineer, { name: "script", scopes: ["read"] });
    expect(await actorOfToken(String(value))).toMatchObject({ teamId: team.team.id });
    await call("member.remove", owner, { userId: engineer.userId });
    expect(await actorOfToken(String(value))).toBeNull();
    expect(await db.session.findUnique({ where: { id: here.credentialId ?? "" } })).toBeNull();
    expect(await db.session.findUnique({ where: { id: there.credentialId ?? "" } })).not.toBeNull();
  });

  it("gives the same answer for a stranger and for nobody", async () => {
    const stranger = await makeUser();
    for (const userId of [stranger.id, randomUUID()]) {
      await expect(call("member.update", team.owner, { userId, role: "owner" })).rejects.toEqual(refused("NOT_FOUND"));
    }
  });
});

describe("invitations", () => {
  const invite = async (email: string, role = "engineer") => {
    const sent = await call("invitation.create", team.owner, { email, role });
    return { id: String(sent.id), token: String(sent.link).split("#")[1] ?? "" };
  };
  const email = () => `${randomUUID()}@example.com`;

  it("brings a new person in, once", async () => {
    const address = email();
    const { token } = await invite(address);
    expect(await call("invitation.lookup", null, { token })).toMatchObject({
      step: "new",
      email: address,
      role: "engineer",
    });
    await expect(call("invitation.accept", null, { token, name: "Eve", password: "short" })).rejects.toEqual(
      refused("INVALID"),
    );
    const tries = await Promise.allSettled(
      [1, 2, 3].map(() => call("invitation.accept", null, { token, name: "Grace", password })),
    );
    expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    const user = await db.user.findUniqueOrThrow({ where: { email: address }, include: { memberships: true } });
    expect(user.memberships).toMatchObject([{ teamId: team.team.id, role: "engineer" }]);
    await expect(call("invitation.lookup", null, { token })).rejects.toEqual(refused("NOT_FOUND"));
    const kept = await db.invitation.findFirstOrThrow({ where: { email: address } });
    expect(JSON.stringify(kept)).not.toContain(token);
  });

  it("asks an existing person for the own password, and takes nobody else's session", async () => {
    const person = await makeUser();
    await db.user.update({ where: { id: person.id }, data: { passwordHash: await hashPassword(password) } });
    const { token } = await invite(person.email, "reviewer");
    expect(await call("invitation.lookup", null, { token })).toMatchObject({ step: "password" });
    await expect(call("invitation.accept", null, { token, password: "wrong password 1" })).rejects.toEqual(
      refused("INVALID"),
    );
    await expect(call("invitation.accept", team.manager, { token })).rejects.toEqual(refused("CONFLICT"));
    await call("invitation.accept", null, { token, password });
    expect(await db.membership.count({ where: { userId: person.id, teamId: team.team.id } })).toBe(1);
    const again = await db.user.findUniqueOrThrow({ where: { id: person.id } });
    expect(await verifyPassword(password, again.passwordHash)).toBe(true);
  });

  it("is worthless when revoked, expired or sent again", async () => {
    const first = await invite(email());
    const next = await call("invitation.resend", team.owner, { invitationId: first.id });
    await expect(call("invitation.lookup", null, { token: first.token })).rejects.toEqual(refused("NOT_FOUND"));
    const token = String(next.link).split("#")[1] ?? "";
    await call("invitation.lookup", null, { token });
    await db.invitation.update({ where: { id: first.id }, data: { expiresAt: new Date(0) } });
    await expect(call("invitation.accept", null, { token, name: "Eve", password })).rejects.toEqual(
      refused("NOT_FOUND"),
    );
    const other = await invite(email());
    await call("invitation.revoke", team.owner, { invitationId: other.id });
    await expect(call("invitation.accept", null, { token: other.token, name: "Eve", password })).rejects.toEqual(
      refused("NOT_FOUND"),
    );
  });

  it("refuses members, second invitations and hostile addresses", async () => {
    const owner = await db.user.findUniqueOrThrow({ where: { id: team.owner.userId } });
    await expect(invite(owner.email)).rejects.toEqual(refused("CONFLICT"));
    const address = email();
    await invite(address);
    await expect(invite(address.toUpperCase())).rejects.toEqual(refused("CONFLICT"));
    await expect(invite("a@example.com\r\nBcc: b@example.com")).rejects.toEqual(refused("INVALID"));
  });

  it("lets nobody but an owner in on them, nor another team's owner", async () => {
    const { id } = await invite(email());
    const other = await makeTeam("Other");
    await expect(call("invitation.revoke", other.owner, { invitationId: id })).rejects.toEqual(refused("NOT_FOUND"));
    for (const role of roles.filter((one) => one !== "owner")) {
      await expect(call("invitation.list", team[role], {})).rejects.toEqual(refused("FORBIDDEN"));
    }
  });

  it("slows down who tries links", async () => {
    const tries = Array.from({ length: 65 }, () =>
      call("invitation.lookup", null, { token: randomToken("inv_") }, "9.9.9.9").catch(
        (error: { code: string }) => error.code,
      ),
    );
    const codes = await Promise.all(tries);
    expect(codes.filter((code) => code === "LIMIT")).toHaveLength(5);
  });
});

describe("forgotten password", () => {
  async function ask(email: string, ip: string = randomUUID()) {
    return call("password.forgotten", null, { email }, ip);
  }
  async function linkOf(userId: string) {
    const mail = await db.outboxMail.findFirstOrThrow({ where: { userId, kind: "reset" }, orderBy: { id: "desc" } });
    return /rst_[\w-]{43}/.exec(mail.text)?.[0] ?? "";
  }

  it("answers the same for everybody, in the same time", async () => {
    const person = await db.user.findUniqueOrThrow({ where: { id: team.engineer.userId } });
    const timed = async (email: string) => {
      const from = performance.now();
      const answer = await ask(email);
      return { answer, ms: performance.now() - from };
    };
    // the quickest of a few, in turn: what else the machine does only ever adds
    const quickest = { known: Number.POSITIVE_INFINITY, unknown: Number.POSITIVE_INFINITY };
    for (let round = 0; round < 3; round++) {
      const [known, unknown] = [await timed(person.email), await timed("nobody@example.com")];
      expect(known.answer).toEqual(unknown.answer);
      quickest.known = Math.min(quickest.known, known.ms);
      quickest.unknown = Math.min(quickest.unknown, unknown.ms);
    }
    expect(Math.abs(quickest.known - quickest.unknown)).toBeLessThan(0.1 * quickest.unknown);
    expect(await db.outboxMail.count({ where: { toAddress: "nobody@example.com" } })).toBe(0);
  });

  it("sets a new password once and ends every session and other link", async () => {
    const { engineer } = team;
    await signedIn(engineer);
    await signedIn(engineer);
    const person = await db.user.findUniqueOrThrow({ where: { id: engineer.userId } });
    await ask(person.email);
    const older = await linkOf(person.id);
    await ask(person.email);
    const token = await linkOf(person.id);
    expect(token).not.toBe(older);
    await expect(call("password.reset", null, { token, password: "password-2024" })).rejects.toEqual(
      refused("INVALID"),
    );
    const both = await Promise.allSettled([1, 2].map(() => call("password.reset", null, { token, password })));
    expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect(await db.session.count({ where: { userId: person.id } })).toBe(0);
    await expect(call("password.reset", null, { token: older, password })).rejects.toEqual(refused("NOT_FOUND"));
    expect(await db.passwordReset.count({ where: { tokenHash: hashToken(older) } })).toBe(0);
    const after = await db.user.findUniqueOrThrow({ where: { id: person.id } });
    expect(await verifyPassword(password, after.passwordHash)).toBe(true);
  });

  it("writes no flood of mails to one person, and slows down one address", async () => {
    const person = await db.user.findUniqueOrThrow({ where: { id: team.manager.userId } });
    for (let i = 0; i < 6; i++) await ask(person.email);
    expect(await db.outboxMail.count({ where: { userId: person.id, kind: "reset" } })).toBe(3);
    const many = await Promise.all(
      Array.from({ length: 25 }, (_, i) =>
        ask(`p${i}@example.com`, "8.8.8.8").catch((error: { code: string }) => error.code),
      ),
    );
    expect(many.filter((code) => code === "LIMIT")).toHaveLength(5);
  });

  it("files the link under a team only when its owner could not reach another team with it", async () => {
    const person = await db.user.findUniqueOrThrow({ where: { id: team.engineer.userId } });
    await ask(person.email);
    const first = await db.outboxMail.findFirstOrThrow({ where: { userId: person.id, kind: "reset" } });
    expect(first.teamId).toBe(team.team.id);
    const other = await makeTeam("Other");
    await db.membership.create({ data: { teamId: other.team.id, userId: person.id, role: "owner" } });
    await ask(person.email);
    const second = await db.outboxMail.findFirstOrThrow({ where: { userId: person.id, kind: "reset", teamId: null } });
    await expect(call("outbox.get", team.owner, { outboxMailId: second.id })).rejects.toEqual(refused("NOT_FOUND"));
  });
});

describe("me", () => {
  it("changes only what is sent", async () => {
    const me = await signedIn(team.engineer);
    await call("me.update", me, { notifications: { runFailed: "all" } });
    const after = await call("me.update", me, { notifications: { runBudget: "none" }, timezone: "Europe/Berlin" });
    expect(after).toMatchObject({
      timezone: "Europe/Berlin",
      notifications: { runSucceeded: "own", runFailed: "all", runBudget: "none" },
    });
    await expect(call("me.update", me, { timezone: "Mars/Olympus" })).rejects.toEqual(refused("INVALID"));
  });

  it("needs the old password, and ends the other sessions only", async () => {
    const me = await signedIn(team.engineer);
    const other = await signedIn(team.engineer);
    await db.user.update({ where: { id: me.userId }, data: { passwordHash: await hashPassword(password) } });
    const change = (oldPassword: string) =>
      call("me.password", me, { oldPassword, newPassword: "a heron by the weir" });
    await expect(change("wrong password 1")).rejects.toEqual(refused("INVALID"));
    expect(await change(password)).toEqual({ endedSessions: 1 });
    expect(await db.session.findUnique({ where: { id: other.credentialId ?? "" } })).toBeNull();
    expect(await db.session.findUnique({ where: { id: me.credentialId ?? "" } })).not.toBeNull();
    expect(await db.outboxMail.count({ where: { userId: me.userId, kind: "password-changed" } })).toBe(1);
  });

  it("ends no session and opens no team of somebody else", async () => {
    const me = await signedIn(team.engineer);
    const other = await makeTeam("Other");
    const theirs = await signedIn(other.engineer);
    await expect(call("me.endSession", me, { sessionId: theirs.credentialId })).rejects.toEqual(refused("NOT_FOUND"));
    await expect(call("me.switchTeam", me, { teamId: other.team.id })).rejects.toEqual(refused("NOT_FOUND"));
  });
});
