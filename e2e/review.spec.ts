import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { db } from "#lib/core/db.ts";
import { reviewDecide, reviewNext } from "#lib/reviews/queue-schema.ts";
import { join, makeLabels } from "#lib/reviews/reviews.testing.ts";
import { reviewCreate } from "#lib/reviews/schema.ts";
import { makeProject, makeVersion } from "#lib/testing/factories.ts";
import { type Api, expect, looksAt, type TestTeam, test } from "./support/fixtures.ts";
import { open } from "./support/hydrated.ts";

/** Rows with gold "billing" and a teacher who always says something else. */
async function makeDoubted({ engineer }: TestTeam, rows: number, labels: string[]) {
  const { id: projectId } = await makeProject(engineer, { labels });
  const datasetVersionId = await makeVersion(
    engineer,
    projectId,
    Array.from({ length: rows }, (_, at) => ({
      input: at === 0 ? "<img src=x onerror=alert(1)> my invoice is wrong" : `ticket ${at + 1}: my invoice is wrong`,
      output: labels[0] ?? "",
    })),
  );
  const answers = Object.fromEntries(Array.from({ length: rows }, (_, at) => [at + 1, labels[1] ?? ""]));
  const generationRunId = await makeLabels(engineer, projectId, datasetVersionId, answers);
  return { projectId, datasetVersionId, generationRunId };
}

async function makeReview(team: TestTeam, call: Api, options: { rows: number; labels?: string[]; reviewers?: 1 | 2 }) {
  const { labels = ["billing", "login", "network"], rows, reviewers = 1 } = options;
  const made = await makeDoubted(team, rows, labels);
  const second = await join(team.team.id);
  const { id } = await call(reviewCreate, {
    ...made,
    name: "Check the tickets",
    auditShare: 0,
    limit: rows,
    reviewers,
    assignees: [team.reviewer.userId, second.userId],
  });
  return { ...made, id, second };
}

const rowOf = (page: Page) => page.getByTestId("review-row");
const saved = (page: Page) => expect(page.getByTestId("review-saved")).toHaveText("all saved");

/** Presses a key and waits until another row is in front. */
async function press(page: Page, key: string): Promise<void> {
  const before = await rowOf(page).textContent();
  await page.keyboard.press(key);
  await expect(rowOf(page)).not.toHaveText(before ?? "");
}

