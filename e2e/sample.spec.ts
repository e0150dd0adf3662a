import { makeActor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { projectList } from "#lib/projects/schema.ts";
import { expect, test } from "./support/fixtures.ts";

test("the sample project runs by itself on first boot, and everything in it says that it is simulated", async ({
  page,
  signIn,
  api,
}) => {
  test.setTimeout(300_000);
  const { sampleTeamId } = await db.instance.findUniqueOrThrow({ where: { id: 1 } });
  const owner = await db.membership.findFirstOrThrow({ where: { teamId: sampleTeamId ?? "", role: "owner" } });
  const actor = makeActor({ kind: "session", ...owner, scopes: null, credentialId: null });
  await signIn(actor);
  const call = await api(actor);

  await page.goto("/projects");
  const project = page.getByRole("link", { name: "IT ticket routing" }).first();
  await expect(project).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("list", { name: "Projects" }).getByText("Simulated").first()).toBeVisible();
  await expect
    .poll(async () => (await call(projectList, {})).items[0]?.stages.map(({ state }) => state), {
      timeout: 240_000,
      intervals: [1_000],
    })
    .toEqual(["done", "done", "done", "done", "done"]);

  // The list has followed without a reload: its figures are there, and lead to what they stand on.
  await page
    .getByRole("list", { name: "Projects" })
    .getByRole("link", { name: /Teacher \d/ })
    .click();
  await expect(page).toHaveURL(/\/evaluations\//);
  await expect(page.getByText("Simulated").first()).toBeVisible();
  for (const path of ["/teachers", "/runs"]) {
    await page.goto(path);
    await expect(page.getByText("Simulated").first()).toBeVisible();
  }
});
