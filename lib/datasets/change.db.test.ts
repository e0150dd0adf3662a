import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { callOf, type LoadedVersion, loadVersion, makeCounted, recount, rowsOf, told } from "./change.testing.ts";
import { changeVerbs } from "./change.ts";
import type { Changed } from "./change-schema.ts";
import { versionRows } from "./version-rows.ts";

let engineer: Actor;
let first: LoadedVersion;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
});
beforeEach(async () => {
  const project = await makeProject(engineer);
  first = await makeCounted(engineer, project.id, [
    { input: "one", output: "a" },
    { input: "two", output: "b" },
    { input: "three", output: "a", holdout: true },
    { input: "Two ", output: "c" },
    { input: "five" },
  ]);
});

const call = (name: string, input: Record<string, unknown>) =>
  callOf<Changed>(changeVerbs, engineer, name, { datasetVersionId: first.id, reason: "because", ...input });
const change = (changes: object[]) => call("version.change", { changes });
async function where(filter: object, action: object): Promise<LoadedVersion> {
  const { version, runId } = await call("version.changeWhere", { filter, action });
  expect(runId).toBeNull();
  const made = await loadVersion(version?.id ?? "");
  // What a version tells of itself follows from the change; it must be what a full count says.
  expect(told(made)).toEqual(await recount(made));
  return made;
}

describe("version.change", () => {
  test("makes the next version with author, reason, parent and how each row came about", async () => {
    const made = await change([
      { position: 1, output: "b" },
      { position: 2, gone: true },
      { position: 4, side: "holdout" },
      { position: null, input: "six", output: "  " },
    ]);
    expect(made).toMatchObject({
      runId: null,
      version: {
        number: 2,
        origin: "edit",
        reason: "because",
        parentId: first.id,
        changes: { added: 1, removed: 1, changed: 2, labels: 1 },
        rowCount: 5,
      },
    });
    const version = await loadVersion(made.id);
    expect(version.createdById).toBe(engineer.userId);
    expect((await rowsOf(version)).map((row) => row.slice(0, 3))).toEqual([
      [1, "one", "b"],
      [3, "three", "a"],
      [4, "Two ", "c"],
      [5, "five", null],
      [6, "six", null],
    ]);
    expect(told(version)).toEqual(await recount(version));
    const origins = await db.$queryRawUnsafe<{ position: number; origin: unknown }[]>(
      `SELECT "position", "origin" FROM ${versionRows(version)} r WHERE "origin" IS NOT NULL ORDER BY 1`,
    );
    const edit = { kind: "edit", userId: engineer.userId };
    expect(origins).toEqual([
      { position: 1, origin: edit },
      { position: 6, origin: edit },
    ]);
    const audit = await db.auditEntry.findFirstOrThrow({ where: { targetId: version.id } });
    expect(audit.data).toMatchObject({ reason: "because", changes: { added: 1 } });
    expect(JSON.stringify(audit.data)).not.toContain("six");
  });

  test.each([
    [
      [
        { position: 1, output: "x" },
        { position: 1, gone: true },
      ],
      "Row 1 is changed twice.",
    ],
    [[{ position: 1, gone: true, input: "x" }], "A row that goes has a position and nothing else."],
    [[{ position: null, output: "x" }], "A new row needs an input."],
    [[{ position: 1, input: " \n" }], "The input is empty."],
    [[{ position: 77, gone: true }], "Row 77 is not in v1."],
    [[{ position: 5, output: " " }], "Nothing would change."],
  ])("refuses %j", async (changes, message) => {
    await expect(change(changes)).rejects.toThrow(message);
    expect(await db.datasetVersion.count({ where: { datasetId: first.datasetId } })).toBe(1);
  });

  test("never leaves one text on both sides, however it is asked", async () => {
    const sides = async (changes: object[]) => {
      const version = await loadVersion((await change(changes)).id);
      expect(told(version)).toEqual(await recount(version));
      return (await rowsOf(version)).map(([position, input, , holdout]) => [position, input, holdout]);
    };
    // Rows 2 and 4 are the same text.
    expect(await sides([{ position: 2, side: "holdout" }])).toEqual([
      [1, "one", false],
      [2, "two", true],
      [3, "three", true],
      [4, "Two ", true],
      [5, "five", false],
    ]);
    const added = await sides([
      { position: null, input: "THREE", side: "train" },
      { position: 5, input: "three" },
    ]);
    expect(added.slice(4)).toEqual([
      [5, "three", true],
      [6, "THREE", true],
    ]);
    // Texts that become one, as by masking.
    const masked = await sides([
      { position: 1, input: "masked" },
      { position: 3, input: "Masked" },
    ]);
    expect(masked.filter(([, input]) => /masked/i.test(String(input)))).toEqual([
      [1, "masked", true],
      [3, "Masked", true],
    ]);
    // Away from its twin, a moved row moves alone; a text that comes along with a move follows it.
    const moved = await sides([
      { position: 4, gone: true },
      { position: 2, side: "holdout" },
      { position: null, input: " two" },
    ]);
    expect(moved.filter(([, input]) => String(input).trim() === "two").map(([, , holdout]) => holdout)).toEqual([
      true,
      true,
    ]);
  });

  test("refuses a version that was deleted while the change was on its way", async () => {
    await db.datasetVersion.update({ where: { id: first.id }, data: { deletedAt: new Date() } });
    const { deriveVersion } = await import("./derive.ts");
    const late = db.$transaction((tx) =>
      deriveVersion(tx, { actor: engineer, parent: first, origin: "edit", reason: "r", stage: async () => {} }),
    );
    await expect(late).rejects.toThrow("v1 has been deleted meanwhile");
  });
});

