import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { Preview } from "#lib/datasets/preview-schema.ts";
import type { Imported } from "#lib/datasets/schema.ts";
import { zipOf } from "#lib/formats/containers/pack.testing.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { callDataset, claim, importNow, uploadText } from "./import.testing.ts";
import { importHandler } from "./import.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
  projectId = (await makeProject(engineer)).id;
});

type Choices = { mapping?: unknown; reading?: unknown; holdoutFraction?: number };

async function start(file: string | Uint8Array, choices: Choices = {}) {
  const upload = await uploadText(engineer, projectId, file, "file.bin");
  return callDataset<z.infer<typeof Imported>>(engineer, "dataset.create", {
    projectId,
    name: `Data ${upload.id}`,
    uploadId: upload.id,
    mapping: { inputs: ["text"], output: "label" },
    allowDuplicate: true,
    ...choices,
  });
}

async function versionOf(id: string) {
  return db.datasetVersion.findUniqueOrThrow({ where: { id } });
}

async function rowsOf(id: string) {
  const { line } = await versionOf(id);
  return db.row.findMany({ where: { line }, orderBy: { position: "asc" } });
}

async function imported(file: string | Uint8Array, choices: Choices = {}) {
  const { runId, datasetVersionId } = await start(file, choices);
  await importNow(runId);
  return { version: await versionOf(datasetVersionId), rows: await rowsOf(datasetVersionId) };
}

const tickets = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    text: `Ticket ${from + index} ${"about the printer ".repeat(16)}`,
    label: `label_${index % 3}`,
  }));
const lines = (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

function parquet(rows: { text: string; label: string }[]): Buffer {
  const columnData = (["text", "label"] as const).map((name) => ({ name, data: rows.map((row) => row[name]) }));
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 5_000 }));
}

