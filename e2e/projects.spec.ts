import { projectCreate } from "#lib/projects/schema.ts";
import { taskGet } from "#lib/tasks/schema.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

test("an engineer makes a project, states its task, and finds it again", async ({ page, engineer, api }) => {
  await page.goto("/projects");
  await expect(page.getByText("No projects yet.")).toBeVisible();
  await page.getByRole("link", { name: "New project" }).first().click();

  // An empty name is refused at its field, and the field is focused.
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(page.getByText("Give the project a name.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name" })).toBeFocused();

  // A draft survives a refresh.
  await page.getByRole("textbox", { name: "Name" }).fill("Card support");
  await page.getByRole("textbox", { name: "Instruction" }).fill("Answer with the intent of the message.");
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Card support");
  await page.getByRole("button", { name: "Create project" }).click();

  await expect(page).toHaveURL(/\/projects\/[0-9a-f-]{36}\/task$/);
  await expect(page.getByRole("heading", { name: "Card support", level: 1 })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Instruction" })).toHaveValue(
    "Answer with the intent of the message.",
  );

  // Labels: typed, pasted as a list, doubled in another case (which adds nothing), hostile (which is plain text).
  const label = page.getByRole("textbox", { name: "Labels" });
  await label.fill("card_lost");
  await label.press("Enter");
  await page.getByRole("button", { name: "Paste many" }).click();
  await page
    .getByRole("dialog")
    .getByRole("textbox")
    .fill("Card_Lost\n<img src=x onerror=alert(1)>\n__proto__\nrefund");
  await page.getByRole("button", { name: "Add 4 labels" }).click();
  await expect(page.getByText("4 labels", { exact: true })).toBeVisible();
  await expect(page.getByText("<img src=x onerror=alert(1)>")).toBeVisible();

  // A limit that cannot be met is refused before anything is sent.
  await page.getByRole("spinbutton", { name: "Quality floor" }).fill("120");
  await page.getByRole("button", { name: "Save task" }).click();
  await expect(page.getByText("The quality floor is at most 1 (100 %).")).toBeVisible();
  await page.getByRole("spinbutton", { name: "Quality floor" }).fill("92.5");

  await page.getByRole("textbox", { name: "Today's model" }).fill("gpt-4o");
  await page.getByRole("spinbutton", { name: "Requests a day" }).fill("20000");
  await page.getByRole("spinbutton", { name: "Input tokens a request" }).fill("400");
  await page.getByRole("spinbutton", { name: "Output tokens a request" }).fill("5");
  await expect(page.getByText(/Today this task costs about \$\d/)).toBeVisible();
  await page.getByRole("button", { name: "Save task" }).click();
  await expect(page.getByText("Task saved.", { exact: true })).toBeVisible();

  const projectId = /projects\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
  expect(await (await api(engineer))(taskGet, { projectId })).toMatchObject({
    labels: ["card_lost", "<img src=x onerror=alert(1)>", "__proto__", "refund"],
    minQuality: 0.925,
    baselineModel: "gpt-4o",
    baselineRequestsPerDay: 20_000,
    ready: true,
  });
  await looksAt(page, "task");

  await page.goto("/projects?q=card");
  await expect(page.getByRole("link", { name: "Card support" }).first()).toBeVisible();
  await page.goto("/projects?q=nothing-like-it");
  await expect(page.getByText("No project matches.")).toBeVisible();
});

test("a schema is checked while it is typed", async ({ page, engineer, api }) => {
  const { id } = await (await api(engineer))(projectCreate, { name: "Invoices", kind: "extraction" });
  await page.goto(`/projects/${id}/task`);
  const schema = page.getByRole("textbox", { name: "JSON Schema of the answer" });
  await schema.fill('{"type": "object", "properties": {"total": {"type": "money"}}}');
  await expect(page.getByText(/\/properties\/total\/type: "type" must be one of/)).toBeVisible();
  await schema.fill("");
  await page.getByRole("button", { name: "Start from an example" }).click();
  await expect(page.getByText("Valid: number, total, currency, due")).toBeVisible();
  await page.getByRole("button", { name: "Save task" }).click();
  await expect(page.getByText("Task saved.", { exact: true })).toBeVisible();
});

test("a project is renamed, archived and had back", async ({ page, engineer, api }) => {
  const { id } = await (await api(engineer))(projectCreate, { name: "Old name", kind: "generation" });
  await page.goto(`/projects/${id}/task`);
  await page.getByRole("button", { name: "Project menu" }).click();
  await page.getByRole("menuitem", { name: "Rename or describe" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("New name");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("heading", { name: "New name", level: 1 })).toBeVisible();

  await page.getByRole("button", { name: "Project menu" }).click();
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await expect(page.getByText("New name is archived.")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Archived", { exact: true })).toBeHidden();
});

test("a manager reads everything and changes nothing", async ({ page, team, signIn, api }) => {
  const { id } = await (await api(team.engineer))(projectCreate, { name: "Readable", kind: "classification" });
  await signIn(team.manager);
  await page.goto("/projects");
  await expect(page.getByRole("link", { name: "Readable" }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "New project" })).toHaveCount(0);
  await page.goto(`/projects/${id}/task`);
  await expect(page.getByText("Owners and engineers can change the task.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save task" })).toHaveCount(0);
  await page.goto("/projects/new");
  await expect(page.getByText("Your role does not create projects.")).toBeVisible();
});

test("another team's project and an address that is none are not found", async ({ page, engineer, team, api }) => {
  expect(engineer.teamId).toBe(team.team.id);
  const { makeTeam } = await import("#lib/testing/factories.ts");
  const foreign = await (await api((await makeTeam("Foreign")).engineer))(projectCreate, {
    name: "Secret",
    kind: "classification",
  });
  for (const path of [`/projects/${foreign.id}/task`, "/projects/not-an-id/task"]) {
    await page.goto(path);
    await expect(page.getByText("Secret")).toHaveCount(0);
    await expect(page.getByRole("heading", { name: /not.*found|no such|does not exist|nothing here/i })).toBeVisible();
  }
});

test("the API reference shows every operation and finds them", async ({ page, engineer }) => {
  expect(engineer.role).toBe("engineer");
  await page.goto("/docs");
  await expect(page.getByRole("heading", { name: "Your first script" })).toBeVisible();
  await page.getByRole("tab", { name: "Python" }).click();
  await expect(page.getByText("nothing to install")).toBeVisible();
  await page.goto("/docs?q=project.create");
  await page.locator("summary", { hasText: "/projects" }).click();
  await expect(page.getByText(/curl -X POST/)).toBeVisible();
  await expect(page.getByRole("cell", { name: "Idempotency-Key" })).toBeVisible();
  await looksAt(page, "api-reference");
});
