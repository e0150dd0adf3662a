import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db, isPassingDbFault } from "#lib/core/db.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { claim, importNow, startImport, tickets } from "./import.testing.ts";
import { importHandler } from "./import.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
  projectId = (await makeProject(engineer)).id;
});

const versionOf = (id: string) => db.datasetVersion.findUniqueOrThrow({ where: { id } });
const lineOf = async (id: string) => (await db.datasetVersion.findUniqueOrThrow({ where: { id } })).line;
const rowsOf = async (versionId: string) =>
  db.row.findMany({ where: { line: await lineOf(versionId) }, orderBy: { position: "asc" } });
const countOf = async (versionId: string) => db.row.count({ where: { line: await lineOf(versionId) } });

async function imported(file: string | Uint8Array, options: Parameters<typeof startImport>[3] = {}) {
  const { datasetVersionId, runId } = await startImport(engineer, projectId, file, options);
  const outcome = await importNow(runId);
  if (outcome.end !== "succeeded") throw new Error(`the import ended as ${outcome.end}`);
  return { version: await versionOf(datasetVersionId), rows: await rowsOf(datasetVersionId), result: outcome.result };
}

describe("import", () => {
  test("rows, counts, hashes and result agree", async () => {
    const { version, rows, result } = await imported(tickets(300));
    expect(rows).toHaveLength(300);
    expect(rows[7]).toMatchObject({ position: 8, input: 'Ticket 7, the "printer" does not print', output: "label_1" });
    const held = rows.filter((row) => row.holdout).length;
    expect(held).toBeGreaterThan(30);
    expect(version).toMatchObject({
      state: "ready",
      rowCount: 300,
      holdoutCount: held,
      labelledCount: 300,
      rejectedCount: 0,
      duplicateCount: 0,
      labelCounts: { label_0: 100, label_1: 100, label_2: 100 },
      inputChars: BigInt(rows.reduce((sum, row) => sum + row.input.length, 0)),
      checkpoint: null,
    });
    expect(result).toEqual({
      datasetId: version.datasetId,
      datasetVersionId: version.id,
      rows: 300,
      holdoutRows: held,
      rejectedRows: 0,
      warnings: [],
    });
  });

  test("every character survives COPY", async () => {
    const nasty = [
      "tab\there",
      "back\\slash \\N \\. \\t",
      "quote \"x\" 'y'",
      "line\nbreak",
      "\u202eabc",
      "<script>alert(1)</script>",
      "=cmd|' /C calc'!A0",
      "\u0001\u001b[31m",
      "😀 é",
      "\\.",
    ];
    const file = nasty.map((input, index) => JSON.stringify({ text: `${input} ${index}`, label: input })).join("\n");
    const { rows } = await imported(file);
    expect(rows.map((row) => row.input)).toEqual(nasty.map((input, index) => `${input} ${index}`));
    expect(rows.map((row) => row.output)).toEqual(nasty);
  });

  // Hostile case 1.
  test("broken rows in the middle are reported with line and offset; the rest is imported", async () => {
    const file =
      '{"text":"a","label":"x"}\n{"text":"b","la\n{"text":"\\u0000","label":"x"}\n{"text":"  ","label":"x"}\n{"text":"c","label":"y"}\n{"text":"d","label":""}\n{"text":"e"}';
    const { version, rows } = await imported(file);
    expect(rows.map((row) => [row.position, row.input, row.output])).toEqual([
      [1, "a", "x"],
      [2, "c", "y"],
      [3, "d", null],
      [4, "e", null],
    ]);
    const rejected = await db.rejectedRow.findMany({ where: { versionId: version.id }, orderBy: { seq: "asc" } });
    expect(rejected.map((row) => [row.seq, row.line, Number(row.byteOffset), row.code])).toEqual([
      [1, 2, 25, "json"],
      [2, 3, 41, "nul"],
      [3, 4, 71, "missing_input"],
    ]);
    expect(version).toMatchObject({ rejectedCount: 3, labelledCount: 2 });
    expect(version.report).toMatchObject({ rejectedByCode: { json: 1, nul: 1, missing_input: 1 } });
  });

  test("identical inputs are on one side, counted, and their conflicts told", async () => {
    let file = "text,label\n";
    for (let index = 0; index < 200; index += 1)
      file += `Same ticket ${index},a\nsame  TICKET ${index} ,${index < 5 ? "b" : "a"}\n`;
    const { version, rows } = await imported(file, { holdoutFraction: 0.5 });
    for (let index = 0; index < 400; index += 2) expect(rows[index]?.holdout).toBe(rows[index + 1]?.holdout);
    expect(version).toMatchObject({ rowCount: 400, duplicateCount: 200, conflictCount: 5 });
    expect((version.report as { warnings: string[] }).warnings.join(" ")).toMatch(
      /5 inputs occur more than once.*200 of 400 rows repeat/,
    );
  });

  test("one label only, a label never trained on, and labels that differ in case are told", async () => {
    const one = await imported("text,label\nfirst one,x\nsecond one,x\n", { holdoutFraction: 0 });
    expect(one.result.warnings.join()).toContain("one label there is nothing to learn");
    const rare = Array.from({ length: 40 }, (_, index) => `ticket ${index},only_${index}\n`).join("");
    const warned = await imported(`text,label\n${rare}`, { holdoutFraction: 0.5 });
    expect(warned.result.warnings.join()).toMatch(/labels are in the hold-out but never in training/);
    const variants = await imported("text,label\na b,Refund\nc d,refund \ne f,other\ng h,other\n", {
      holdoutFraction: 0,
    });
    expect(variants.result.warnings.join()).toContain("differ only in case or spaces");
  });

  test("labels named like Object's own keys are counted as data", async () => {
    const { version } = await imported("text,label\na b,__proto__\nc d,constructor\ne f,__proto__\n", {
      holdoutFraction: 0,
    });
    const [stored] = await db.$queryRaw<{ counts: string }[]>`
      SELECT "labelCounts"::text AS counts FROM "DatasetVersion" WHERE "id" = ${version.id}::uuid`;
    expect(stored?.counts).toBe('{"__proto__": 2, "constructor": 1}');
    expect(version.report).toMatchObject({
      labels: [
        { label: "__proto__", rows: 2 },
        { label: "constructor", rows: 1 },
      ],
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("equal rows have equal content hashes, whatever the format and order; other rows have not", async () => {
    const csv = await imported("text,label\na b,x\nc d,y\n");
    const jsonl = await imported('{"label":"x","text":"a b","more":1}\n\n{"text":"c d","label":"y"}\n');
    const turned = await imported("text,label\nc d,y\na b,x\n");
    expect(jsonl.version.contentHash).toBe(csv.version.contentHash);
    expect(turned.version.contentHash).toBe(csv.version.contentHash);
    const other = await imported("text,label\nc d,y\na b,z\n");
    expect(other.version.contentHash).not.toBe(csv.version.contentHash);
  });

  test("a fraction of 1 makes a pure test set without warnings about training", async () => {
    const { version, result } = await imported(tickets(50), { holdoutFraction: 1 });
    expect(version.holdoutCount).toBe(50);
    expect(result.warnings).toEqual([]);
  });
});

describe("an import that cannot be meant stops", () => {
  test.each([
    [
      "more than half of the rows bad",
      `text,label\n${"only one cell\n".repeat(600)}${"good row,x\n".repeat(500)}`,
      /rows were rejected/,
    ],
    ["a short file of bad rows", "text,label\nx\ny\na,b\n", /2 of the first 3/],
    ["a header only", "text,label\n", /no data rows/],
  ])("%s", async (_name, file, message) => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, file, { allowDuplicate: true });
    await expect(importNow(runId)).rejects.toThrow(message);
    const version = await versionOf(datasetVersionId);
    expect(version).toMatchObject({ state: "failed", rowCount: 0 });
    expect(await rowsOf(datasetVersionId)).toEqual([]);
    expect(await db.rejectedRow.count({ where: { versionId: datasetVersionId } })).toBe(version.rejectedCount);
    if (file.includes("\nx\n")) expect(version.rejectedCount).toBe(2);
  });

  test("keeps 10,000 rejected rows and counts all of them", async () => {
    const file = `text,label\n${"good row,x\n".repeat(1_000)}${"bad\n".repeat(12_345)}`;
    const { version } = await imported(file);
    expect(version.rejectedCount).toBe(12_345);
    expect(await db.rejectedRow.count({ where: { versionId: version.id } })).toBe(10_000);
  });
});

describe("killed, cancelled, doubled", () => {
  // Three chunks of COPY text and more.
  const big = () => tickets(60_000, ` ${"and more text ".repeat(14)}`);

  test("goes on behind the last committed row after a kill, and ends as if nothing had been", async () => {
    const file = big();
    const whole = await imported(file, { allowDuplicate: true });
    const { datasetVersionId, runId } = await startImport(engineer, projectId, file, { allowDuplicate: true });
    for (let kill = 0; kill < 2; kill += 1) {
      const dying = await claim(runId);
      let chunks = 0;
      dying.ctx.progress = (patch) => {
        chunks += patch.counts ? 1 : 0;
        if (chunks > 0) dying.stop.abort("shutdown");
      };
      await importHandler(dying.ctx);
      const { checkpoint } = await versionOf(datasetVersionId);
      expect((checkpoint as { rows: number }).rows).toBe(await countOf(datasetVersionId));
      expect((checkpoint as { rows: number }).rows).toBeGreaterThan(0);
    }
    const { ctx, logs } = await claim(runId);
    await importHandler(ctx);
    expect(logs[0]).toMatch(/^Goes on at line \d+/);
    const version = await versionOf(datasetVersionId);
    const { contentHash, rowCount, holdoutCount, labelCounts, inputChars, duplicateCount } = whole.version;
    expect(version).toMatchObject({
      state: "ready",
      contentHash,
      rowCount,
      holdoutCount,
      labelCounts,
      inputChars,
      duplicateCount,
    });
    const [counted] = await db.$queryRaw<{ n: bigint; last: number }[]>`
      SELECT count(*) AS n, max("position") AS last FROM "Row" WHERE "line" = ${await lineOf(datasetVersionId)}`;
    expect(counted).toEqual({ n: 60_000n, last: 60_000 });
  });

  test("a holder that lost the run commits nothing", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, big(), { allowDuplicate: true });
    const zombie = await claim(runId, "zombie");
    const heir = await claim(runId, "heir");
    await expect(importHandler(zombie.ctx)).rejects.toThrow(LostLease);
    expect(await countOf(datasetVersionId)).toBe(0);
    expect((await importHandler(heir.ctx)).end).toBe("succeeded");
    expect(await countOf(datasetVersionId)).toBe(60_000);
  });

  // Hostile case 12.
  test("two workers at once never interleave", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, big(), { allowDuplicate: true });
    const first = await claim(runId, "first");
    const running = importHandler(first.ctx).catch((error: unknown) => error);
    const second = await claim(runId, "second");
    expect((await importHandler(second.ctx)).end).toBe("succeeded");
    // The older one ends at the fence, or at rows that the newer one has written already. Either way it commits nothing.
    const error = await running;
    expect(error instanceof LostLease || isPassingDbFault(error), String(error)).toBe(true);
    expect(await countOf(datasetVersionId)).toBe(60_000);
  });

  test("cancelled in the middle it leaves no rows; retried it imports all of them", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, big(), { allowDuplicate: true });
    const { ctx, stop } = await claim(runId);
    ctx.progress = (patch) => patch.counts && stop.abort("cancel");
    await importHandler(ctx);
    expect(await countOf(datasetVersionId)).toBe(0);
    expect(await versionOf(datasetVersionId)).toMatchObject({ state: "failed", checkpoint: null });
    await importNow(runId);
    expect(await versionOf(datasetVersionId)).toMatchObject({ state: "ready", rowCount: 60_000 });
  });

  test("cancelled while waiting it leaves nothing", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, tickets(5), { allowDuplicate: true });
    await importNow(runId, "cancel");
    expect(await versionOf(datasetVersionId)).toMatchObject({ state: "failed", rowCount: 0 });
  });

  test("killed between its commit and the end of the run, it answers the same again", async () => {
    const { runId } = await startImport(engineer, projectId, tickets(5), { allowDuplicate: true });
    const first = await importNow(runId);
    expect(await importNow(runId)).toEqual(first);
  });

  test("after a fault of ours it is shown as failed, and a retry goes on behind what is stored", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, big(), { allowDuplicate: true });
    const { ctx } = await claim(runId);
    ctx.progress = (patch) => {
      if (patch.counts) throw new Error("a fault of ours");
    };
    await expect(importHandler(ctx)).rejects.toThrow("a fault of ours");
    const failed = await versionOf(datasetVersionId);
    expect(failed.state).toBe("failed");
    expect((failed.checkpoint as { rows: number }).rows).toBeGreaterThan(0);
    const retry = await claim(runId);
    await importHandler(retry.ctx);
    expect(retry.logs[0]).toMatch(/^Goes on at line/);
    expect(await versionOf(datasetVersionId)).toMatchObject({ state: "ready", rowCount: 60_000, checkpoint: null });
  });

  test("says when the uploaded file is gone", async () => {
    const { runId, datasetVersionId } = await startImport(engineer, projectId, tickets(5), { allowDuplicate: true });
    const run = await db.run.findUniqueOrThrow({ where: { id: runId } });
    await db.upload.delete({ where: { id: (run.payload as { uploadId: string }).uploadId } });
    await expect(importNow(runId)).rejects.toThrow("no longer there");
    expect((await versionOf(datasetVersionId)).state).toBe("failed");
  });
});
