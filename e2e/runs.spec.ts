import AxeBuilder from "@axe-core/playwright";
import { db } from "#lib/core/db.ts";
import type { PayloadOf } from "#lib/jobs/catalog.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import type { Prisma } from "#prisma/generated/client.ts";
import { expect, looksAt, type TestTeam, test } from "./support/fixtures.ts";

// Hostile case 9.
const hostile = "\u001b[31mKilled\u001b[0m <script>window.hacked = 1</script> \u202egnp.exe";

const labelling = {
  datasetVersionId: "01a20a00-0000-7000-8000-000000000001",
  teacherId: "01a20a00-0000-7000-8000-000000000002",
  rows: "all",
  limit: null,
  policy: "retry",
  concurrency: 64,
  capMicros: 6_000_000,
  maxTokens: 16,
  temperature: 0,
  autoConfirm: false,
  teacher: { name: "Large", baseUrl: "https://teacher.example/v1", model: "large-1" },
  price: { inputMicrosPerMtok: 2_500_000, outputMicrosPerMtok: 10_000_000, source: "typed" },
  task: { kind: "classification", instruction: "Route the ticket.", labels: ["a", "b"], jsonSchema: null },
  prompt: { system: "Route the ticket.", responseFormat: null },
} satisfies PayloadOf<"generation">;

/** A labelling run that some other process holds, a failed fine-tune, and a paused run that waits for a person. */
async function makeRuns(team: TestTeam) {
  const project = await makeProject(team.engineer);
  const base = {
    teamId: team.engineer.teamId,
    projectId: project.id,
    createdById: team.engineer.userId,
    startedAt: new Date(Date.now() - 240_000),
    activeMs: 238_000,
  };
  const phases = ["Smoke test", "Estimate", "Label"];
  const progress = (patch: Record<string, unknown>) => ({ phases, done: 5_104, total: 8_112, unit: "rows", ...patch });
  const running = await db.run.create({
    data: {
      ...base,
      kind: "generation",
      state: "running",
      title: "Label tickets with a large model",
      payload: labelling,
      progress: progress({ phase: "Label", ratePerSec: 412.4, etaMs: 7_300, counts: { ok: 5_000, truncated: 104 } }),
      costMicros: 2_583_201,
      // held by nobody, and free for nobody until the test is over
      leaseUntil: new Date(Date.now() + 600_000),
      leaseHolder: "e2e",
    },
  });
  const failed = await db.run.create({
    data: {
      ...base,
      kind: "finetune",
      state: "failed",
      title: "Train a student",
      payload: { recipe: "cpu-softmax", name: "Student" },
      progress: progress({ phase: "Label", unit: "steps" }),
      error: { code: "INTERNAL", message: "The trainer ran out of memory.", todo: "Close other programs, then retry." },
      finishedAt: new Date(),
    },
  });
  const paused = await db.run.create({
    data: {
      ...base,
      kind: "generation",
      state: "paused",
      title: "Label the hold-out",
      payload: labelling,
      progress: progress({ phase: "Estimate", done: 16 }),
      pauseReason: "confirm",
      pauseMessage: "All 8,112 rows: about $4.10.",
    },
  });
  const at = (seconds: number) => new Date(Date.now() - 240_000 + seconds * 1_000);
  const events: Prisma.RunEventCreateManyInput[] = Array.from({ length: 120 }, (_, seq) => ({
    runId: failed.id,
    seq: seq + 1,
    at: at(seq),
    type: "metric",
    data: { step: seq, loss: 3 / (seq + 1), eval_loss: 3.2 / (seq + 1), eval_accuracy: 1 - 1 / (seq + 1) },
  }));
  const log = (runId: string, seq: number, level: string, message: string) => ({
    runId,
    seq,
    at: at(seq),
    type: "log",
    level,
    message,
  });
  await db.runEvent.createMany({
    data: [
      ...events,
      log(failed.id, 200, "error", hostile),
      ...Array.from({ length: 30 }, (_, n) => log(running.id, n + 1, "info", `Batch ${n} stored`)),
      ...Array.from({ length: 5 }, (_, n) =>
        log(running.id, n + 50, "warn", `Row ${n * 71}: answer "queue ${n}" is no label`),
      ),
    ],
  });
  return { project, running, failed, paused };
}