test("an engineer sets a review up, a reviewer decides by keys, and the decisions become a version", async ({
  page,
  team,
  signIn,
}) => {
  const { projectId } = await makeDoubted(team, 12, ["billing", "login", "network"]);
  await signIn(team.engineer);
  await open(page, `/projects/${projectId}/review`);
  await page.getByRole("link", { name: "New review" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Check the tickets");
  await page.getByRole("spinbutton", { name: "Drawn at random" }).fill("0");
  await expect(page.getByText("12 rows", { exact: true })).toBeVisible();
  await looksAt(page, "review-new");
  await page.getByRole("button", { name: "Make the queue and ask 1 person" }).click();
  await expect(page.getByRole("heading", { name: "Check the tickets", level: 1 })).toBeVisible();
  await expect(page.getByText("Nothing to compare yet.")).toBeVisible();

  await signIn(team.reviewer);
  await open(page, "/");
  await expect(page).toHaveURL(/\/reviews$/);
  await page.getByRole("link", { name: "Review 12" }).click();
  await expect(rowOf(page)).toHaveText("Row 1");
  await expect(page.getByText("<img src=x onerror=alert(1)> my invoice is wrong")).toBeVisible();
  await expect(page.getByText("The teacher's answer differs from the one in the data.")).toBeVisible();
  await looksAt(page, "review-queue");

  await press(page, "a");
  await press(page, "3");
  await press(page, "t");
  await press(page, "r");
  await page.keyboard.press("c");
  await page.keyboard.type("not a ticket at all");
  await page.keyboard.press("Enter");
  await press(page, "r");
  // undo brings the row back; back only looks
  await page.keyboard.press("u");
  await expect(rowOf(page)).toHaveText("Row 5");
  await press(page, "k");
  await expect(page.getByText("You rejected this")).toBeVisible();
  await press(page, "n");
  await expect(rowOf(page)).toHaveText("Row 5");
  // typing finds a label; the first is taken by Enter
  await page.keyboard.press("f");
  await expect(page.getByRole("combobox", { name: "Find a label" })).toBeFocused();
  await page.keyboard.type("net");
  await page.keyboard.press("Enter");
  await expect(rowOf(page)).toHaveText("Row 6");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys of this page" })).toBeVisible();
  await page.keyboard.press("Escape");
  await press(page, "n");
  for (const row of [7, 8, 9, 10, 11]) {
    await expect(rowOf(page)).toHaveText(`Row ${row}`);
    await press(page, "a");
  }
  await page.keyboard.press("a");
  await expect(page.getByText("Nothing is left for you.")).toBeVisible();
  await saved(page);

  await signIn(team.engineer);
  await open(page, `/projects/${projectId}/review`);
  await page.getByRole("link", { name: "Check the tickets" }).click();
  await expect(page.getByRole("cell", { name: "reviewer of Test team" }).first()).toBeVisible();
  await expect(page.getByText("too few").first()).toBeVisible();
  await looksAt(page, "review-overview");
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
  await page.getByRole("tab", { name: /Rows/ }).click();
  await page.getByRole("button", { name: "ticket 4: my invoice is wrong" }).click();
  await expect(page.getByText("rejected: the row goes")).toBeVisible();
  await page.keyboard.press("Escape");
  await looksAt(page, "review-rows");
  await page.getByRole("button", { name: "Make a version" }).click();
  await expect(page.getByText("1 row without a decision stays as it is.", { exact: false })).toBeVisible();
  await page.getByRole("button", { name: "Make a version of 11 decisions" }).click();
  await expect(page.getByText(/v2: 3 rows corrected, 1 removed/)).toBeVisible();
});

test("a thousand rows an hour: every key shows the next row within a frame or two", async ({
  page,
  team,
  signIn,
  api,
}) => {
  const labels = Array.from({ length: 77 }, (_, at) => `intent_${at + 1}`);
  const { id } = await makeReview(team, await api(team.engineer), { rows: 300, labels });
  await signIn(team.reviewer);
  await open(page, `/reviews/${id}`);
  await expect(rowOf(page)).toHaveText("Row 1");

  const frames = await page.evaluate(async () => {
    const row = () => document.querySelector("[data-testid=review-row]")?.textContent;
    const waited: number[] = [];
    for (let i = 0; i < 12; i++) {
      const before = row();
      window.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true, cancelable: true }));
      let n = 0;
      while (row() === before && n < 60) {
        await new Promise(requestAnimationFrame);
        n++;
      }
      waited.push(n);
    }
    return waited;
  });
  expect(Math.max(...frames), `frames until the next row: ${frames.join(" ")}`).toBeLessThanOrEqual(2);

  const from = Date.now();
  const presses = 200;
  for (let i = 0; i < presses; i++) await press(page, i % 4 === 3 ? "t" : "a");
  const perMinute = Math.round((presses * 60_000) / (Date.now() - from));
  test.info().annotations.push({ type: "decisions a minute", description: String(perMinute) });
  // 1,000 an hour is 17 a minute; the page must not be what holds a person up
  expect(perMinute).toBeGreaterThan(60);
  await saved(page);
  expect(await db.reviewTurn.count({ where: { reviewId: id, action: { not: null } } })).toBe(212);
});

