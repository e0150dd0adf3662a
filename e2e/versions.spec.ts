import { db } from "#lib/core/db.ts";
import { makeProject, makeVersion } from "#lib/testing/factories.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

const rows = Array.from({ length: 60 }, (_, n) => ({
  input: `Message ${n + 1} about ${n % 3 ? "an invoice" : "a parcel"} of last week`,
  output: n % 3 ? "billing" : "delivery",
  holdout: n % 10 === 0,
}));

test("rows are changed in a new version, compared, followed back, deleted and restored", async ({ page, engineer }) => {
  const { id: projectId } = await makeProject(engineer, { labels: ["billing", "delivery"] });
  const versionId = await makeVersion(engineer, projectId, rows);
  const { dataset } = await db.datasetVersion.findUniqueOrThrow({
    where: { id: versionId },
    include: { dataset: true },
  });

  // By keyboard and filter: pick rows, say why, and look at what will happen before it does.
  await page.goto(`/projects/${projectId}/data/${versionId}`);
  await page.getByRole("checkbox", { name: "Pick row 2", exact: true }).click();
  await page.getByRole("checkbox", { name: "Pick row 3", exact: true }).click();
  await expect(page.getByRole("toolbar", { name: "Picked rows" })).toContainText("2 rows picked");
  await looksAt(page, "rows-picked");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: /^Why/ }).fill("Sent by a robot");
  await page.getByRole("button", { name: /in a new version$/ }).click();
  await expect(page).not.toHaveURL(new RegExp(versionId));
  await expect(page.getByText("Sent by a robot").first()).toBeVisible();
  const second = await db.datasetVersion.findFirstOrThrow({ where: { parentId: versionId } });
  expect(second).toMatchObject({ rowCount: 58, origin: "edit", reason: "Sent by a robot" });

  await page.getByRole("tab", { name: /^Changes/ }).click();
  await expect(page.getByRole("list", { name: "Rows that differ" }).getByText("Message 2 about")).toBeVisible();
  await looksAt(page, "changes");
  await page.getByRole("tab", { name: /^History/ }).click();
  await expect(page.getByRole("table", { name: "Versions" }).getByRole("row")).toHaveCount(3);
  await expect(
    page.getByRole("list", { name: "Lineage" }).or(page.getByText("made-by-test.jsonl")).first(),
  ).toBeVisible();
  await looksAt(page, "history");

  await page.getByRole("button", { name: `Menu of ${dataset.name}` }).click();
  await page.getByRole("menuitem", { name: "Delete …" }).click();
  await page.getByRole("button", { name: "Delete 2 versions" }).click();
  await expect(page.getByText(`${dataset.name} is deleted.`)).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/projects/${projectId}/data$`));
  await page.getByText("1 deleted thing can still be restored").click();
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(
    page
      .getByRole("heading", { name: dataset.name })
      .or(page.getByRole("link", { name: dataset.name }))
      .first(),
  ).toBeVisible();
});
