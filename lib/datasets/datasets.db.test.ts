import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { storagePath } from "#lib/core/storage.ts";
import type { Download } from "#lib/core/verb.ts";
import { callDataset, importNow, startImport, streamOf, tickets, uploadText } from "#workers/import.testing.ts";
import { makeProject, makeTeam } from "../testing/factories.ts";
import type { Dataset, DatasetVersion, Preview, RejectedRow, Row } from "./schema.ts";
import { removeOldUploads } from "./uploads.ts";

// Settings are parsed once, at their first use: before any import.
vi.hoisted(() => {
  process.env.MAX_UPLOAD_BYTES = "8000000";
});

let engineer: Actor;
let reviewer: Actor;
let projectId: string;

beforeAll(async () => {
  ({ engineer, reviewer } = await makeTeam());
});
beforeEach(async () => {
  projectId = (await makeProject(engineer)).id;
});

async function imported(file: string, options: Parameters<typeof startImport>[3] = {}) {
  const made = await startImport(engineer, projectId, file, options);
  await importNow(made.runId);
  return made;
}
type RowPage = { items: Row[]; nextCursor: string | null; searchedTo: number };
const rows = (datasetVersionId: string, input: Record<string, unknown> = {}) =>
  callDataset<RowPage>(reviewer, "version.rows", { datasetVersionId, ...input });

describe("upload", () => {
  test("keeps name, size and sha256, and no path of the name", async () => {
    const upload = await uploadText(engineer, projectId, "text,label\na,b\n", "../../C:\\tmp\\\u202eevil\u0007.csv");
    expect(upload).toMatchObject({ fileName: "evil.csv", bytes: 15 });
    expect(upload.sha256).toMatch(/^[0-9a-f]{64}$/);
    const row = await db.upload.findUniqueOrThrow({ where: { id: upload.id } });
    expect(row.storageKey).toBe(`uploads/${upload.id}`);
    expect(existsSync(storagePath(row.storageKey))).toBe(true);
  });

  test("cut off in the middle it leaves neither row nor file", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent > 3) controller.error(new Error("socket closed"));
        else controller.enqueue(Buffer.alloc(100_000, "x"));
      },
    });
    await expect(callDataset(engineer, "upload.create", { projectId, fileName: "a.csv" }, body)).rejects.toMatchObject({
      code: "INVALID",
      message: "The upload was cut off before its end.",
    });
    expect(await db.upload.count({ where: { projectId } })).toBe(0);
  });

  test("is refused above the size limit, with nothing left", async () => {
    const tooLarge = uploadText(engineer, projectId, Buffer.alloc(8_000_001, "x"));
    await expect(tooLarge).rejects.toMatchObject({ code: "LIMIT", status: 413 });
    expect(await db.upload.count({ where: { projectId } })).toBe(0);
  });

  test("an empty one is refused", async () => {
    await expect(callDataset(engineer, "upload.create", { projectId, fileName: "a" }, streamOf())).rejects.toThrow(
      "empty",
    );
  });

  test("old ones are swept, those that a waiting import needs are not", async () => {
    const unused = await uploadText(engineer, projectId, "text,label\na b,c\n");
    const fresh = await uploadText(engineer, projectId, "text,label\nd e,f\n");
    const { runId } = await startImport(engineer, projectId, tickets(3));
    const needed = (await db.run.findUniqueOrThrow({ where: { id: runId } })).payload as { uploadId: string };
    const old = new Date(Date.now() - 25 * 3_600_000);
    await db.upload.updateMany({ where: { id: { in: [unused.id, needed.uploadId] } }, data: { createdAt: old } });
    expect(await removeOldUploads()).toBe(1);
    expect(existsSync(storagePath(`uploads/${unused.id}`))).toBe(false);
    expect((await db.upload.findMany({ where: { projectId } })).map(({ id }) => id).sort()).toEqual(
      [fresh.id, needed.uploadId].sort(),
    );
  });

  test("preview guesses a mapping and takes a corrected one", async () => {
    const { id } = await uploadText(engineer, projectId, "text,label,other\nhello you,greet,x\n");
    const guessed = await callDataset<Preview>(engineer, "upload.preview", { uploadId: id });
    expect(guessed.mapping).toEqual({ inputs: ["text"], output: "label" });
    const given = await callDataset<Preview>(engineer, "upload.preview", { uploadId: id, inputs: "other" });
    expect(given.rows[0]).toMatchObject({ input: "x", output: null });
    const two = await callDataset<Preview>(engineer, "upload.preview", {
      uploadId: id,
      inputs: ["text", "other"],
      output: "label",
    });
    expect(two.rows[0]).toMatchObject({ input: "hello you\n\nx", output: "greet" });
  });
});