test("no decision is lost when the connection goes and the page is reloaded", async ({ page, team, signIn, api }) => {
  const { id } = await makeReview(team, await api(team.engineer), { rows: 40 });
  await signIn(team.reviewer);
  await open(page, `/reviews/${id}`);
  await expect(rowOf(page)).toHaveText("Row 1");
  await page.route(`**/api/v1/reviews/${id}/decisions`, (route) => route.abort());
  for (let i = 0; i < 5; i++) await press(page, "r");
  await expect(page.getByText("No connection: 5 decisions kept here")).toBeVisible();
  expect(await db.reviewTurn.count({ where: { reviewId: id, action: { not: null } } })).toBe(0);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.unroute(`**/api/v1/reviews/${id}/decisions`);
  await page.reload();
  await expect(rowOf(page)).toHaveText("Row 6");
  await saved(page);
  const stored = await db.reviewTurn.findMany({ where: { reviewId: id, action: "reject" }, orderBy: { seq: "asc" } });
  expect(stored.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
});

test("where two people disagree an engineer decides", async ({ page, team, signIn, api }) => {
  const { id, projectId, second } = await makeReview(team, await api(team.engineer), { rows: 25, reviewers: 2 });
  for (const [person, action] of [
    [team.reviewer, "accept"],
    [second, "reject"],
  ] as const) {
    const call = await api(person);
    const { items } = await call(reviewNext, { reviewId: id, tab: "test-window", limit: 50 });
    const decisions = items.map(({ seq }) => ({
      seq,
      clientId: `test-decision-${seq}`,
      action: seq === 1 ? action : ("accept" as const),
    }));
    await call(reviewDecide, { reviewId: id, decisions });
  }
  await signIn(team.engineer);
  await open(page, `/projects/${projectId}/review/${id}`);
  await expect(page.getByText("24 of 25 rows equal")).toBeVisible();
  await page.getByRole("tab", { name: /Rows/ }).click();
  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "People disagree" }).click();
  const disagreed = page.getByRole("button", { name: /my invoice is wrong/ });
  // the list of before stays until the filtered one is there
  await expect(disagreed).toHaveCount(1);
  await disagreed.click();
  await page.getByRole("button", { name: "Take the row out" }).click();
  await expect
    .poll(async () => (await db.reviewItem.findFirst({ where: { reviewId: id, seq: 1 } }))?.state)
    .toBe("settled");
});

test("a reviewer sees review pages and their own settings, and nothing else", async ({ page, team, signIn, api }) => {
  const { id, projectId } = await makeReview(team, await api(team.engineer), { rows: 3 });
  await signIn(team.reviewer);
  for (const path of [
    "/projects",
    `/projects/${projectId}/data`,
    `/projects/${projectId}/review`,
    "/runs",
    "/teachers",
    "/docs",
  ]) {
    await page.goto(path);
    await expect(page, path).toHaveURL(/\/reviews$/);
  }
  const main = page.getByRole("navigation", { name: "Main" });
  await expect(main.getByRole("link")).toHaveText(["Reviews", "Settings"]);
  await expect(page.getByRole("heading", { name: "Projects" })).toHaveCount(0);
  const refused = await page.request.get(`/api/v1/projects/${projectId}/datasets`);
  expect(refused.status()).toBe(403);
  await page.goto(`/reviews/${id}`);
  await expect(rowOf(page)).toHaveText("Row 1");
  await expect(page.getByRole("link", { name: "Overview" })).toHaveCount(0);
  await page.goto("/settings/account");
  await expect(page.getByRole("heading", { name: "Settings" }).or(page.getByText("Account")).first()).toBeVisible();
});

test("a phone is enough: accept, correct and reject by thumb", async ({ page, team, signIn, api }) => {
  const { id } = await makeReview(team, await api(team.engineer), { rows: 4 });
  await signIn(team.reviewer);
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, `/reviews/${id}`);
  await expect(rowOf(page)).toHaveText("Row 1");
  const accept = page.getByRole("button", { name: /^Accept/ });
  const box = await accept.boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(44);
  expect(box?.y).toBeGreaterThan(600);
  await accept.click();
  await expect(rowOf(page)).toHaveText("Row 2");
  await page.getByRole("button", { name: /^Correct/ }).click();
  await page.getByRole("option", { name: "network" }).click();
  await expect(rowOf(page)).toHaveText("Row 3");
  await page.getByRole("button", { name: /^Reject/ }).click();
  await expect(rowOf(page)).toHaveText("Row 4");
  await saved(page);
  const turns = await db.reviewTurn.findMany({
    where: { reviewId: id, action: { not: null } },
    orderBy: { seq: "asc" },
  });
  expect(turns.map(({ action, answer }) => [action, answer])).toEqual([
    ["accept", null],
    ["correct", "network"],
    ["reject", null],
  ]);
});
