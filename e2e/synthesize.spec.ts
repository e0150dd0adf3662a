import { db } from "#lib/core/db.ts";
import { makeProject, makeTeacher, makeVersion } from "#lib/testing/factories.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

/** Two classes, one of them rare. */
const rows = [
  ...Array.from({ length: 40 }, (_, n) => ({
    input: `The printer on floor ${n} prints nothing but empty pages`,
    output: "hardware",
  })),
  ...Array.from({ length: 3 }, (_, n) => ({ input: `I cannot sign in since Monday, attempt ${n}`, output: "access" })),
  { input: "a held-out sentence about printers", output: "hardware", holdout: true },
];

test("new rows: what is missing, a wish of one's own, cost, smoke test, a first look by keyboard, a version", async ({
  page,
  engineer,
}) => {
  const { id: projectId } = await makeProject(engineer, { labels: ["hardware", "access"] });
  const versionId = await makeVersion(engineer, projectId, rows);
  await makeTeacher(engineer, process.env.E2E_TEACHER_URL ?? "", 8);

  await page.goto(`/projects/${projectId}/data/${versionId}`);
  await page.getByRole("link", { name: "New rows" }).click();
  await expect(page.getByRole("heading", { name: "New rows" })).toBeVisible();
  await expect(page.getByText(/^3 training rows; half of the classes/)).toBeVisible();
  await page.getByRole("checkbox", { name: /More of a class.*access/ }).click();
  await page.getByRole("textbox", { name: "Outline" }).fill("Printers\n  paper jam\n  toner\nAccounts");
  await page.getByRole("button", { name: "Add 3 topics" }).click();
  await expect(page.getByText("Printers > paper jam")).toBeVisible();
  await looksAt(page, "synthesize");

  await page.getByRole("button", { name: /^Smoke test for \d+ rows/ }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/);
  await page.getByRole("button", { name: /^Send \d+ requests?/ }).click();

  await expect(page.getByRole("heading", { name: "Take them into the data?" })).toBeVisible({ timeout: 60_000 });
  const { toReview } = (await db.run.findFirstOrThrow({ where: { projectId, kind: "synthesis" } })).result as {
    toReview: number;
  };
  // The random share is small; without it the rows are taken as they are.
  if (toReview > 0) {
    await page.getByRole("button", { name: /^Accept/ }).focus();
    for (let n = 0; n < toReview; n += 1) await page.keyboard.press("a");
    await expect(page.getByText("All of them are decided.")).toBeVisible();
  }
  await looksAt(page, "synthesis-run");
  await page.getByRole("tab", { name: /^Variety/ }).click();
  await expect(page.getByRole("table", { name: "Class balance before and after" }).getByText("access")).toBeVisible();
  await page.getByRole("button", { name: /^Make a version with/ }).click();
  await expect(page).toHaveURL(/\/data\/[0-9a-f-]{36}$/);
  const made = await db.datasetVersion.findFirstOrThrow({ where: { parentId: versionId } });
  expect(made).toMatchObject({ origin: "synthesis", holdoutCount: 1 });
  expect(made.rowCount).toBeGreaterThan(rows.length);
});
