import { db } from "#lib/core/db.ts";
import { env } from "#lib/env.ts";
import { queueMail } from "#lib/mails/outbox.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";
import { open } from "./support/hydrated.ts";

test("a person changes name and notifications, and both stay", async ({ page, engineer }) => {
  await open(page, "/settings/account");
  await page.getByRole("textbox", { name: "Name" }).fill("Ada <i>Lovelace</i>");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  await open(page, "/settings/notifications");
  await page.getByRole("combobox", { name: "A run failed" }).click();
  await page.getByRole("option", { name: "All runs of my teams" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("combobox", { name: "A run failed" })).toHaveText("All runs of my teams");
  await expect(page.getByRole("combobox", { name: "A run finished" })).toHaveText("Runs I started");
  const user = await db.user.findUniqueOrThrow({ where: { id: engineer.userId } });
  expect(user.name).toBe("Ada <i>Lovelace</i>");
});

test("an owner invites, changes a role, and removes a person", async ({ page, team, signIn }) => {
  await signIn(team.owner);
  await open(page, "/settings/team");
  await page.getByRole("textbox", { name: "E-mail" }).fill("new@example.com, other@example.com");
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByText(/plain address|plain ASCII/)).toBeVisible();
  await page.getByRole("textbox", { name: "E-mail" }).fill("new@example.com");
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByText(/\/invitation#inv_/)).toBeVisible();
  await expect(page.getByRole("table", { name: "Invitations" }).getByText("new@example.com")).toBeVisible();

  await page.getByRole("combobox", { name: "Role of reviewer of Test team" }).click();
  await page.getByRole("option", { name: /^Engineer/ }).click();
  await expect(page.getByText("reviewer of Test team is engineer now")).toBeVisible();
  await page
    .getByRole("row", { name: /manager of Test team/ })
    .getByRole("button", { name: "Remove" })
    .click();
  await page.getByRole("button", { name: "Remove from the team" }).click();
  await expect(page.getByText("manager of Test team")).toHaveCount(0);
  // the last owner stays
  await page
    .getByRole("row", { name: /owner of Test team/ })
    .getByRole("button", { name: "Remove" })
    .click();
  await page.getByRole("button", { name: "Remove from the team" }).click();
  await expect(page.getByText("This is the team's last owner.")).toBeVisible();

  await open(page, "/settings/audit?action=member");
  await expect(page.getByRole("button", { name: "member.remove" })).toBeVisible();
  await page.getByRole("button", { name: "member.update" }).click();
  await expect(page.getByRole("dialog").getByText('"to": "engineer"')).toBeVisible();
});

test("a token is shown once, works, and is dead when revoked", async ({ page, engineer: _engineer }) => {
  await open(page, "/settings/tokens");
  await page.getByRole("button", { name: "New token" }).first().click();
  await page.getByRole("textbox", { name: "Name" }).fill("nightly import");
  await page.getByRole("button", { name: "Create token" }).click();
  const value =
    (await page
      .getByRole("dialog")
      .getByText(/^sth_[\w-]{43}$/)
      .textContent()) ?? "";
  const ask = async () =>
    (await fetch(`${env.STILLHOUSE_URL}/api/v1/me`, { headers: { authorization: `Bearer ${value}` } })).status;
  expect(await ask()).toBe(200);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText(value)).toHaveCount(0);
  await page.reload();
  expect(await page.content()).not.toContain(value);
  await page
    .getByRole("row", { name: /nightly import/ })
    .getByRole("button", { name: "Revoke" })
    .click();
  await page.getByRole("button", { name: "Revoke token" }).click();
  await expect(page.getByText("Revoked: refused from now on")).toBeVisible();
  expect(await ask()).toBe(401);
});

test("a mail in the outbox is rendered inert", async ({ page, team, signIn, complaints }) => {
  await signIn(team.owner);
  const subject = 'Failed: <img src=x onerror="parent.hacked=1"><script>parent.hacked=1</script>';
  await queueMail(db, {
    teamId: team.team.id,
    userId: team.owner.userId,
    to: "ada@example.com",
    kind: "run.failed",
    dedupeKey: `e2e:${team.team.id}`,
    content: { subject, heading: subject, paragraphs: [subject], footer: subject },
  });
  await open(page, "/settings/outbox");
  await page.getByRole("button", { name: /^Failed: <img/ }).click();
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading")).toContainText("<script>parent.hacked=1</script>");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await page.getByRole("tab", { name: "Text" }).click();
  await expect(page.locator("pre")).toContainText("onerror=");
  // the browser says that it refused to run what the mail carries; that is what this test is about
  const refused = /Blocked script execution in .about:srcdoc./;
  expect(complaints.filter((line) => !refused.test(line))).toEqual([]);
  complaints.length = 0;
});

test("every settings page reads well on every screen", async ({ page, team, signIn }) => {
  await signIn(team.owner);
  for (const name of ["account", "notifications", "team", "tokens", "outbox", "audit", "system"]) {
    await open(page, `/settings/${name}`);
    await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    await looksAt(page, `settings-${name}`);
  }
});
