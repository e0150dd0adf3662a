import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { makeProject } from "#lib/testing/factories.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

/** What is typed before React has taken over the page would be lost. */
async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const field = document.querySelector("aside input");
    return field !== null && Object.keys(field).some((key) => key.startsWith("__reactProps"));
  });
}

test("a manager fills in the costs, reads one sentence, and takes a figure back", async ({ page, team, signIn }) => {
  const { id } = await makeProject(team.engineer);
  await signIn(team.manager);
  await page.goto(`/projects/${id}/savings`);
  await expect(page.getByText("Say how many requests a day today's model answers")).toBeVisible();

  await hydrated(page);
  const inputs = page.getByRole("complementary", { name: "Inputs of the comparison" });
  const baseline = inputs.getByRole("group", { name: /Today's model/ });
  const type = async (name: string, value: string, within = inputs) => {
    const field = within.getByRole("spinbutton", { name, exact: true });
    await field.fill(value);
    await field.press("Enter");
  };
  await type("Requests a day", "100000");
  await type("Input tokens a request", "600", baseline);
  await type("Input price", "2.5", baseline);
  // 3,043,750 requests a month at $0.0015 each
  await expect(
    page.getByText(/would save \$4,\d{3} a month net \(likely \$[\d,]+ to \$[\d,]+\), paid back on/),
  ).toBeVisible();
  await expect(page.getByText("No student has been evaluated yet")).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).include("main").analyze();
  expect(violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html}`)).toEqual([]);
  await looksAt(page, "savings");

  // What cannot be is refused at its field and not sent.
  await type("Months looked at", "500");
  await expect(inputs.getByText("At most 120 months.")).toBeVisible();
  await page.reload();
  await hydrated(page);
  await expect(inputs.getByRole("spinbutton", { name: "Months looked at" })).toHaveValue("12");

  // Too little traffic: it never pays back, and the page says from where on it would.
  await type("Requests a day", "50");
  await expect(page.getByText(/never pays back.*worth it from [\d,]+ requests a day/)).toBeVisible();
  await inputs
    .getByRole("button", { name: /^Back to 0/ })
    .first()
    .click();
  await expect(page.getByText("Say how many requests a day today's model answers")).toBeVisible();
});

test("on paper the inputs are a table and the controls are gone", async ({ page, team, signIn }) => {
  const { id } = await makeProject(team.engineer);
  await signIn(team.manager);
  await page.goto(`/projects/${id}/savings`);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("region", { name: "Inputs", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
});
