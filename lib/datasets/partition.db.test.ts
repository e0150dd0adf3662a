import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { connectAlone, db, isPassingDbFault, pool } from "#lib/core/db.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { claim, importNow, startImport } from "#workers/import.testing.ts";
import { importHandler } from "#workers/import.ts";
import { indexLine } from "./indexing.ts";
import { importLarge, largeFile } from "./large.testing.ts";
import { attachOwnTable, createOwnTable, deservesOwnTable, dropLine, firstOwnLine, isAttached } from "./partition.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
  projectId = (await makeProject(engineer)).id;
});

const plain = Array.from({ length: 4_000 }, (_, index) => ({ text: `Ticket ${index}`, label: `label ${index % 3}` }));
/** Rows that are long themselves, so that an import takes several chunks. */
const rowsOfChunks = 4_500;
const ofChunks = () =>
  Array.from({ length: rowsOfChunks }, (_, index) => {
    const text = `Ticket ${index} ${`${index * 7919} and more of it, `.repeat(320)}`;
    return `${JSON.stringify({ text, label: `label ${index % 3}` })}\n`;
  }).join("");

const versionOf = (id: string) => db.datasetVersion.findUniqueOrThrow({ where: { id } });
const tableThere = async (line: number): Promise<boolean> => {
  const { rows } = await pool.query(`SELECT to_regclass($1) IS NOT NULL AS there`, [`rows.l${line}`]);
  return rows[0].there;
};
/** Rows of a line in its own table, attached or not. */
const countIn = async (line: number): Promise<number> =>
  (await pool.query(`SELECT count(*)::int AS n FROM rows.l${line}`)).rows[0].n;

test("a source gets a table of its own by what it unpacks to", () => {
  const mb = 1024 * 1024;
  expect(deservesOwnTable(33 * mb, { format: "csv", container: "none" })).toBe(true);
  expect(deservesOwnTable(31 * mb, { format: "csv" })).toBe(false);
  expect(deservesOwnTable(5 * mb, { format: "jsonl", container: "gzip" })).toBe(true);
  expect(deservesOwnTable(3 * mb, { format: "jsonl", container: "zip" })).toBe(false);
  expect(deservesOwnTable(12 * mb, { format: "parquet", container: "none" })).toBe(true);
});