test("the list filters through the URL, works by keyboard, and opens a run", async ({ page, team, engineer }) => {
  const { failed } = await makeRuns(team);
  expect(engineer.role).toBe("engineer");
  await page.goto("/runs");
  const table = page.getByRole("table", { name: "Runs" });
  await expect(table.getByRole("row")).toHaveCount(4);

  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "Failed" }).click();
  await expect(page).toHaveURL(/[?&]state=failed/);
  await expect(table.getByRole("row")).toHaveCount(2);
  await page.reload();
  await expect(table.getByRole("row")).toHaveCount(2);
  await expect(table.getByText("Train a student")).toBeVisible();
  // times are relative only once the page listens to keys
  await expect(table.getByText(/ago|just now/).first()).toBeVisible();
  await page.getByRole("region", { name: "Runs" }).focus();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/runs/${failed.id}$`));
  await expect(page.getByRole("heading", { level: 1, name: "Train a student" })).toBeVisible();
});

test("a live run shows progress, causes and its log, and is cancelled only after asking", async ({
  page,
  team,
  engineer,
}) => {
  const { running } = await makeRuns(team);
  expect(engineer.role).toBe("engineer");
  await page.goto(`/runs/${running.id}`);
  await expect(page.getByText("5,104 of 8,112 rows")).toBeVisible();
  await expect(page.getByRole("progressbar", { name: /Label tickets/ })).toHaveAttribute("aria-valuenow", /^62\.9/);
  await expect(page).toHaveTitle(/^63\s% · Label tickets/u);
  // five warnings that differ in figures are one cause
  const causes = page.getByRole("table", { name: "Problems by cause" });
  await expect(causes.getByRole("row")).toHaveCount(2);
  await expect(causes.getByRole("cell", { name: "5", exact: true })).toBeVisible();

  const log = page.getByRole("log");
  await expect(log.getByText("Batch 29 stored")).toBeVisible();
  await page.getByRole("searchbox", { name: "Search the log" }).fill("queue 3");
  await expect(log.getByText("Batch 29 stored")).toBeHidden();
  await expect(log.getByText('answer "queue 3"')).toBeVisible();

  // What changes elsewhere is shown without a reload.
  await db.run.update({ where: { id: running.id }, data: { costMicros: 3_100_000 } });
  await db.$executeRaw`SELECT pg_notify('stillhouse_live', ${`${team.engineer.teamId} run:${running.id}`})`;
  await expect(page.getByText("$3.10").first()).toBeVisible();

  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this run?" });
  await expect(dialog).toContainText("5,104 rows");
  await dialog.getByRole("button", { name: "Keep it running" }).click();
  expect((await db.run.findUniqueOrThrow({ where: { id: running.id } })).cancelRequested).toBe(false);
  await expect(page.getByRole("button", { name: "Cancel", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Cancel the run" }).click();
  await expect(page.getByText("Cancelling …").first()).toBeVisible();
  expect((await db.run.findUniqueOrThrow({ where: { id: running.id } })).cancelRequested).toBe(true);
});

test("a failed run says why, draws its curves, and hostile log text stays text", async ({ page, team, engineer }) => {
  const { failed } = await makeRuns(team);
  expect(engineer.role).toBe("engineer");
  await page.goto(`/runs/${failed.id}`);
  await expect(page.getByText("The trainer ran out of memory.")).toBeVisible();
  await expect(page.getByText("Close other programs, then retry.")).toBeVisible();
  const loss = page.getByRole("figure").filter({ hasText: "Does the loss still fall?" });
  await expect(loss.locator("path.recharts-line-curve")).toHaveCount(2);
  await loss.getByRole("button", { name: "Show as table" }).click();
  await expect(loss.getByRole("columnheader", { name: "Validation" })).toBeVisible();
  await expect(page.getByRole("log").getByText("<script>window.hacked = 1</script>")).toBeVisible();
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);

  const download = page.waitForEvent("download");
  await loss.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "Download CSV" }).click();
  expect((await download).suggestedFilename()).toBe(`run-${failed.id}-loss.csv`);
});

test("a paused run says what it waits for; a manager sees why it is not theirs to confirm", async ({
  page,
  team,
  signIn,
}) => {
  const { paused } = await makeRuns(team);
  await signIn(team.manager);
  await page.goto(`/runs/${paused.id}`);
  await expect(page.getByText("All 8,112 rows: about $4.10.")).toBeVisible();
  const confirm = page.getByRole("button", { name: "Confirm and go on" });
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await confirm.focus();
  await expect(page.getByRole("tooltip")).toContainText("As manager you cannot do this.");
  await page.keyboard.press("Enter");
  expect((await db.run.findUniqueOrThrow({ where: { id: paused.id } })).state).toBe("paused");
});

test("another team's run and a run that never was look alike", async ({ page, team, engineer }) => {
  const { running } = await makeRuns(team);
  const other = await makeRuns(await makeTeam("Other team"));
  expect(engineer.teamId).toBe(running.teamId);
  for (const id of [other.running.id, "01a20a00-0000-7000-8000-000000000000"]) {
    await page.goto(`/runs/${id}`);
    await expect(page.getByText("There is nothing at this address.")).toBeVisible();
  }
});

test("the shell goes anywhere by keyboard, in both themes, and passes the accessibility rules", async ({
  page,
  team,
  engineer,
}) => {
  const { failed, project } = await makeRuns(team);
  expect(engineer.role).toBe("engineer");
  await page.goto("/runs");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to or do" }).fill("Train a stud");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/runs/${failed.id}$`));
  // while the palette is open, keys are text
  await expect(page.getByRole("combobox", { name: "Go to or do" })).toBeHidden();
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await expect(page).toHaveURL(/\/projects$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitem", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

  for (const path of ["/runs", `/runs/${failed.id}`]) {
    for (const theme of ["light", "dark"]) {
      await page.goto(path);
      await page.evaluate((chosen) => localStorage.setItem("theme", chosen), theme);
      await page.reload();
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByRole("link", { name: new RegExp(project.name) }).first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        `${path}, ${theme}`,
      ).toEqual([]);
    }
  }
});

test("on a phone the navigation is a drawer and nothing scrolls sideways", async ({ page, team, engineer }) => {
  const { running } = await makeRuns(team);
  expect(engineer.role).toBe("engineer");
  await page.goto(`/runs/${running.id}`);
  await expect(page.getByText("5,104 of 8,112 rows")).toBeVisible();
  await looksAt(page, "run");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Navigation" }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Runs", exact: true }).click();
  await expect(page).toHaveURL(/\/runs$/);
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
  await looksAt(page, "runs");
});
