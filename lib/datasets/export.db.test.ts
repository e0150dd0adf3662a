import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { Download } from "#lib/core/verb.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { callDataset, importNow, startImport } from "#workers/import.testing.ts";
import type { Charts } from "./rows-schema.ts";

const nasty = [
  "=1+1",
  "+49 30",
  "-x",
  "@all",
  "\ttab first",
  'with "quotes"\nand lines',
  "back\\slash \\N \\.",
  "\u202e reversed",
  "<script>alert(1)</script>",
  "javascript:alert(1)",
  "__proto__",
  "😀 é ﬁ",
];
const rows = nasty.map((input, index) => ({
  input: `${input} ${index}`,
  output: index % 4 === 3 ? null : input,
  holdout: index % 3 === 0,
}));

let engineer: Actor;
let projectId: string;
let versionId: string;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer)).id;
  versionId = await makeVersion(engineer, projectId, rows);
});

async function bytesOf(input: Record<string, unknown>): Promise<{ file: Download; bytes: Buffer }> {
  const file = await callDataset<Download>(engineer, "version.download", { datasetVersionId: versionId, ...input });
  return { file, bytes: Buffer.from(await new Response(file.stream).arrayBuffer()) };
}
const sideOf = (row: { holdout: boolean }) => (row.holdout ? "holdout" : "train");

describe("a download", () => {
  // Hostile case 8.
  test("as JSONL or Parquet gives every text back as it was", async () => {
    const wanted = rows.map((row) => ({ input: row.input, output: row.output, split: sideOf(row) }));
    const jsonl = await bytesOf({});
    expect(
      jsonl.bytes
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(wanted);
    const { bytes, file } = await bytesOf({ format: "parquet" });
    expect(file).toMatchObject({
      contentType: "application/vnd.apache.parquet",
      fileName: /\.parquet$/.test(file.fileName) && file.fileName,
    });
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    expect(await parquetReadObjects({ file: buffer })).toEqual(wanted);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("as chat has one conversation per row with an answer, and the system message that was asked for", async () => {
    const { bytes, file } = await bytesOf({ format: "chat", system: "Be brief." });
    const lines = bytes.toString().trimEnd().split("\n");
    expect(file.fileName).toMatch(/\.chat\.jsonl$/);
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      rows
        .filter(({ output }) => output !== null)
        .map(({ input, output }) => ({
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: input },
            { role: "assistant", content: output },
          ],
        })),
    );
    expect((await bytesOf({ format: "chat" })).bytes.toString()).not.toContain("system");
  });

  // Hostile case 8.
  test("as CSV makes formulas text, in inputs and answers", async () => {
    const text = (await bytesOf({ format: "csv" })).bytes.toString();
    for (const formula of ["=1+1 0,'=1+1", "+49 30 1,'+49 30", "-x 2,'-x", "@all 3,,"])
      expect(text).toContain(`\r\n'${formula}`);
  });

  test("of a filter has its rows only, in every format", async () => {
    const filter = { split: "train", hasOutput: "true", search: "A" };
    const wanted = rows.filter(
      (row) => !row.holdout && row.output !== null && `${row.input}${row.output}`.toLowerCase().includes("a"),
    );
    expect(wanted.length).toBeGreaterThan(1);
    const count = async (format: string) => (await bytesOf({ ...filter, format })).bytes.toString().trimEnd();
    expect((await count("jsonl")).split("\n")).toHaveLength(wanted.length);
    expect((await count("chat")).split("\n")).toHaveLength(wanted.length);
    const { bytes, file } = await bytesOf({ ...filter, format: "parquet" });
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    expect((await parquetReadObjects({ file: buffer })).map((row) => row.input)).toEqual(
      wanted.map(({ input }) => input),
    );
    expect(file.fileName).toContain("filtered");
  });

  test("of a filter without rows is a valid, empty file", async () => {
    const filter = { label: "no such label" };
    expect((await bytesOf(filter)).bytes).toHaveLength(0);
    const { bytes } = await bytesOf({ ...filter, format: "parquet" });
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    expect(await parquetReadObjects({ file: buffer })).toEqual([]);
  });

  test("in Parquet is written in several row groups, and can be imported again with the same content", async () => {
    const many = Array.from({ length: 25_000 }, (_, index) => `Ticket ${index},label ${index % 3}\n`).join("");
    const made = await startImport(engineer, projectId, `text,label\n${many}`, { allowDuplicate: true });
    await importNow(made.runId);
    const file = await callDataset<Download>(engineer, "version.download", {
      datasetVersionId: made.datasetVersionId,
      format: "parquet",
    });
    const bytes = new Uint8Array(await new Response(file.stream).arrayBuffer());
    const again = await startImport(engineer, projectId, bytes, {
      allowDuplicate: true,
      mapping: { inputs: ["input"], output: "output" },
    });
    await importNow(again.runId);
    const hashOf = async (id: string) => {
      const { contentHash, rowCount } = await db.datasetVersion.findUniqueOrThrow({ where: { id } });
      return { contentHash, rowCount };
    };
    expect(await hashOf(again.datasetVersionId)).toEqual(await hashOf(made.datasetVersionId));
  });
});

test("histograms hold every row, lead to the rows they count, and are kept", async () => {
  const charts = await callDataset<Charts>(engineer, "version.charts", { datasetVersionId: versionId });
  for (const bins of [charts.lengths, charts.tokens]) {
    expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.length);
    expect(bins.reduce((sum, bin) => sum + bin.holdout, 0)).toBe(rows.filter((row) => row.holdout).length);
  }
  for (const bin of charts.lengths) {
    const counted = await callDataset<{ rows: number }>(engineer, "version.count", {
      datasetVersionId: versionId,
      minLength: bin.from,
      maxLength: bin.to - 1,
    });
    expect(counted).toEqual({ rows: bin.rows, exact: true });
  }
  expect((await db.versionCharts.findUniqueOrThrow({ where: { versionId } })).charts).toEqual(charts);
});
