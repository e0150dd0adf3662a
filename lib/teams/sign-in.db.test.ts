import { randomUUID } from "node:crypto";
import { encode } from "next-auth/jwt";
import { beforeAll, describe, expect, it } from "vitest";
import { actorOfSession } from "#lib/core/auth.ts";
import { db } from "#lib/core/db.ts";
import { hashPassword } from "#lib/core/passwords.ts";
import { decrypt } from "#lib/core/secrets.ts";
import { env } from "#lib/env.ts";
import { makeTeam, makeUser } from "#lib/testing/factories.ts";
import { firstBoot, sampleTeamName } from "./first-boot.ts";
import { enterWithOidc } from "./oidc.ts";
import { checkPassword, closeSession, openSession } from "./sign-in.ts";

const password = "pelican in the harbour";
const from = { ip: "10.0.0.1", userAgent: "test" };

describe("first boot", () => {
  it("makes one owner although five processes start at once, and nothing on later boots", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => firstBoot()));
    const [owner, ...more] = made.filter((one) => one !== null);
    expect(more).toEqual([]);
    expect(await firstBoot()).toBeNull();
    expect(await db.user.count()).toBe(1);
    const teams = await db.team.findMany({ orderBy: { simulated: "asc" }, include: { memberships: true } });
    expect(teams.map(({ name, simulated }) => [name, simulated])).toEqual([
      ["My team", false],
      [sampleTeamName, true],
    ]);
    expect(teams.every((team) => team.memberships[0]?.role === "owner")).toBe(true);
    const given = { email: owner?.email ?? "", password: owner?.password ?? "" };
    expect(await checkPassword(given, "10.0.0.9")).toMatchObject({ ok: true });
    const everything = JSON.stringify([
      await db.user.findMany(),
      await db.apiToken.findMany(),
      await db.auditEntry.findMany(),
    ]);
    expect(everything).not.toContain(owner?.password);
    expect(everything).not.toContain(owner?.token);
  });

  it("stops with one line when the secret is another one", async () => {
    const { secretCheck } = await db.instance.findUniqueOrThrow({ where: { id: 1 } });
    expect(decrypt(secretCheck, "instance")).toContain("secret");
    const foreign = secretCheck.replace(/^v1\.[^.]+/, "v1.00000000");
    await db.instance.update({ where: { id: 1 }, data: { secretCheck: foreign } });
    await expect(firstBoot()).rejects.toThrow(/^STILLHOUSE_SECRET is wrong: .*another one\.$/);
    await db.instance.update({ where: { id: 1 }, data: { secretCheck } });
  });
});

describe("checkPassword", () => {
  let email = "";
  let userId = "";
  beforeAll(async () => {
    const user = await makeUser();
    email = user.email;
    userId = user.id;
    await db.user.update({ where: { id: user.id }, data: { passwordHash: await hashPassword(password) } });
  });

  it("says the same to a wrong password, an unknown person and a broken address", async () => {
    const answers = await Promise.all([
      checkPassword({ email, password: "wrong password 1" }, "1"),
      checkPassword({ email: "nobody@example.com", password }, "2"),
      checkPassword({ email: "a@b@c", password }, "3"),
      checkPassword({ email: { contains: "" }, password: [password] }, "4"),
    ]);
    expect(answers).toEqual(Array(4).fill({ ok: false, reason: "wrong" }));
  });

  it("lets ten guesses at one account through, however parallel and from wherever, then none, not even the right one", async () => {
    const guess = (word: string) => checkPassword({ email: email.toUpperCase(), password: word }, randomUUID());
    await db.signInThrottle.deleteMany();
    await guess("x");
    // seven more are counted by hand: each real one costs a scrypt
    await db.signInThrottle.updateMany({ where: { key: { startsWith: "sign-in:email" } }, data: { failures: 8 } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => guess("x")));
    expect(answers.filter((one) => !one.ok && one.reason === "wrong")).toHaveLength(2);
    const right = await guess(password);
    expect(right).toMatchObject({ ok: false, reason: "throttled" });
    const stored = JSON.stringify(await db.signInThrottle.findMany());
    expect(stored).not.toContain(email.split("@")[0]);
    await db.signInThrottle.updateMany({ data: { windowEndsAt: new Date(0) } });
    expect(await guess(password)).toEqual({ ok: true, userId });
  });

  it("counts by address over all accounts", async () => {
    const some = await Promise.all(
      // a broken address costs no hash; the known prefix of the window is filled by hand
      Array.from({ length: 3 }, (_, i) => checkPassword({ email: `p${i}@example.com`, password }, "7.7.7.7")),
    );
    expect(some.every((one) => !one.ok && one.reason === "wrong")).toBe(true);
    await db.signInThrottle.updateMany({
      where: { key: { startsWith: "sign-in:ip" }, failures: 3 },
      data: { failures: 50 },
    });
    expect(await checkPassword({ email: "p9@example.com", password }, "7.7.7.7")).toMatchObject({
      reason: "throttled",
    });
  });

  it("refuses a disabled person with the right password", async () => {
    await db.user.update({ where: { id: userId }, data: { disabledAt: new Date() } });
    expect(await checkPassword({ email, password }, "5")).toEqual({ ok: false, reason: "wrong" });
  });
});

