import { db } from "#lib/core/db.ts";
import { hashPassword } from "#lib/core/passwords.ts";
import { env } from "#lib/env.ts";
import { invitationCreate, passwordForgotten } from "#lib/teams/invitation-schema.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";
import { open } from "./support/hydrated.ts";

const password = "pelican in the harbour";

async function withPassword(userId: string): Promise<string> {
  const user = await db.user.update({ where: { id: userId }, data: { passwordHash: await hashPassword(password) } });
  return user.email;
}

test("a person signs in, comes back to the page they wanted, and signs out for good", async ({
  page,
  team,
  context,
}) => {
  const email = await withPassword(team.engineer.userId);
  await open(page, "/settings/notifications");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fsettings%2Fnotifications$/);
  await expect(page.getByRole("textbox", { name: "E-mail" })).toBeFocused();

  await page.getByRole("textbox", { name: "E-mail" }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "E-mail or password is not right." })).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings\/notifications$/);
  await expect(page.getByText(`Sent to ${email}.`)).toBeVisible();

  // The cookie is out of reach of scripts, and a copy of it is worthless after signing out.
  const cookies = await context.cookies();
  const session = cookies.find((cookie) => cookie.name.endsWith("next-auth.session-token"));
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  expect(await page.evaluate(() => document.cookie)).not.toContain("session-token");
  const signOut = page.getByRole("menuitem", { name: "Sign out" });
  // the shell is drawn by the server first: the menu opens once its script is there
  await expect(async () => {
    await page.getByRole("button", { name: "You", exact: true }).click();
    await expect(signOut).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await signOut.click();
  await expect(page).toHaveURL(/\/sign-in$/);
  const answer = await fetch(`${env.STILLHOUSE_URL}/api/v1/me`, {
    headers: { cookie: `${session?.name}=${session?.value}` },
  });
  expect(answer.status).toBe(401);
});

test("an invited person joins by the link, once", async ({ page, team, api, browser }) => {
  const email = `grace-${Date.now()}@example.com`;
  const call = await api(team.owner);
  const { link } = await call(invitationCreate, { email, role: "reviewer" });
  if (!link) throw new Error("this test needs a product without SMTP_URL");
  await open(page, link);
  await expect(page.getByText(`invites ${email} to the team Test team as reviewer`)).toBeVisible();
  // the token leaves the address bar
  await expect(page).toHaveURL(/\/invitation$/);
  await page.getByRole("textbox", { name: "Your name" }).fill("Grace <b>Hopper</b>");
  await page.getByLabel("Choose a password", { exact: true }).fill("password-2024");
  await page.getByRole("button", { name: "Join Test team" }).click();
  await expect(page.getByText("This is a well-known password")).toBeVisible();
  await page.getByLabel("Choose a password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Join Test team" }).click();
  await expect(page).toHaveURL(/\/reviews$/);
  await open(page, "/settings/team");
  await expect(page.getByText("Grace <b>Hopper</b>")).toBeVisible();
  // reviewers see the team but change nothing
  await expect(page.getByRole("link", { name: "Audit log" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Remove" })).toHaveCount(0);

  const stranger = await browser.newPage({ baseURL: env.STILLHOUSE_URL });
  await stranger.goto(link);
  await expect(stranger.getByText("This invitation is not valid (any more)")).toBeVisible();
  await stranger.close();
});

test("a forgotten password is replaced by the mailed link", async ({ page, team }) => {
  const email = await withPassword(team.engineer.userId);
  await open(page, "/sign-in");
  await page.getByRole("link", { name: "Forgot password?" }).click();
  // both pages have a field of this name
  await expect(page.getByRole("heading", { name: "Forgot password" })).toBeVisible();
  await page.getByRole("textbox", { name: "E-mail" }).fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByText("belongs to somebody here")).toBeVisible();
  const mail = await db.outboxMail.findFirstOrThrow({ where: { userId: team.engineer.userId, kind: "reset" } });
  const link = /http\S+#rst_[\w-]+/.exec(mail.text)?.[0] ?? "";
  await open(page, link);
  await page.getByLabel("New password", { exact: true }).fill("a heron by the weir");
  await page.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(page).toHaveURL(/\/projects$/);
  await open(page, link);
  await page.getByLabel("New password", { exact: true }).fill("a heron by the weir");
  await page.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(page.getByText("This link is not valid (any more)")).toBeVisible();
});

test("pages without a session read well on every screen", async ({ page }) => {
  await open(page, "/sign-in?error=CredentialsSignin");
  await looksAt(page, "sign-in");
  await open(page, "/forgot-password");
  await looksAt(page, "forgot-password");
});

test("nobody learns whether an address is known", async ({ team, request }) => {
  const known = (await db.user.findUniqueOrThrow({ where: { id: team.manager.userId } })).email;
  const answers = [];
  for (const email of [known, "nobody@example.com"]) {
    const response = await request.post(`/api/v1${passwordForgotten.path}`, { data: { email } });
    answers.push([response.status(), await response.text()]);
  }
  expect(answers[0]).toEqual(answers[1]);
});
