import type { Page } from "@playwright/test";
import { seeded } from "#lib/metrics/random.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

const screenshots = "docs/screenshots";
const rowCount = 320;

const phrases: Record<string, readonly string[]> = {
  billing: [
    "I was charged twice for order",
    "The invoice shows a wrong amount for order",
    "Please refund the fee of order",
  ],
  login: [
    "The password reset mail never came for account",
    "I cannot sign in to account",
    "The second factor fails for account",
  ],
  network: [
    "The connection drops every hour at site",
    "There is no internet since this morning at site",
    "Packets are lost at site",
  ],
};

/** What people write around it, so that no two rows are nearly equal: those would be leakage between training and hold-out. */
const openings = ["Good morning from the harbour shop.", "Second mail about this!", "Not sure whom to ask.", "Hi all."];
const things =
  `accountant colleague laptop browser update Tuesday manager screen photograph warehouse printer holiday shift
  contract router cable office Lisbon colour reference basement supplier weekend receipt tablet headset calendar voucher upstairs
  kitchen window ladder bicycle morning quarter summer battery folder badge elevator garage newsletter`.split(/\s+/);

/** What the stack's test teacher says about a text. It answers the same text the same way, whatever the text means. */
async function ask(text: string): Promise<string> {
  const response = await fetch(`${process.env.E2E_TEACHER_URL}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "mock", messages: [{ role: "user", content: text }] }),
  });
  const body = (await response.json()) as { choices: { message: { content: string } }[] };
  return body.choices[0]?.message.content ?? "";
}

/** Rows with gold labels on which the teacher is right, except on one in sixteen. */
async function supportMessages(): Promise<string> {
  const queues = Object.keys(phrases);
  const lines: string[] = [];
  const random = seeded(7);
  for (let number = 1000; lines.length < rowCount; number += 1) {
    const gold = queues[lines.length % queues.length] ?? "";
    const phrase = phrases[gold]?.[number % 3];
    const about = Array.from({ length: 7 }, () => things[Math.floor(random() * things.length)]).join(", ");
    const input = `${openings[number % 4]} ${phrase} ${number}. It has to do with: ${about}.`;
    const wanted = lines.length % 16 !== 15;
    if (((await ask(input)) === gold) === wanted) lines.push(JSON.stringify({ input, output: gold }));
  }
  return `${lines.join("\n")}\n`;
}

const succeeded = (page: Page) => expect(page.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });

test("from a file to a student, its verdict and its savings", async ({ page, engineer }) => {
  test.setTimeout(300_000);
  expect(engineer.role).toBe("engineer");

  // A project.
  await page.goto("/projects/new");
  await page.getByRole("textbox", { name: "Name" }).fill("Support routing");
  await page.getByRole("textbox", { name: "Instruction" }).fill("Answer with the queue of the message.");
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(page).toHaveURL(/\/projects\/[0-9a-f-]{36}\/task$/);
  const project = new URL(page.url()).pathname.replace(/\/task$/, "");

  // Its data.
  await page.goto(`${project}/data/import`);
  const buffer = Buffer.from(await supportMessages());
  await page
    .getByLabel("File", { exact: true })
    .setInputFiles({ name: "messages.jsonl", mimeType: "application/jsonl", buffer });
  await page.getByRole("textbox", { name: "Name of the dataset" }).fill("Messages");
  await page.getByRole("button", { name: /^Import .* rows/ }).click();
  await expect(page.getByRole("tab", { name: /^Rows/ })).toBeVisible({ timeout: 60_000 });

  // The task, its labels taken from the data.
  await page.goto(`${project}/task`);
  await page.getByRole("button", { name: "Take from data" }).click();
  await page.getByRole("menuitem", { name: /Messages v1/ }).click();
  await expect(page.getByText("3 labels", { exact: true })).toBeVisible();
  await page.getByRole("spinbutton", { name: "Quality floor" }).fill("80");
  await page.getByRole("textbox", { name: "Today's model" }).fill("gpt-4o");
  await page.getByRole("spinbutton", { name: "Requests a day" }).fill("50000");
  await page.getByRole("spinbutton", { name: "Input tokens a request" }).fill("400");
  await page.getByRole("spinbutton", { name: "Output tokens a request" }).fill("5");
  await page.getByRole("button", { name: "Save task" }).click();
  await expect(page.getByText("Task saved.", { exact: true })).toBeVisible();
  await looksAt(page, "task", screenshots);

  // A teacher of their own.
  await page.goto("/teachers/new");
  await page.getByRole("textbox", { name: "Name" }).fill("House model");
  await page.getByRole("textbox", { name: "Base URL" }).fill(process.env.E2E_TEACHER_URL ?? "");
  await page.getByRole("textbox", { name: "Model" }).fill("mock");
  await page.getByRole("spinbutton", { name: "Input" }).fill("2.5");
  await page.getByRole("spinbutton", { name: "Output" }).fill("10");
  await page.getByRole("button", { name: "Add teacher" }).click();
  await expect(page).toHaveURL(/\/teachers\/[0-9a-f-]{36}$/);

  // Its labels: a smoke test, a look at the estimate, then all rows.
  await page.goto(`${project}/labels/new`);
  await page.getByRole("button", { name: "Smoke test · 16 rows" }).click();
  await expect(page).toHaveURL(/\/runs\//);
  await page.getByRole("button", { name: /^Label .* rows/ }).click({ timeout: 60_000 });
  await succeeded(page);
  await looksAt(page, "labelling-run", screenshots);

  // A student.
  await page.goto(`${project}/students`);
  await page.getByRole("button", { name: "Train a student" }).first().click();
  await page.getByRole("button", { name: /^Train on \d+ rows/ }).click();
  await expect(page).toHaveURL(/\/runs\//);
  await succeeded(page);
  await looksAt(page, "training-run", screenshots);

  // The verdict.
  await page.goto(`${project}/evaluations`);
  await page.getByRole("button", { name: "Evaluate a student" }).first().click();
  await page.getByRole("button", { name: /^Evaluate on \d+ rows/ }).click();
  await expect(page).toHaveURL(/\/evaluations\/[0-9a-f-]{36}$/);
  await expect(page.getByText(/not worse|better|worse|not enough rows/i).first()).toBeVisible({ timeout: 60_000 });
  await looksAt(page, "evaluation", screenshots);

  // What it saves, and where the project stands.
  await page.goto(`${project}/savings`);
  await expect(page.getByText(/save/i).first()).toBeVisible();
  await looksAt(page, "savings", screenshots);
  await page.goto(project);
  await looksAt(page, "overview", screenshots);
  await page.goto("/projects");
  await expect(page.getByRole("link", { name: /^\$|^-\$/ })).toBeVisible();
  await looksAt(page, "projects", screenshots);
});
