import { writeFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { uploadGet } from "#lib/datasets/upload-schema.ts";
import { makeProject } from "#lib/testing/factories.ts";
import { expect, looksAt, test } from "./support/fixtures.ts";

const rows = `text,label\n${Array.from({ length: 400 }, (_, index) => `Ticket ${index} does not print,l${index % 3}\n`).join("")}`;
const parts = /\/api\/v1\/uploads\/tus\//;
const mapped = "Which columns make a row?";

test("a lost connection is tried again; a closed tab goes on where it was with the same file", async ({
  page,
  engineer,
  api,
}, testInfo) => {
  const { id: projectId } = await makeProject(engineer);
  const path = testInfo.outputPath("tickets.csv");
  writeFileSync(path, rows);
  const chooser = page.getByLabel("File", { exact: true });
  await page.goto(`/projects/${projectId}/data/import`);

  // The connection breaks behind the beginning: only what asks and creates gets through.
  await page.route(parts, (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
  await chooser.setInputFiles(path);
  await expect(page.getByText("No connection, trying again")).toBeVisible();
  await page.getByRole("button", { name: "Pause upload" }).click();
  await expect(page.getByText("Paused")).toBeVisible();
  await looksAt(page, "upload-paused");

  // Leaving asks; what was begun is told after coming back.
  page.on("dialog", (dialog) => void dialog.accept());
  await page.goto(`/projects/${projectId}/data/import`);
  const list = page.getByRole("list", { name: "Unfinished uploads" });
  await expect(list.getByText("tickets.csv")).toBeVisible();

  await page.unroute(parts);
  const created: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/uploads/tus")) created.push(request.url());
  });
  await chooser.setInputFiles(path);
  await expect(page.getByRole("heading", { name: mapped })).toBeVisible();
  expect(created, "the first upload went on").toEqual([]);
  const uploadId = new URL(page.url()).searchParams.get("upload") ?? "";
  const call = await api(engineer);
  expect(await call(uploadGet, { uploadId })).toMatchObject({ state: "complete", bytes: Buffer.byteLength(rows) });
  await page.getByRole("button", { name: "Choose another file" }).click();
  await expect(list).toHaveCount(0);
});

test("pasted text goes the same way, by keyboard alone", async ({ page, engineer }) => {
  const { id: projectId } = await makeProject(engineer);
  await page.goto(`/projects/${projectId}/data/import`);
  await page.getByRole("tab", { name: "Upload" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/from=paste/);
  await page
    .getByRole("textbox", { name: "Rows" })
    .fill("text,label\nMy invoice is wrong,billing\nIt does not start,technical\n");
  await expect(page.getByText("3 lines")).toBeVisible();
  await looksAt(page, "import-paste");
  await page.getByRole("textbox", { name: "Rows" }).press("Control+Enter");
  await expect(page.getByRole("heading", { name: mapped })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name of the dataset" })).toHaveValue("Pasted text");
});

test("an address inside is refused at the field; one that fails is told with its reason", async ({
  page,
  engineer,
}) => {
  const { id: projectId } = await makeProject(engineer);
  await page.goto(`/projects/${projectId}/data/import?from=url`);
  const address = page.getByRole("textbox", { name: "Address of the file" });
  for (const inside of ["https://169.254.169.254/latest/meta-data/", "https://0x7f000001/", "https://localhost/x"]) {
    await address.fill(inside);
    await address.press("Enter");
    const refusal = /not a public address|another spelling|inside this machine/;
    await expect(page.getByRole("alert").getByText(refusal)).toBeVisible();
  }
  await looksAt(page, "import-url");
  const results = await new AxeBuilder({ page }).analyze();
  expect(results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);

  // The test teacher's address is allowed, and has no such file.
  await address.fill(`${new URL(process.env.E2E_TEACHER_URL ?? "").origin}/tickets.csv`);
  await page.getByRole("button", { name: "Fetch the file" }).click();
  await expect(page).toHaveURL(/upload=/);
  await expect(page.getByRole("alert").getByText(/has no such file \(404\)/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Start over" }).click();
  await expect(page.getByRole("tab", { name: "Upload" })).toBeVisible();
});

test("a bucket's server inside is refused at its field", async ({ page, engineer }) => {
  const { id: projectId } = await makeProject(engineer);
  await page.goto(`/projects/${projectId}/data/import?from=bucket`);
  await page.getByRole("textbox", { name: "Endpoint" }).fill("https://10.0.0.7:9000");
  await page.getByRole("textbox", { name: "Bucket" }).fill("data");
  await page.getByRole("button", { name: "Open the bucket" }).click();
  await expect(page.getByText("10.0.0.7 is not a public address (private).").first()).toBeVisible();
  await looksAt(page, "import-bucket");
});
