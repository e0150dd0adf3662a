import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { datasetList, versionRows } from "#lib/datasets/schema.ts";
import { makeProject } from "#lib/testing/factories.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

const hostile = "<img src=x onerror=alert(1)> \u202egnp.exe";

/** Tickets with three labels, one hostile text, one repeated input with another answer, and broken lines in the middle. */
function tickets(count: number): string {
  const lines = ["id,body,queue", `0,${hostile},hardware`];
  for (let index = 1; index < count; index += 1) {
    lines.push(
      `${index},"Ticket ${index}: the ""printer"" does not answer",${["hardware", "access", "network"][index % 3]}`,
    );
  }
  lines.splice(20, 0, "20,only two cells", '21,"never closed,hardware');
  lines.push(`${count},"ticket 1: the ""printer"" does not  ANSWER",network`);
  return `${lines.join("\n")}\n`;
}

async function drop(page: Page, name: string, text: string | Buffer): Promise<void> {
  await page
    .getByLabel("File", { exact: true })
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

// Hostile case 9.
test("a file becomes a dataset: sent, corrected, imported, looked through", async ({ page, engineer, api }) => {
  const { id: projectId } = await makeProject(engineer);
  await page.goto(`/projects/${projectId}/data`);
  await page.getByRole("link", { name: "Import a file" }).click();
  await drop(page, "it_tickets.csv", tickets(400));

  // What it is and how it would be read; the guess is corrected and put back.
  await expect(page.getByRole("heading", { name: "Which columns make a row?" })).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Use of body" })).toHaveText("Input");
  await expect(page.getByRole("combobox", { name: "Use of queue" })).toHaveText("Gold answer");
  await expect(page.getByText(/2 lines of the beginning would be rejected/)).toBeVisible();
  await page.getByRole("combobox", { name: "Use of queue" }).click();
  await page.getByRole("option", { name: "Not used" }).click();
  await expect(page.getByText("No gold answers: the teacher will label every row.")).toBeVisible();
  await page.getByRole("combobox", { name: "Use of queue" }).click();
  await page.getByRole("option", { name: "Gold answer" }).click();
  await expect(page.getByText(/3 different gold answers so far/)).toBeVisible();

  // The split is shown on real rows as it is chosen; a refresh keeps file and choices.
  const heldRows = page.getByRole("table", { name: "First rows" }).getByText("hold-out");
  const before = await heldRows.count();
  await page.getByRole("slider").press("End");
  await expect(page.getByText("A pure test set: nothing of it is trained on.")).toBeVisible();
  expect(await heldRows.count()).toBeGreaterThan(before);
  await page.reload();
  await expect(page.getByText("A pure test set: nothing of it is trained on.")).toBeVisible();
  await page.getByRole("slider").press("Home");
  for (let step = 0; step < 30; step += 1) await page.getByRole("slider").press("ArrowRight");
  await looksAt(page, "import");

  await page.getByRole("textbox", { name: "Name of the dataset" }).fill("IT tickets");
  await page.getByRole("button", { name: /^Import .* rows/ }).click();

  // Its page shows the import and then the rows, in place.
  await expect(page).toHaveURL(/\/data\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("tab", { name: /^Rows/ })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/1 input occurs more than once with different gold answers/)).toBeVisible();
  const table = page.getByRole("table", { name: "Rows" });
  await expect(table.getByText("<img src=x onerror=alert(1)> ⟨U+202E⟩gnp.exe")).toBeVisible();

  // Class balance filters the rows; the filter is in the address.
  await page.getByRole("button", { name: /^network: / }).click();
  await expect(page).toHaveURL(/label=network/);
  await expect(table.getByText("hardware")).toHaveCount(0);
  await page.reload();
  await expect(table.getByText("network").first()).toBeVisible();
  await page.getByRole("button", { name: "Clear" }).click();

  // Search, then one row in full, and the next by key.
  await page.getByRole("searchbox", { name: "Search rows" }).fill("ticket 123:");
  await expect(page.getByText("1 of 401 rows")).toBeVisible();
  await table.getByRole("button", { name: /Ticket 123/ }).click();
  await expect(page.getByRole("dialog").getByText('Ticket 123: the "printer" does not answer')).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("dialog").getByText(/^Ticket 124/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();

  // Rejected lines with reasons, and as a file.
  await page.getByRole("tab", { name: /^Rejected/ }).click();
  await expect(page.getByText("2 cells where the header has 3.")).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download CSV" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("IT tickets v1 rejected.csv");
  await page.getByRole("tab", { name: /^Rows/ }).click();
  await looksAt(page, "dataset");

  const results = await new AxeBuilder({ page }).analyze();
  expect(results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);

  // The same through the API.
  const call = await api(engineer);
  const { items } = await call(datasetList, { projectId });
  const version = items[0]?.versions[0];
  expect(version).toMatchObject({ rowCount: 401, rejectedCount: 2, conflictCount: 1, labelledCount: 401 });
  const rows = await call(versionRows, { datasetVersionId: version?.id ?? "", search: "onerror" });
  expect(rows.items[0]?.input).toBe(hostile);
});

test("the same file again, a second version, and a dataset that goes", async ({ page, engineer }) => {
  const { id: projectId } = await makeProject(engineer);
  const file = tickets(60);
  await page.goto(`/projects/${projectId}/data/import`);
  await drop(page, "a.csv", file);
  await page.getByRole("textbox", { name: "Name of the dataset" }).fill("Tickets");
  await page.getByRole("button", { name: /^Import/ }).click();
  await expect(page.getByRole("tab", { name: /^Rows/ })).toBeVisible({ timeout: 60_000 });

  await page.getByRole("button", { name: "Menu of Tickets" }).click();
  await page.getByRole("menuitem", { name: "Add a version …" }).click();
  await expect(page.getByRole("heading", { name: "Add a version to Tickets" })).toBeVisible();
  await drop(page, "a.csv", file);
  await expect(page.getByText("The project has this very file already")).toBeVisible();
  await page.getByRole("button", { name: /as Tickets v2 again$/ }).click();
  await expect(page.getByRole("button", { name: "v2 of 2" })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("tab", { name: /^Rows/ })).toBeVisible({ timeout: 60_000 });

  await page.getByRole("link", { name: "All data" }).click();
  // both pages have a menu of this name
  await expect(page).toHaveURL(/\/data$/);
  await expect(page.getByRole("tab", { name: /^Rows/ })).toBeHidden();
  await page.getByRole("button", { name: "Menu of Tickets" }).click();
  await page.getByRole("menuitem", { name: "Delete …" }).click();
  await page.getByRole("button", { name: "Delete 2 versions" }).click();
  await expect(page.getByText("The texts of this task come in here")).toBeVisible();
});

test("what is no table is refused with what to do, and a mostly broken file shows why", async ({ page, engineer }) => {
  const { id: projectId } = await makeProject(engineer);
  await page.goto(`/projects/${projectId}/data/import`);
  await drop(page, "export.csv", "<!DOCTYPE html><html><body>Sign in</body></html>");
  await expect(page.getByRole("alert").getByText(/This file is a web page \(HTML\)/)).toBeVisible();
  await page.getByRole("button", { name: "Choose another file" }).click();

  await drop(page, "bad.csv", `text,label\n${"only one cell\n".repeat(40)}good one,x\n`);
  await expect(page.getByText(/would be rejected. An import with more than half stops/)).toBeVisible();
  await page.getByRole("button", { name: /^Import/ }).click();
  await expect(page.getByRole("heading", { name: "The import did not succeed" })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/40 of the first 41 rows were rejected/)).toBeVisible();
  await expect(page.getByText("1 cell where the header has 2.").first()).toBeVisible();
});

test("who may only read sees data and no way to change it", async ({ page, team, signIn }) => {
  const { id: projectId } = await makeProject(team.engineer);
  await signIn(team.manager);
  await page.goto(`/projects/${projectId}/data`);
  await expect(page.getByText("As manager you cannot do this.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Import a file" })).toHaveCount(0);
});
