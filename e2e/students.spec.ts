import { qualityGet } from "#lib/quality/schema.ts";
import { studentList } from "#lib/students/schema.ts";
import { makeProject, makeVersion } from "#lib/testing/factories.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

const things = ["printer", "invoice", "password"];
const hostile = "<img src=x onerror=alert(1)>";
/** Rows of three labels, one of them markup, with a hold-out. */
const rows = Array.from({ length: 360 }, (_, i) => {
  const thing = things[i % 3] ?? "";
  return {
    input: `Please help with my ${thing}, case ${i}`,
    output: thing === "invoice" ? hostile : thing,
    holdout: i % 6 === 5,
  };
});

test("an engineer trains a student, tries it, and takes its files", async ({ page, engineer, api }) => {
  const project = await makeProject(engineer, { labels: ["printer", hostile, "password"] });
  const datasetVersionId = await makeVersion(engineer, project.id, rows);
  // Every new version gets its report by itself.
  const ask = await api(engineer);
  await expect
    .poll(async () => (await ask(qualityGet, { datasetVersionId })).report?.status, { timeout: 30_000 })
    .toBe("block");
  await page.goto(`/projects/${project.id}/students`);
  await page.getByRole("button", { name: "Train a student" }).first().click();
  const form = page.getByRole("dialog", { name: "Train a student" });
  await expect(form.getByText("300 rows to learn from")).toBeVisible();
  await expect(form.getByText("60 held out")).toBeVisible();

  // A setting out of its bounds is told at its field, and nothing starts.
  await form.getByLabel("Passes", { exact: true }).fill("0");
  await expect(form.getByText("From 1 to 50.")).toBeVisible();
  await form.getByLabel("Passes", { exact: true }).fill("6");
  await form.getByLabel("Name").fill("First student");
  // These rows differ by a number only, so the hold-out would measure memory: that needs a named reason.
  await expect(form.getByText("Training rows occur in the hold-out")).toBeVisible();
  await form.getByLabel("Or train in spite of it, because").fill("Rows of a test");
  await form.getByRole("button", { name: /^Train on 300 rows/ }).click();

  await expect(page).toHaveURL(/\/runs\//);
  await expect(page.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("Does the loss still fall?").first()).toBeVisible();
  await looksAt(page, "finetune-run");
  const { items } = await ask(studentList, { projectId: project.id });
  expect(items).toMatchObject([{ name: "First student", trainRows: 300, labels: 3 }]);

  await page.goto(`/projects/${project.id}/students`);
  await page.getByRole("link", { name: "First student" }).click();
  await page.getByRole("textbox", { name: "Input" }).fill("the invoice is wrong");
  await page.getByRole("button", { name: "Ask the student" }).click();
  await expect(page.getByText(hostile).first()).toBeVisible();
  await expect(page.getByText("Which words spoke for it?")).toBeVisible();
  await page.getByRole("button", { name: "Try a held-out row" }).click();
  await expect(page.getByText("as gold says")).toBeVisible();
  await looksAt(page, "student");

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download model.safetensors" }).click();
  expect((await download).suggestedFilename()).toBe("model.safetensors");

  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Renamed student");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("heading", { name: "Renamed student" })).toBeVisible();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete the student" }).click();
  await expect(page).toHaveURL(/\/students$/);
  await expect(page.getByText("A student learns to answer like the teacher")).toBeVisible();
});

test("what cannot be trained here says so, and who may not train sees why", async ({ page, team, signIn }) => {
  const extraction = await makeProject(team.engineer, { kind: "extraction" });
  await makeVersion(team.engineer, extraction.id, rows);
  await signIn(team.engineer);
  await page.goto(`/projects/${extraction.id}/students?train=1`);
  await expect(page.getByText("Structured extraction needs a GPU node.")).toBeVisible();

  await signIn(team.manager);
  await page.goto(`/projects/${extraction.id}/students`);
  await expect(page.getByRole("button", { name: "Train a student" }).first()).toBeDisabled();
});