describe("a large import", () => {
  test("is ready in its own table before it is indexed, and searchable afterwards", async () => {
    const { line, datasetVersionId } = await importLarge(engineer, projectId, plain, { index: false });
    expect(line).toBeGreaterThan(firstOwnLine);
    expect(await versionOf(datasetVersionId)).toMatchObject({ state: "ready", rowCount: 4_000, searchableAt: null });
    const { rows } = await pool.query(
      `SELECT tableoid::regclass::text AS name, count(*)::int AS n FROM "Row" WHERE "line" = $1 GROUP BY 1`,
      [line],
    );
    expect(rows).toEqual([{ name: `rows.l${line}`, n: 4_000 }]);
    expect(await indexLine(line)).toBe(true);
    expect((await versionOf(datasetVersionId)).searchableAt).toBeInstanceOf(Date);
  });

  test("killed after some chunks goes on behind them, and is attached once", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, ofChunks(), { allowDuplicate: true });
    for (let kill = 0; kill < 2; kill += 1) {
      const dying = await claim(runId);
      dying.ctx.progress = (patch) => patch.counts && dying.stop.abort("shutdown");
      await importHandler(dying.ctx);
      const { line, checkpoint } = await versionOf(datasetVersionId);
      expect(await countIn(line)).toBe((checkpoint as { rows: number }).rows);
      expect(await isAttached(pool, line)).toBe(false);
      expect(await db.row.count({ where: { line } })).toBe(0);
    }
    const last = await claim(runId);
    await importHandler(last.ctx);
    expect(last.logs[0]).toMatch(/^Goes on at line/);
    const { line } = await versionOf(datasetVersionId);
    expect(await db.row.count({ where: { line } })).toBe(rowsOfChunks);
  });

  test("killed between load and attaching, and between attaching and its end, ends all the same", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, largeFile(plain), {
      allowDuplicate: true,
    });
    const before = await claim(runId);
    before.ctx.progress = (patch) => {
      if (patch.phase === "Count") throw new Error("killed before attaching");
    };
    await expect(importHandler(before.ctx)).rejects.toThrow("killed before attaching");
    const { line } = await versionOf(datasetVersionId);
    expect([await countIn(line), await isAttached(pool, line)]).toEqual([4_000, false]);

    const after = await claim(runId);
    const { fenced } = after.ctx;
    let counting = false;
    after.ctx.progress = (patch) => {
      counting ||= patch.phase === "Count";
    };
    after.ctx.fenced = (work) => (counting ? Promise.reject(new Error("killed after attaching")) : fenced(work));
    await expect(importHandler(after.ctx)).rejects.toThrow("killed after attaching");
    expect(await isAttached(pool, line)).toBe(true);

    await importNow(runId);
    expect(await versionOf(datasetVersionId)).toMatchObject({ state: "ready", line, rowCount: 4_000 });
    expect(await db.row.count({ where: { line } })).toBe(4_000);
  });

  test("two workers at once never interleave", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, ofChunks(), { allowDuplicate: true });
    const first = await claim(runId, "first");
    const running = importHandler(first.ctx).catch((error: unknown) => error);
    const second = await claim(runId, "second");
    expect((await importHandler(second.ctx)).end).toBe("succeeded");
    const error = await running;
    expect(error instanceof LostLease || isPassingDbFault(error), String(error)).toBe(true);
    const { line } = await versionOf(datasetVersionId);
    expect(await db.row.count({ where: { line } })).toBe(rowsOfChunks);
  });

  test("cancelled in the middle leaves no table; retried it imports all", async () => {
    const { datasetVersionId, runId } = await startImport(engineer, projectId, ofChunks(), { allowDuplicate: true });
    const { ctx, stop } = await claim(runId);
    ctx.progress = (patch) => patch.counts && stop.abort("cancel");
    await importHandler(ctx);
    const { line, state } = await versionOf(datasetVersionId);
    expect([state, await tableThere(line)]).toEqual(["failed", false]);
    await importNow(runId);
    expect(await versionOf(datasetVersionId)).toMatchObject({ state: "ready", line, rowCount: rowsOfChunks });
  });

  test("that is mostly bad leaves the reasons and no table", async () => {
    const bad = largeFile(plain).replaceAll(`"label"`, `"label`);
    const { datasetVersionId, runId } = await startImport(engineer, projectId, largeFile(plain.slice(0, 1)) + bad, {
      allowDuplicate: true,
    });
    await expect(importNow(runId)).rejects.toThrow(/rows were rejected/);
    const { line, state, rejectedCount } = await versionOf(datasetVersionId);
    expect([state, await tableThere(line)]).toEqual(["failed", false]);
    expect(rejectedCount).toBeGreaterThan(500);
  });
});

describe("indexes", () => {
  test("that a killed server left half-made are made anew", async () => {
    const { line, datasetVersionId } = await importLarge(engineer, projectId, plain);
    const broken = [`l${line}_hash`, `l${line}_text`];
    await pool.query(
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = ANY(SELECT to_regclass('rows.' || name) FROM unnest($1::text[]) name)`,
      [broken],
    );
    await db.datasetVersion.update({ where: { id: datasetVersionId }, data: { searchableAt: null } });
    expect(await indexLine(line)).toBe(true);
    const { rows } = await pool.query(
      `SELECT c.relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relname = ANY($1) ORDER BY 1`,
      [broken],
    );
    expect(rows).toEqual(broken.map((name) => ({ name, valid: true })));
    expect((await versionOf(datasetVersionId)).searchableAt).toBeInstanceOf(Date);
  });

  test("are made by one worker at a time", async () => {
    const { line } = await importLarge(engineer, projectId, plain, { index: false });
    const other = await connectAlone();
    await other.query("SELECT pg_advisory_lock(727070, $1)", [line]);
    expect(await indexLine(line)).toBe(false);
    await other.end();
    expect(await indexLine(line)).toBe(true);
  });
});

test("attaching gives way to readers of the shared table, and comes to its end behind them", async () => {
  const line = firstOwnLine + 999_999;
  const [reader, owner] = [await connectAlone(), await connectAlone()];
  await createOwnTable(owner, line);
  await reader.query("BEGIN");
  await reader.query("SELECT count(*) FROM rows.small");
  const attaching = attachOwnTable(owner, line);
  // Whoever comes while the table is waited for is served, though the first reader does not end.
  for (let index = 0; index < 20; index += 1) await pool.query("SELECT count(*) FROM rows.small");
  expect(await isAttached(pool, line)).toBe(false);
  await reader.query("COMMIT");
  await attaching;
  expect(await isAttached(pool, line)).toBe(true);
  await attachOwnTable(owner, line);
  await dropLine(owner, line);
  expect(await tableThere(line)).toBe(false);
  await Promise.all([reader.end(), owner.end()]);
});