describe("datasets", () => {
  test("the same file twice is noticed, unless it is meant", async () => {
    const first = await imported(tickets(5), { name: "Tickets" });
    await expect(startImport(engineer, projectId, tickets(5), { name: "Again" })).rejects.toMatchObject({
      code: "CONFLICT",
      message: 'This file is already imported as "Tickets" v1.',
    });
    const preview = await uploadText(engineer, projectId, tickets(5));
    expect((await callDataset<Preview>(engineer, "upload.preview", { uploadId: preview.id })).twin).toMatchObject({
      datasetId: first.datasetId,
    });
    await startImport(engineer, projectId, tickets(5), { name: "Again", allowDuplicate: true });
  });

  test("of two imports of one file at once one is refused", async () => {
    const both = await Promise.allSettled([
      startImport(engineer, projectId, tickets(5), { name: "One" }),
      startImport(engineer, projectId, tickets(5), { name: "Two" }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("versions are numbered, also when added at once", async () => {
    const { datasetId } = await imported(tickets(5));
    const add = async (count: number) => {
      const { id: uploadId } = await uploadText(engineer, projectId, tickets(count));
      return callDataset<{ number: number }>(engineer, "dataset.addVersion", {
        datasetId,
        uploadId,
        mapping: { inputs: ["text"], output: null },
      });
    };
    const added = await Promise.all([add(6), add(7), add(8)]);
    expect(added.map(({ number }) => number).sort()).toEqual([2, 3, 4]);
    const dataset = await callDataset<Dataset>(reviewer, "dataset.get", { datasetId });
    expect(dataset.versions.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
  });

  test("a mapping that does not fit is refused, naming the columns", async () => {
    await expect(
      startImport(engineer, projectId, tickets(5), { mapping: { inputs: ["body"], output: null } }),
    ).rejects.toMatchObject({
      message: 'The file has no column "body".',
      detail: { todo: "Choose among: text, label." },
    });
    await expect(
      startImport(engineer, projectId, tickets(5), { mapping: { inputs: ["text"], output: "text" } }),
    ).rejects.toThrow("at once");
  });

  test("a file of another project cannot be imported", async () => {
    const other = (await makeProject(engineer)).id;
    const { id: uploadId } = await uploadText(engineer, other, tickets(3));
    const input = { projectId, name: "x", uploadId, mapping: { inputs: ["text"], output: null } };
    await expect(callDataset(engineer, "dataset.create", input)).rejects.toThrow("another project");
  });

  test("is renamed, but not to a taken name", async () => {
    const { datasetId } = await imported(tickets(5), { name: "A" });
    await imported(tickets(6), { name: "B" });
    await expect(callDataset(engineer, "dataset.rename", { datasetId, name: "B" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect((await callDataset<Dataset>(engineer, "dataset.rename", { datasetId, name: "C" })).name).toBe("C");
  });

  test("is deleted only when nothing needs it", async () => {
    const waiting = await startImport(engineer, projectId, tickets(4));
    await expect(callDataset(engineer, "dataset.delete", { datasetId: waiting.datasetId })).rejects.toThrow(
      /is queued and uses it/,
    );
    await importNow(waiting.runId);
    await db.run.update({ where: { id: waiting.runId }, data: { state: "succeeded" } });
    const student = await db.student.create({
      data: {
        teamId: engineer.teamId,
        projectId,
        runId: randomUUID(),
        name: "Small one",
        recipe: "r",
        storageKey: "s",
        manifest: {},
        sizeBytes: 1,
        datasetVersionId: waiting.datasetVersionId,
        labelSource: "gold",
        trainRows: 1,
        trainMs: 1,
      },
    });
    await expect(callDataset(engineer, "dataset.delete", { datasetId: waiting.datasetId })).rejects.toThrow(
      /"Small one" was trained on it/,
    );
    await db.student.delete({ where: { id: student.id } });
    await callDataset(engineer, "dataset.delete", { datasetId: waiting.datasetId });
    await expect(callDataset(reviewer, "dataset.get", { datasetId: waiting.datasetId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(rows(waiting.datasetVersionId)).rejects.toMatchObject({ code: "NOT_FOUND" });
    // Its file may come again now.
    await startImport(engineer, projectId, tickets(4));
  });
});

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
    const version = await callDataset<DatasetVersion>(reviewer, "version.get", { datasetVersionId: id });
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
    const { datasetVersionId } = await startImport(engineer, projectId, tickets(3));
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
    // A text that does not occur is looked for in bounded steps that lead to the end.
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
    const file = await callDataset<Download>(reviewer, name, input);
    return { ...file, text: await new Response(file.stream).text() };
  };

  test("reasons can be paged, filtered and downloaded; formulas are made text", async () => {
    const { datasetVersionId } = await imported(
      'text,label\ngood one,x\n=HYPERLINK("x"),\n"=1+1",a,b\n@SUM,a,b\ngood two,x\n',
    );
    const page = await callDataset<{ items: RejectedRow[] }>(reviewer, "version.rejected", {
      datasetVersionId,
      code: "ragged",
    });
    expect(page.items.map(({ line, reason }) => [line, reason])).toEqual([
      [4, "3 cells where the header has 2."],
      [5, "3 cells where the header has 2."],
    ]);
    const { text, contentType } = await read("version.rejectedDownload", { datasetVersionId });
    expect(contentType).toContain("text/csv");
    expect(text.split("\r\n")[0]).toBe("line,byte_offset,reason,text");
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
    expect(await callDataset(reviewer, "version.labels", { datasetVersionId })).toEqual({
      items: [
        { label: "y", rows: 2, holdout: 0 },
        { label: "x", rows: 1, holdout: 0 },
      ],
      manyAnswers: false,
    });
  });
});
