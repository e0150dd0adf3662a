import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { catchMail } from "#lib/testing/smtp.ts";

// The catcher's port must be in the settings before anything reads them.
const smtp = await catchMail();
process.env.SMTP_URL = smtp.url;
process.env.MAIL_FROM = "Stillhouse <stillhouse@example.com>";
const { db } = await import("#lib/core/db.ts");
const { makeProject, makeRun, makeTeam } = await import("#lib/testing/factories.ts");
const { queueMail } = await import("#lib/mails/outbox.ts");
const { hourlyCap, queueRunMails } = await import("#lib/mails/run-mails.ts");
const { invitationMail } = await import("#lib/mails/people-mails.ts");
const { deliverMail, sweepMails } = await import("./mail.ts");

afterAll(async () => {
  await smtp.close();
});

beforeEach(async () => {
  await db.outboxMail.deleteMany();
  smtp.mails.length = 0;
  smtp.script.length = 0;
});

async function write(over: { to?: string; subject?: string; token?: string } = {}) {
  const dedupeKey = randomUUID();
  const mail = {
    ...invitationMail({
      id: dedupeKey,
      teamId: randomUUID(),
      teamName: over.subject ?? "Crew",
      email: over.to ?? "ada@example.com",
      role: "engineer",
      invitedBy: "Grace",
      token: over.token ?? `inv_${"a".repeat(43)}`,
      days: 7,
      sending: "1",
    }),
    dedupeKey,
  };
  await queueMail(db, mail);
  return db.outboxMail.findUniqueOrThrow({ where: { dedupeKey } });
}
const read = (id: string) => db.outboxMail.findUniqueOrThrow({ where: { id } });

describe("deliverMail", () => {
  it("sends text and HTML to exactly one recipient and blanks the one-time link afterwards", async () => {
    const mail = await write({ subject: "Crew\r\nBcc: eve@evil.example", token: `inv_${"Zx9-_".repeat(8)}abc` });
    await deliverMail({ outboxId: mail.id });
    expect(smtp.mails).toHaveLength(1);
    const [got] = smtp.mails;
    expect(got?.envelopeTo).toEqual(["ada@example.com"]);
    expect(got?.headers.has("bcc")).toBe(false);
    expect(got?.subject).toBe("Grace invites you to Crew Bcc: eve@evil.example");
    expect(got?.text).toContain(`/invitation#inv_${"Zx9-_".repeat(8)}abc`);
    expect(got?.html).toContain(`/invitation#inv_${"Zx9-_".repeat(8)}abc`);
    expect(got?.messageId).toBe(`<${mail.id}@localhost>`);
    const after = await read(mail.id);
    expect(after).toMatchObject({ state: "sent", attempts: 1, lastError: null });
    expect(after.text + after.html).not.toContain("Zx9-_");
  });

  it("sends once however often and in parallel it is delivered", async () => {
    const mail = await write();
    await Promise.all(Array.from({ length: 8 }, () => deliverMail({ outboxId: mail.id })));
    await deliverMail({ outboxId: mail.id });
    expect(smtp.mails).toHaveLength(1);
  });

  it("waits after 4xx and tries again when it is due", async () => {
    const mail = await write();
    smtp.script.push({ refuse: 451, with: "try later" });
    await deliverMail({ outboxId: mail.id });
    const waiting = await read(mail.id);
    expect(waiting).toMatchObject({ state: "pending", attempts: 1 });
    expect(waiting.lastError).toContain("451 try later");
    const waitMs = waiting.nextTryAt.getTime() - Date.now();
    expect(waitMs).toBeGreaterThan(20_000);
    expect(waitMs).toBeLessThan(40_000);
    await deliverMail({ outboxId: mail.id });
    expect((await read(mail.id)).attempts).toBe(1);
    await db.outboxMail.update({ where: { id: mail.id }, data: { nextTryAt: new Date(0) } });
    await deliverMail({ outboxId: mail.id });
    expect(await read(mail.id)).toMatchObject({ state: "sent", attempts: 2 });
  });

  it("gives up at 5xx with the reason", async () => {
    const mail = await write();
    smtp.script.push({ refuse: 550, with: "no such mailbox" });
    await deliverMail({ outboxId: mail.id });
    const failed = await read(mail.id);
    expect(failed.state).toBe("failed");
    expect(failed.lastError).toMatch(/refused it: 550 no such mailbox/);
  });

  it("does not send again what may have arrived", async () => {
    const mail = await write();
    smtp.script.push("hang up in data");
    await deliverMail({ outboxId: mail.id });
    const unknown = await read(mail.id);
    expect(unknown).toMatchObject({ state: "failed" });
    expect(unknown.lastError).toMatch(/may have arrived/);
    await deliverMail({ outboxId: mail.id });
    expect(smtp.mails).toHaveLength(0);
  });

  it("tries again when the server is away or the line breaks earlier", async () => {
    const mail = await write();
    smtp.script.push({ refuse: 421, with: "closing down" });
    await deliverMail({ outboxId: mail.id });
    expect((await read(mail.id)).state).toBe("pending");
  });

  it("gives up after the last try", async () => {
    const mail = await write();
    await db.outboxMail.update({ where: { id: mail.id }, data: { attempts: 13 } });
    smtp.script.push({ refuse: 451, with: "still busy" });
    await deliverMail({ outboxId: mail.id });
    expect(await read(mail.id)).toMatchObject({ state: "failed", attempts: 14 });
  });
});

