import AxeBuilder from "@axe-core/playwright";
import { db } from "#lib/core/db.ts";
import { makeProject, makeRun, makeVersion } from "#lib/testing/factories.ts";
import { makeStudent } from "#workers/evaluate.testing.ts";
import { expect, looksAt, type TestTeam, test } from "./support/fixtures.ts";

/** A project with 40 held-out rows, a teacher that is right on 32 of them and a student that is right on 36. */
async function makeJudgeable({ engineer }: TestTeam): Promise<string> {
  const { id } = await makeProject(engineer, { labels: ["fruit", "vegetable"] });
  await db.task.update({ where: { projectId: id }, data: { minQuality: 0.5, maxP95LatencyMs: 50 } });
  const rows = Array.from({ length: 40 }, (_, i) => ({
    input: i % 10 === 9 ? `a misleading carrot ${i}` : `apple number ${i}`,
    output: "fruit",
    holdout: true,
  }));
  const versionId = await makeVersion(engineer, id, [...rows, { input: "apple", output: "fruit" }]);
  await makeStudent(engineer, id, versionId);
  const labelled = await makeRun(engineer, id, "generation", {
    datasetVersionId: versionId,
    rows: "all",
    limit: null,
    teacher: { name: "Big model" },
    price: { inputMicrosPerMtok: 2_500_000, outputMicrosPerMtok: 10_000_000 },
  });
  await db.run.update({ where: { id: labelled }, data: { state: "succeeded" } });
  await db.generationResult.createMany({
    data: rows.map((_, i) => ({
      runId: labelled,
      position: i + 1,
      status: i < 2 ? "refusal" : "ok",
      answer: i < 2 ? null : i % 5 === 0 ? "vegetable" : "fruit",
      inputTokens: 300,
      outputTokens: 4,
      costMicros: 790n,
      latencyMs: 700 + i,
    })),
  });
  return id;
}

test("an engineer evaluates a student, reads the verdict and opens the rows behind it", async ({
  page,
  team,
  engineer,
}) => {
  expect(engineer.role).toBe("engineer");
  const projectId = await makeJudgeable(team);
  await page.goto(`/projects/${projectId}/evaluations`);
  await expect(page.getByText("An evaluation puts student and teacher to the same rows")).toBeVisible();
  // the address opens the form, as links from other pages do
  await page.goto(`/projects/${projectId}/evaluations?evaluate=new`);
  await page.getByRole("button", { name: "Evaluate on 40 rows" }).click();

  // The page waits for the run and turns into the report by itself.
  await expect(page.getByRole("heading", { name: /Two words on Data/ })).toBeVisible({ timeout: 30_000 });
  const checks = page.getByRole("listitem");
  await expect(checks.filter({ hasText: "Against the teacher" })).toContainText(/points, 95 % interval/);
  await expect(checks.filter({ hasText: "Accuracy" }).first()).toContainText("90.0");
  await expect(page.getByText("The teacher gave no usable answer to 2 rows")).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).include("main").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await looksAt(page, "evaluation");

  // From a figure to its rows, and on by keyboard.
  await page.getByRole("row", { name: /^Accuracy/ }).waitFor();
  await page.getByRole("link", { name: "see where they differ" }).click();
  await expect(page).toHaveURL(/correctness=disagree/);
  await expect(page.getByText("carrot 9")).toBeVisible();
  // until the filtered rows are there, the former ones stay
  await expect(page.getByText("40 rows", { exact: true })).toBeHidden();
  await page.getByRole("region", { name: "Judged rows" }).press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");

  // A link with filters shows the same to somebody else; the search narrows it further.
  await page.goto(`${page.url().split("?")[0]}?tab=rows&correctness=studentWrong`);
  await expect(page.getByRole("status").filter({ hasText: "4 rows" })).toBeVisible();
  await page.getByRole("searchbox", { name: "Search inputs" }).fill("carrot 19");
  await expect(page.getByRole("status").filter({ hasText: "1 row" })).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  expect(file.suggestedFilename()).toMatch(/^evaluation-.*\.csv$/);

  // The overview tells the same story.
  await page.goto(`/projects/${projectId}`);
  await expect(page.getByText("Verdict so far")).toBeVisible();
  await expect(page.getByRole("link", { name: "Open the evaluation" })).toBeVisible();
  await looksAt(page, "overview");
});

test("a manager may read an evaluation but not start one", async ({ page, team, signIn }) => {
  const projectId = await makeJudgeable(team);
  await signIn(team.manager);
  await page.goto(`/projects/${projectId}/evaluations`);
  await expect(page.getByRole("button", { name: "Evaluate a student" }).first()).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});
