import { describe, expect, it } from "vitest";
import { db, pool } from "#lib/core/db.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { ContentHash, contentHashSql, hashedRows } from "./content-hash.ts";
import { deriveVersion } from "./derive.ts";
import { type RowChange, stageChanges } from "./staged.ts";
import { versionRows } from "./version-rows.ts";

const load = (id: string) => db.datasetVersion.findUniqueOrThrow({ where: { id }, include: { dataset: true } });
type Loaded = Awaited<ReturnType<typeof load>>;

async function rowsOf(version: Loaded): Promise<[number, string, string | null][]> {
  const { rows } = await pool.query(`SELECT "position", "input", "output" FROM ${versionRows(version)} r ORDER BY 1`);
  return rows.map(({ position, input, output }) => [position, input, output]);
}

/** Counts and hash of a version taken anew from all of its rows. */
async function recount(version: Loaded) {
  const from = versionRows(version);
  const { rows } = await pool.query(
    `SELECT count(*)::int AS "rowCount", count(*) FILTER (WHERE "holdout")::int AS "holdoutCount", count("output")::int AS "labelledCount",
       sum(length("input"))::text AS "inputChars",
       (SELECT coalesce(sum(n - 1), 0)::int FROM (SELECT count(*) AS n FROM ${from} q GROUP BY "inputHash") g) AS "duplicateCount",
       (SELECT count(*)::int FROM (SELECT 1 FROM ${from} q GROUP BY "inputHash" HAVING min("output") <> max("output")) g) AS "conflictCount",
       (SELECT ${contentHashSql} FROM ${hashedRows(from)}) AS "contentHash" FROM ${from} r`,
  );
  return rows[0];
}

const told = (version: Loaded) => {
  const { rowCount, holdoutCount, labelledCount, duplicateCount, conflictCount, contentHash, inputChars } = version;
  return {
    rowCount,
    holdoutCount,
    labelledCount,
    duplicateCount,
    conflictCount,
    contentHash,
    inputChars: String(inputChars),
  };
};

async function start() {
  const { engineer } = await makeTeam();
  const project = await makeProject(engineer);
  const id = await makeVersion(engineer, project.id, [
    { input: "one", output: "a" },
    { input: "two", output: "b" },
    { input: "three", output: "a", holdout: true },
    { input: "Two ", output: "c" },
    { input: "five" },
  ]);
  const made = await load(id);
  // The factory does not count; what is derived adds to what is there.
  const { contentHash, duplicateCount, conflictCount } = await recount(made);
  const report = {
    labels: ["a", "b", "c"].map((label) => ({ label, rows: label === "a" ? 2 : 1, holdout: label === "a" ? 1 : 0 })),
  };
  await db.datasetVersion.update({ where: { id }, data: { contentHash, duplicateCount, conflictCount, report } });
  const change = (parent: Loaded, changes: RowChange[]) =>
    db.$transaction((tx) =>
      deriveVersion(tx, {
        actor: engineer,
        parent,
        origin: "edit",
        reason: "test",
        stage: (t, table) => stageChanges(t, table, changes, parent.holdoutFraction),
      }),
    );
  return { first: await load(id), change };
}

describe("deriveVersion", () => {
  it("edits, deletes and adds without touching the parent, and counts like a full count", async () => {
    const { first, change } = await start();
    const before = await rowsOf(first);
    const second = await change(first, [
      { position: 1, output: "b" },
      { position: 2, gone: true },
      { position: 5, input: "fünf", output: null },
      { position: null, input: "ONE", output: "z" },
    ]);
    expect(await rowsOf(first)).toEqual(before);
    expect(await rowsOf(second)).toEqual([
      [1, "one", "b"],
      [3, "three", "a"],
      [4, "Two ", "c"],
      [5, "fünf", null],
      [6, "ONE", "z"],
    ]);
    expect(second).toMatchObject({
      number: 2,
      step: 1,
      parentId: first.id,
      changes: { added: 1, removed: 1, changed: 2, labels: 1 },
    });
    expect(told(second)).toEqual(await recount(second));
    expect(second.labelCounts).toEqual({ a: 1, b: 1, c: 1, z: 1 });
    expect(second.duplicateCount).toBe(1);
    expect(second.conflictCount).toBe(1);
  });

  it("goes on from an older version as if the later ones were not there", async () => {
    const { first, change } = await start();
    const second = await change(first, [
      { position: 1, gone: true },
      { position: 2, input: "zwei" },
      { position: null, input: "six" },
    ]);
    const third = await change(first, [
      { position: 3, gone: true },
      { position: null, input: "seven", output: "a" },
    ]);
    expect(await rowsOf(second)).toEqual([
      [2, "zwei", "b"],
      [3, "three", "a"],
      [4, "Two ", "c"],
      [5, "five", null],
      [6, "six", null],
    ]);
    expect(await rowsOf(third)).toEqual([
      [1, "one", "a"],
      [2, "two", "b"],
      [4, "Two ", "c"],
      [5, "five", null],
      [7, "seven", "a"],
    ]);
    expect(told(third)).toEqual(await recount(third));
    const back = await change(second, [{ position: 6, gone: true }]);
    expect(await rowsOf(back)).toEqual((await rowsOf(second)).slice(0, 4));
    expect(told(back)).toEqual(await recount(back));
  });

  it("has the same hash for the same rows, whatever the way", async () => {
    const { first, change } = await start();
    const away = await change(first, [{ position: 1, output: "x" }]);
    const again = await change(away, [{ position: 1, output: "a" }]);
    expect(away.contentHash).not.toBe(first.contentHash);
    expect(again.contentHash).toBe(first.contentHash);
    const hash = new ContentHash();
    for (const [position, input, output] of await rowsOf(first)) hash.row(input, output, position === 3);
    expect(hash.toString()).toBe(first.contentHash);
  });

  it("refuses what changes nothing, rows of other versions, and an empty version", async () => {
    const { first, change } = await start();
    await expect(change(first, [{ position: 1, output: "a" }])).rejects.toThrow("Nothing would change");
    await expect(change(first, [{ position: 99, gone: true }])).rejects.toThrow("Row 99 is not in v1");
    await expect(
      change(
        first,
        [1, 2, 3, 4, 5].map((position) => ({ position, gone: true })),
      ),
    ).rejects.toThrow("No row would be left");
  });

  it("keeps concurrent changes apart", async () => {
    const { first, change } = await start();
    const made = await Promise.all(
      [1, 2, 3].map((position) => change(first, [{ position, output: `new ${position}` }])),
    );
    expect(made.map(({ step }) => step).sort()).toEqual([1, 2, 3]);
    for (const [index, version] of made.entries()) {
      const changed = (await rowsOf(version)).filter(([, , output]) => output?.startsWith("new"));
      expect(changed.map(([, , output]) => output)).toEqual([`new ${index + 1}`]);
      expect(told(version)).toEqual(await recount(version));
    }
  });
});