describe("sweepMails", () => {
  it("gives up what a dead worker held, as unknown", async () => {
    const mail = await write();
    await db.outboxMail.update({
      where: { id: mail.id },
      data: { state: "sending", nextTryAt: new Date(Date.now() - 600_000) },
    });
    await sweepMails();
    expect((await read(mail.id)).lastError).toMatch(/may have arrived/);
  });
});

describe("queueRunMails", () => {
  async function failedRun() {
    const people = await makeTeam("Crew");
    const project = await makeProject(people.engineer);
    const runId = await makeRun(people.engineer, project.id, "generation", {});
    await db.run.update({
      where: { id: runId },
      data: {
        state: "failed",
        leaseEpoch: 1,
        error: { code: "UPSTREAM", message: "The teacher refused the key.", todo: "Enter a valid key." },
      },
    });
    return { ...people, runId };
  }
  const wish = (userId: string, runFailed: string) =>
    db.user.update({ where: { id: userId }, data: { notifications: { runFailed } } });

  it("writes one mail per person and event to those who want it", async () => {
    const { runId, owner, manager, engineer } = await failedRun();
    await wish(owner.userId, "all");
    await wish(manager.userId, "own");
    for (let i = 0; i < 3; i++) await db.$transaction((tx) => queueRunMails(tx, runId));
    const mails = await db.outboxMail.findMany({ where: { runId } });
    expect(mails.map((mail) => mail.userId).sort()).toEqual([owner.userId, engineer.userId].sort());
    expect(mails[0]?.subject).toBe("Failed: Test generation");
    expect(mails[0]?.text).toContain("The teacher refused the key.");
    expect(mails[0]?.text).toContain("What to do: Enter a valid key.");
    expect(mails[0]?.text).toContain(`/runs/${runId}`);
  });

  it("tells again when it fails again after a retry", async () => {
    const { runId, engineer } = await failedRun();
    await db.$transaction((tx) => queueRunMails(tx, runId));
    await db.run.update({ where: { id: runId }, data: { leaseEpoch: 2 } });
    await db.$transaction((tx) => queueRunMails(tx, runId));
    expect(await db.outboxMail.count({ where: { userId: engineer.userId } })).toBe(2);
  });

  it("writes none to who wants none, was disabled or left", async () => {
    const { runId, engineer, owner, manager, team } = await failedRun();
    await wish(engineer.userId, "none");
    await wish(owner.userId, "all");
    await wish(manager.userId, "all");
    await db.user.update({ where: { id: owner.userId }, data: { disabledAt: new Date() } });
    await db.membership.delete({ where: { teamId_userId: { teamId: team.id, userId: manager.userId } } });
    await db.$transaction((tx) => queueRunMails(tx, runId));
    expect(await db.outboxMail.count({ where: { runId } })).toBe(0);
  });

  it("turns a flood into the hourly cap and one digest", async () => {
    const { engineer, runId } = await failedRun();
    for (let epoch = 1; epoch <= hourlyCap + 30; epoch++) {
      await db.run.update({ where: { id: runId }, data: { leaseEpoch: epoch } });
      await db.$transaction((tx) => queueRunMails(tx, runId));
    }
    const count = (state: string) => db.outboxMail.count({ where: { userId: engineer.userId, state } });
    expect([await count("pending"), await count("held")]).toEqual([hourlyCap, 30]);
    await sweepMails();
    expect(await count("held")).toBe(30);
    await db.outboxMail.updateMany({ where: { state: "held" }, data: { createdAt: new Date(Date.now() - 3_700_000) } });
    await Promise.all([sweepMails(), sweepMails(), sweepMails()]);
    expect([await count("held"), await count("folded")]).toEqual([0, 30]);
    const digests = await db.outboxMail.findMany({ where: { kind: "digest" } });
    expect(digests.map((mail) => mail.subject)).toEqual(["30 more runs ended or stopped"]);
  });
});