describe("sessions", () => {
  const cookie = (sid: string) => encode({ token: { sid }, secret: env.STILLHOUSE_SECRET });

  it("is over for every copy of the cookie after sign-out, removal, disabling and expiry", async () => {
    const { engineer } = await makeTeam();
    const open = () => openSession(engineer.userId, "password", from);
    const first = await open();
    const copy = await cookie(first);
    expect(await actorOfSession(copy)).toMatchObject({ userId: engineer.userId, role: "engineer" });
    await closeSession(first);
    await closeSession(first);
    expect(await actorOfSession(copy)).toBeNull();

    const second = await open();
    await db.session.update({ where: { id: second }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await actorOfSession(await cookie(second))).toBeNull();
    const third = await open();
    expect(await db.session.findUnique({ where: { id: second } })).toBeNull();
    await db.user.update({ where: { id: engineer.userId }, data: { disabledAt: new Date() } });
    expect(await actorOfSession(await cookie(third))).toBeNull();
  });

  it("refuses a cookie that was not made with our secret or names no session", async () => {
    const forged = await encode({ token: { sid: randomUUID() }, secret: "another secret of some length, 0123" });
    for (const value of [forged, await cookie(randomUUID()), "x.y.z", "", await cookie("' OR 1=1")]) {
      await expect(actorOfSession(value).catch(() => null)).resolves.toBeNull();
    }
  });

  it("opens with the person's own team rather than the sample", async () => {
    const user = await makeUser();
    const sample = await db.team.create({ data: { name: "S", simulated: true } });
    const own = await db.team.create({ data: { name: "O" } });
    for (const team of [sample, own]) {
      await db.membership.create({ data: { teamId: team.id, userId: user.id, role: "owner" } });
    }
    const id = await openSession(user.id, "password", from);
    expect(await db.session.findUnique({ where: { id } })).toMatchObject({ teamId: own.id, ip: "10.0.0.1" });
  });
});

describe("OIDC", () => {
  const issuer = "https://login.example.com";

  it("lets nobody in who is not known or invited, or whose address nobody vouches for", async () => {
    const user = await makeUser();
    const enter = (claims: object) => enterWithOidc(issuer, { sub: randomUUID(), ...claims });
    expect(await enter({ email: "nobody@example.com", email_verified: true })).toEqual({
      ok: false,
      reason: "invitation",
    });
    expect(await enter({ email: user.email })).toEqual({ ok: false, reason: "email" });
    expect(await enter({ email: user.email, email_verified: false })).toEqual({ ok: false, reason: "email" });
    expect(await enter({ email: `${user.email},x@example.com`, email_verified: true })).toEqual({
      ok: false,
      reason: "email",
    });
    expect(await enterWithOidc(issuer, { email: user.email, email_verified: true })).toEqual({
      ok: false,
      reason: "email",
    });
    expect(await db.identity.count()).toBe(0);
  });

  it("binds the subject to the person at the first sign-in, per issuer", async () => {
    const user = await makeUser();
    const sub = randomUUID();
    expect(await enterWithOidc(issuer, { sub, email: user.email, email_verified: "true" })).toEqual({
      ok: true,
      userId: user.id,
    });
    expect(await enterWithOidc(issuer, { sub, email: "renamed@example.com" })).toEqual({ ok: true, userId: user.id });
    expect(await enterWithOidc("https://other.example.com", { sub })).toMatchObject({ ok: false });
    await db.user.update({ where: { id: user.id }, data: { disabledAt: new Date() } });
    expect(await enterWithOidc(issuer, { sub })).toEqual({ ok: false, reason: "disabled" });
  });

  it("makes an invited person with the invited role and uses the invitation up", async () => {
    const { team, owner } = await makeTeam();
    const email = `${randomUUID()}@example.com`;
    const expiresAt = new Date(Date.now() + 60_000);
    await db.invitation.create({
      data: { teamId: team.id, email, role: "reviewer", tokenHash: randomUUID(), invitedById: owner.userId, expiresAt },
    });
    const entry = await enterWithOidc(issuer, { sub: randomUUID(), email, email_verified: true, name: "Grace" });
    if (!entry.ok) throw new Error("refused");
    const made = await db.user.findUniqueOrThrow({ where: { id: entry.userId }, include: { memberships: true } });
    expect(made).toMatchObject({
      name: "Grace",
      passwordHash: null,
      memberships: [{ teamId: team.id, role: "reviewer" }],
    });
    expect(await db.invitation.count({ where: { email, acceptedAt: null } })).toBe(0);
  });
});