describe("version.changeWhere", () => {
  test("deletes, keeps, labels and clears", async () => {
    expect((await rowsOf(await where({ label: "a" }, { kind: "delete" }))).map(([at]) => at)).toEqual([2, 4, 5]);
    // A row without an answer does not match a label; keeping the others must not keep it.
    expect((await rowsOf(await where({ label: "a" }, { kind: "keep" }))).map(([at]) => at)).toEqual([1, 3]);
    const labelled = await where({ hasOutput: false }, { kind: "setOutput", output: "neu" });
    expect((await rowsOf(labelled)).find(([at]) => at === 5)?.[2]).toBe("neu");
    expect(labelled.changes).toEqual({ added: 0, removed: 0, changed: 1, labels: 1 });
    const cleared = await where({ search: "tw" }, { kind: "clearOutput" });
    expect((await rowsOf(cleared)).filter(([, , output]) => output === null).map(([at]) => at)).toEqual([2, 4, 5]);
    expect((await rowsOf(await where({ repeated: "conflicts" }, { kind: "delete" }))).map(([at]) => at)).toEqual([
      1, 3, 5,
    ]);
  });

  test("moves rows with the same input together, so that none stands on both sides", async () => {
    const moved = await where({ label: "b" }, { kind: "moveTo", side: "holdout" });
    expect((await rowsOf(moved)).filter(([, , , holdout]) => holdout).map(([at]) => at)).toEqual([2, 3, 4]);
  });

  test("tells when nothing fits or nothing would be left", async () => {
    const action = { kind: "delete" };
    await expect(call("version.changeWhere", { filter: { label: "zzz" }, action })).rejects.toThrow(
      "Nothing would change",
    );
    await expect(call("version.changeWhere", { action })).rejects.toThrow("No row would be left");
    const blank = { kind: "setOutput", output: "  " };
    await expect(call("version.changeWhere", { action: blank })).rejects.toThrow("The gold answer is empty");
  });

  test("counts what repeats when every row is the same text", async () => {
    const project = await makeProject(engineer);
    const rows = Array.from({ length: 40 }, (_, n) => ({
      input: n % 2 ? "Same text" : "same  TEXT",
      output: n % 4 ? "a" : "A ",
    }));
    first = await makeCounted(engineer, project.id, rows);
    expect(first).toMatchObject({ duplicateCount: 39, conflictCount: 1 });
    const one = await where({ label: "a" }, { kind: "keep" });
    expect(one).toMatchObject({ rowCount: 30, duplicateCount: 29, conflictCount: 0 });
    const moved = await where({ label: "A " }, { kind: "moveTo", side: "holdout" });
    expect(moved).toMatchObject({ rowCount: 40, holdoutCount: 40 });
    expect((moved.report as { warnings: string[] }).warnings.join(" ")).toContain("Every row fell into the hold-out");
  });
});
