import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { storagePath } from "#lib/core/storage.ts";
import { callDataset, importNow, startImport, streamOf, tickets, uploadText } from "#workers/import.testing.ts";
import { makeProject, makeTeam } from "../testing/factories.ts";
import type { Preview } from "./preview-schema.ts";
import type { Dataset, Row } from "./schema.ts";
import { removeOldUploads } from "./uploads.ts";

// Settings are parsed once, at their first use: before any import.
vi.hoisted(() => {
  process.env.MAX_UPLOAD_BYTES = "8000000";
});

let engineer: Actor;
let manager: Actor;
let projectId: string;

beforeAll(async () => {
  ({ engineer, manager } = await makeTeam());
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
  callDataset<RowPage>(manager, "version.rows", { datasetVersionId, ...input });

describe("upload", () => {
  test("keeps name, size and sha256, and no path of the name", async () => {
    const upload = await uploadText(engineer, projectId, "text,label\na,b\n", "../../C:\\tmp\\\u202eevil\u0007.csv");
    expect(upload).toMatchObject({ fileName: "evil.csv", bytes: 15 });
    expect(upload.sha256).toMatch(/^[0-9a-f]{64}$/);
    const row = await db.upload.findUniqueOrThrow({ where: { id: upload.id } });
    expect(row.storageKey).toBe(`uploads/${upload.id}`);
    expect(existsSync(storagePath(row.storageKey))).toBe(true);
  });

  // Hostile case 11.
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
    await db.upload.updateMany({ where: { id: { in: [unused.id, needed.uploadId] } }, data: { touchedAt: old } });
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
  // Hostile case 12.
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

  // Hostile case 12.
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
    const dataset = await callDataset<Dataset>(manager, "dataset.get", { datasetId });
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
    await expect(callDataset(manager, "dataset.get", { datasetId: waiting.datasetId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(rows(waiting.datasetVersionId)).rejects.toMatchObject({ code: "NOT_FOUND" });
    // Its file may come again now.
    await startImport(engineer, projectId, tickets(4));
  });
});
