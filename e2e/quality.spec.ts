import { db } from "#lib/core/db.ts";
import { makeProject, makeVersion } from "#lib/testing/factories.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

const rows = [
  ...Array.from({ length: 30 }, (_, n) => ({
    input: `My parcel number ${n} has not arrived in town ${n * 7}`,
    output: n % 2 ? "delivery" : "refund",
  })),
  { input: "Please write to jane.doe@example.org about my refund", output: "refund" },
  { input: "the very same question about my refund", output: "refund" },
  { input: "The very same question  about my refund", output: "delivery" },
  { input: "where is my order, it should have been here on tuesday", output: "delivery" },
  { input: "where is my order, it should have been here on tuesday!", output: "delivery", holdout: true },
  { input: "a held-out sentence about refunds", output: "refund", holdout: true },
];

test("a quality report: made, a finding opened, put right in a new version, and the policy", async ({
  page,
  engineer,
}) => {
  const { id: projectId } = await makeProject(engineer, { labels: ["delivery", "refund"] });
  const versionId = await makeVersion(engineer, projectId, rows);
  await page.goto(`/projects/${projectId}/data/${versionId}?tab=quality`);
  // Every new version gets its report by itself.
  await expect(page.getByRole("heading", { name: "Blocked" })).toBeVisible({ timeout: 60_000 });
  await looksAt(page, "quality");

  await page.getByRole("button", { name: /Leakage: / }).click();
  await expect(page).toHaveURL(/check=leak-/);
  await expect(
    page
      .getByRole("table", { name: /Leakage/ })
      .getByText("where is my order")
      .first(),
  ).toBeVisible();
  await page.getByRole("button", { name: "Put it right …" }).click();
  await expect(page.getByRole("dialog")).toContainText("stays as it is");
  await page.getByRole("button", { name: "Make the version" }).click();
  await expect(page).toHaveURL(
    (url) => /\/data\/[0-9a-f-]{36}$/.test(url.pathname) && !url.pathname.endsWith(versionId),
  );
  const made = await db.datasetVersion.findFirstOrThrow({ where: { parentId: versionId } });
  expect(made).toMatchObject({ origin: "fix", rowCount: rows.length - 1, holdoutCount: 2 });

  await page.goto(`/projects/${projectId}/data/policy`);
  await page.getByRole("combobox", { name: "E-mail addresses" }).click();
  await page.getByRole("option", { name: /^Blocks training/ }).click();
  await page.getByRole("button", { name: "Save the policy" }).click();
  await expect(page.getByText("The next report follows this policy.")).toBeVisible();
  await looksAt(page, "quality-policy");
});
