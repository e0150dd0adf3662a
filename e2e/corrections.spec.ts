import { datasetList } from "#lib/datasets/schema.ts";
import { makeProject } from "#lib/testing/factories.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

/** Thirty good lines, and three that no row can be made of. */
const file = [
  "text,label",
  ...Array.from({ length: 30 }, (_, n) => `"Order ${n}, where is it?",${n % 2 ? "delivery" : "refund"}`),
  "two, cells too many,delivery",
  '"this quote is never closed,refund',
  "only one cell",
].join("\n");

test("rejected lines are corrected on the page and become rows of a new version", async ({ page, engineer, api }) => {
  const { id: projectId } = await makeProject(engineer);
  await page.goto(`/projects/${projectId}/data/import`);
  await page
    .getByLabel("File", { exact: true })
    .setInputFiles({ name: "orders.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
  await page.getByRole("button", { name: /^Import .* rows/ }).click();
  await expect(page).toHaveURL(/\/data\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("tab", { name: /^Rows/ })).toBeVisible({ timeout: 60_000 });

  await page.getByRole("tab", { name: /^Rejected lines/ }).click();
  const table = page.getByRole("table", { name: "Rejected lines" });
  await expect(table.getByRole("button", { name: "Correct" })).toHaveCount(3);
  await table.getByRole("button", { name: "Correct" }).first().click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Text" }).fill('"two, cells too many",delivery');
  await page.getByRole("button", { name: "Keep this text" }).click();
  await expect(table.getByRole("button", { name: "Corrected" })).toHaveCount(1);
  await looksAt(page, "corrections");
  await page.getByRole("button", { name: "Add 1 corrected line in a new version" }).click();
  await expect(page).toHaveURL(/\/data\/[0-9a-f-]{36}$/);
  await page.getByRole("searchbox", { name: "Search rows" }).fill("cells too many");
  await expect(page.getByRole("table", { name: "Rows" }).getByText("two, cells too many")).toBeVisible();

  const call = await api(engineer);
  const { items } = await call(datasetList, { projectId });
  expect(items[0]?.versions.map(({ rowCount }) => rowCount)).toEqual([31, 30]);
});