describe("packed and structured files", () => {
  const all = tickets(0, 50_000);
  const files: [string, () => Uint8Array][] = [
    ["a JSON array", () => Buffer.from(JSON.stringify(all))],
    ["gzip", () => gzipSync(lines(all))],
    [
      "zip of three files",
      () =>
        zipOf({
          "a.jsonl": lines(all.slice(0, 9_000)),
          "b.json": JSON.stringify(all.slice(9_000, 30_000)),
          "c.parquet": parquet(all.slice(30_000)),
        }),
    ],
    ["Parquet", () => parquet(all)],
  ];

  test.each(files)(
    "%s goes on behind the last committed row after a kill, and ends with every row once",
    async (_name, make) => {
      const { runId, datasetVersionId } = await start(make());
      let stored = 0;
      for (let kill = 0; kill < 2; kill += 1) {
        const dying = await claim(runId);
        dying.ctx.progress = (patch) => {
          if (patch.counts) dying.stop.abort("shutdown");
        };
        await importHandler(dying.ctx);
        const { checkpoint } = await versionOf(datasetVersionId);
        const rows = (checkpoint as { rows: number }).rows;
        expect(rows).toBeGreaterThan(stored);
        expect(rows).toBeLessThan(all.length);
        stored = rows;
      }
      const last = await claim(runId);
      expect((await importHandler(last.ctx)).end).toBe("succeeded");
      const done = last.progress.filter((patch) => patch.counts).map((patch) => Number(patch.done));
      expect(done).toEqual([...done].sort((a, b) => a - b));
      const rows = await rowsOf(datasetVersionId);
      expect(rows.map(({ input }) => input)).toEqual(all.map(({ text }) => text));
      expect(rows.map(({ position }) => position)).toEqual(all.map((_, index) => index + 1));
      expect(await versionOf(datasetVersionId)).toMatchObject({
        state: "ready",
        rowCount: all.length,
        rejectedCount: 0,
      });
    },
  );

  test("the archive's own splits decide the side, when that is wanted", async () => {
    const folder = zipOf({
      "README.md":
        "---\nconfigs:\n- data_files:\n  - split: train\n    path: a.jsonl\n  - split: test\n    path: b.jsonl\n---\n",
      "dataset_infos.json": JSON.stringify({
        d: { features: { label: { names: ["no", "yes"], _type: "ClassLabel" } } },
      }),
      "a.jsonl": lines(tickets(0, 60).map((row, index) => ({ ...row, label: index % 2 }))),
      "b.jsonl": lines(tickets(60, 20).map((row, index) => ({ ...row, label: index % 2 }))),
    });
    const own = await imported(folder, { reading: { ownSplits: true } });
    expect(own.version).toMatchObject({ rowCount: 80, holdoutCount: 20, labelCounts: { no: 40, yes: 40 } });
    expect(own.rows.filter(({ holdout }) => holdout).map(({ position }) => position)).toEqual(
      Array.from({ length: 20 }, (_, index) => 61 + index),
    );
    const mixed = await imported(folder, { holdoutFraction: 0.5 });
    expect(mixed.version.holdoutCount).toBeGreaterThan(20);
    const plain = lines(tickets(0, 5));
    await expect(start(plain, { reading: { ownSplits: true } })).rejects.toThrow(/no test or validation rows/);
    const one = await imported(folder, { reading: { members: ["b.jsonl"] } });
    expect(one.version.rowCount).toBe(20);
  });

  test("a conversation gives its last answer, or each", async () => {
    const talk = {
      messages: ["a?", "A", "b?", "B"].map((content, index) => ({ role: index % 2 ? "assistant" : "user", content })),
    };
    const mapping = { inputs: ["input"], output: "output" };
    const last = await imported(lines([talk, talk]), { mapping, holdoutFraction: 0 });
    expect(last.rows.map(({ output }) => output)).toEqual(["B", "B"]);
    const each = await imported(lines([talk, talk]), { mapping, holdoutFraction: 0, reading: { turns: "each" } });
    expect(each.rows.map(({ output }) => output)).toEqual(["A", "B", "A", "B"]);
  });

  test("plain text is refused as training data, and taken as inputs without answers", async () => {
    const text = "My printer does not print, and it is new.\nHow do I reset it?\n";
    const mapping = { inputs: ["text"], output: null };
    await expect(start(text, { mapping })).rejects.toMatchObject({
      code: "INVALID",
      detail: { todo: expect.any(String) },
    });
    const upload = await uploadText(engineer, projectId, text, "notes.txt");
    const preview = await callDataset<Preview>(engineer, "upload.preview", { uploadId: upload.id });
    expect(preview).toMatchObject({
      format: "text",
      choices: { unlabelled: true },
      refusal: { todo: expect.any(String) },
    });
    expect(preview.rows).toHaveLength(2);
    const taken = await imported(text, { mapping, reading: { unlabelled: true } });
    expect(taken.rows.map(({ input, output }) => [input, output])).toEqual(
      text
        .trim()
        .split("\n")
        .map((line) => [line, null]),
    );
    await expect(
      start(text, { mapping: { inputs: ["text"], output: "label" }, reading: { unlabelled: true } }),
    ).rejects.toThrow(/no gold answers/);
  });

  test("names that no database takes do no harm", async () => {
    const hostile = zipOf({
      "a\0b.csv": "text,label\nx,y\n",
      "dataset_infos.json": '{"d":{"features":{"label":{"names":["n\\u0000o","\\ud800"],"_type":"ClassLabel"}}}}',
      "good.csv": "text,label,\0\na b,1,2\nc d,0,3\n",
    });
    const { rows, version } = await imported(hostile, { holdoutFraction: 0 });
    expect(rows.map(({ output }) => output)).toEqual(["\ufffd", "n\u2400o"]);
    expect((version.source as { members: { name: string }[] }).members.map(({ name }) => name)).toContain(
      "a\u2400b.csv",
    );
    for (const name of ["a\0", "\ud800"])
      await expect(start("text,label\na,b\n", { mapping: { inputs: [name], output: null } })).rejects.toMatchObject({
        code: "INVALID",
      });
  });

  test("a bomb ends the import with a reason and leaves nothing", async () => {
    const bomb = gzipSync(
      Buffer.concat([Buffer.from(`text,label\n${"a b,x\nc d,y\n".repeat(600)}`), Buffer.alloc(120_000_000, 0x78)]),
    );
    const { runId, datasetVersionId } = await start(bomb);
    await expect(importNow(runId)).rejects.toMatchObject({ code: "LIMIT" });
    expect(await versionOf(datasetVersionId)).toMatchObject({ state: "failed", rowCount: 0 });
    expect(await rowsOf(datasetVersionId)).toEqual([]);
  });
});
