import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import type { Download } from "#lib/core/verb.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { callDataset, importNow, startImport, tickets } from "#workers/import.testing.ts";
import type { DatasetVersion, RejectedRow, Row } from "./schema.ts";

let engineer: Actor;
let manager: Actor;
let projectId: string;

beforeAll(async () => {
  ({ engineer, manager } = await makeTeam());
  projectId = (await makeProject(engineer)).id;
});

async function imported(file: string, options: Parameters<typeof startImport>[3] = {}) {
  const made = await startImport(engineer, projectId, file, { allowDuplicate: true, ...options });
  await importNow(made.runId);
  return made;
}
type RowPage = { items: Row[]; nextCursor: string | null; searchedTo: number };
const rows = (datasetVersionId: string, input: Record<string, unknown> = {}) =>
  callDataset<RowPage>(manager, "version.rows", { datasetVersionId, ...input });

describe("rows", () => {
  test("come in pages by position, filtered and searched", async () => {
    let file = "text,label\n";
    for (let index = 0; index < 500; index += 1)
      file += `Ticket ${index} 100%_sure,${index % 5 === 0 ? "" : `label ${index % 5}`}\n`;
    file += "Ticket 7 100%_sure,label 9\n";
    const { datasetVersionId: id } = await imported(file);
    const first = await rows(id, { limit: 200 });
    expect(first.items.map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    const third = await rows(id, { limit: 200, cursor: "400" });
    expect(third).toMatchObject({ nextCursor: null, searchedTo: 501 });
    expect(third.items).toHaveLength(101);
    const count = async (filter: Record<string, unknown>) => (await rows(id, { limit: 200, ...filter })).items.length;
    expect(await count({ label: "label 3" })).toBe(100);
    expect(await count({ hasOutput: "false" })).toBe(100);
    expect(await count({ search: "TICKET 49" })).toBe(11);
    expect(await count({ search: "%_s" })).toBe(200);
    expect(await count({ search: "0%1" })).toBe(0);
    expect(await count({ search: "label 9" })).toBe(1);
    expect(await count({ repeated: "duplicates" })).toBe(2);
    expect(await count({ repeated: "conflicts" })).toBe(2);
    const version = await callDataset<DatasetVersion>(manager, "version.get", { datasetVersionId: id });
    expect(await count({ split: "holdout" })).toBe(version.holdoutCount);
  });

  test("shows the beginning of long texts, and all of a single row", async () => {
    const { datasetVersionId: id } = await imported(`text,label\n${"x".repeat(5_000)},a\nshort one,b\n`);
    const page = await rows(id);
    expect(page.items.map(({ input, cut }) => [input.length, cut])).toEqual([
      [500, true],
      [9, false],
    ]);
    expect((await rows(id, { full: "true", limit: 1 })).items[0]?.input).toHaveLength(5_000);
  });

  test("refuse what is no cursor, a NUL, and a limit above 200", async () => {
    const { datasetVersionId: id } = await imported(tickets(3));
    for (const bad of [
      { cursor: "x" },
      { cursor: "-1" },
      { cursor: "99999999999" },
      { search: "\0" },
      { limit: 201 },
    ]) {
      await expect(rows(id, bad)).rejects.toMatchObject({ code: "INVALID" });
    }
    expect((await rows(id, { search: '\'; DROP TABLE "Row"; --' })).items).toEqual([]);
  });

  test("are not shown before all of them are there", async () => {
    const { datasetVersionId } = await startImport(engineer, projectId, tickets(3), { allowDuplicate: true });
    await expect(rows(datasetVersionId)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  test("stay fast and bounded at 100,000 rows", async () => {
    const { datasetVersionId: id } = await imported(tickets(100_000));
    const timed = async (input: Record<string, unknown>) => {
      const began = performance.now();
      const page = await rows(id, input);
      return { ...page, ms: performance.now() - began };
    };
    await timed({});
    const deep = await timed({ cursor: "99900" });
    expect(deep.items).toHaveLength(50);
    expect(deep.ms).toBeLessThan(200);
    // A text that does not occur is looked for in bounded steps that reach the end.
    let cursor: string | null = "0";
    let steps = 0;
    for (; cursor !== null && steps < 20; steps += 1) {
      const page: RowPage & { ms: number } = await timed({ search: "no such text", cursor });
      expect(page.items).toEqual([]);
      expect(page.ms).toBeLessThan(3_000);
      cursor = page.nextCursor;
    }
    expect(cursor).toBeNull();
    expect((await timed({ search: "Ticket 99999," })).items.map(({ position }) => position)).toEqual([100_000]);
  }, 60_000);
});

describe("what was rejected, labels and downloads", () => {
  const read = async (name: string, input: Record<string, unknown>) => {
    const file = await callDataset<Download>(manager, name, input);
    return { ...file, text: await new Response(file.stream).text() };
  };

  test("reasons can be paged, filtered and downloaded; formulas are made text", async () => {
    const { datasetVersionId } = await imported(
      'text,label\ngood one,x\n=HYPERLINK("x"),\n"=1+1",a,b\n@SUM,a,b\ngood two,x\n',
    );
    const page = await callDataset<{ items: RejectedRow[] }>(manager, "version.rejected", {
      datasetVersionId,
      code: "ragged",
    });
    expect(page.items.map(({ line, reason }) => [line, reason])).toEqual([
      [4, "3 cells where the header has 2."],
      [5, "3 cells where the header has 2."],
    ]);
    const { text, contentType } = await read("version.rejectedDownload", { datasetVersionId });
    expect(contentType).toContain("text/csv");
    expect(text.split("\r\n")[0]).toMatch(/line,byte_offset,reason,text$/);
    expect(text).toContain(`4,39,3 cells where the header has 2.,"""=1+1"",a,b"`);
    expect(text).toContain(`,"'@SUM,a,b"`);
  });

  test("JSONL gives back every text as it was, CSV is safe in a spreadsheet", async () => {
    const inputs = ["=1+1", "+49 30", "-x", "@all", "plain", 'with "quotes"\nand lines', "\u202e"];
    const file = inputs.map((text) => JSON.stringify({ text, label: "a" })).join("\n");
    const { datasetVersionId } = await imported(file, { name: 'Ünï; "x"' });
    const jsonl = await read("version.download", { datasetVersionId });
    expect(
      jsonl.text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).input),
    ).toEqual(inputs);
    const csv = await read("version.download", { datasetVersionId, format: "csv" });
    for (const formula of inputs.slice(0, 4)) expect(csv.text).toContain(`\r\n'${formula},a,`);
    const held = await read("version.download", { datasetVersionId, split: "holdout" });
    const train = await read("version.download", { datasetVersionId, split: "train" });
    expect(held.text.length + train.text.length).toBe(jsonl.text.length);
  });

  test("labels come with their rows, most frequent first", async () => {
    const { datasetVersionId } = await imported("text,label\na b,x\nc d,y\ne f,y\n", { holdoutFraction: 0 });
    expect(await callDataset(manager, "version.labels", { datasetVersionId })).toEqual({
      items: [
        { label: "y", rows: 2, holdout: 0 },
        { label: "x", rows: 1, holdout: 0 },
      ],
      manyAnswers: false,
    });
  });
});
