import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import {
  callOf,
  type GivenRow,
  type LoadedVersion,
  loadVersion,
  makeCounted,
  makeLarge,
  rowsOf,
} from "./change.testing.ts";
import { changeVerbs } from "./change.ts";
import type { Changed } from "./change-schema.ts";
import { diffVerbs } from "./diff.ts";
import type { DiffKind, DiffRow, VersionDiff } from "./diff-schema.ts";
import { normaliseInput } from "./split.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
});
beforeEach(async () => {
  projectId = (await makeProject(engineer)).id;
});

async function change(parent: LoadedVersion, changes: object[]): Promise<LoadedVersion> {
  const input = { datasetVersionId: parent.id, reason: "r", changes };
  return loadVersion((await callOf<Changed>(changeVerbs, engineer, "version.change", input)).id);
}
const diff = (base: LoadedVersion, version: LoadedVersion) =>
  callOf<VersionDiff>(diffVerbs, engineer, "version.diff", { baseVersionId: base.id, datasetVersionId: version.id });

/** All pages, few rows at a time, so that cursors are used. */
async function diffRows(base: LoadedVersion, version: LoadedVersion, kind?: DiffKind, limit = 2): Promise<DiffRow[]> {
  const all: DiffRow[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const input = { baseVersionId: base.id, datasetVersionId: version.id, limit, ...(kind ? { kind } : {}) };
    const page: { items: DiffRow[]; nextCursor: string | null } = await callOf(
      diffVerbs,
      engineer,
      "version.diffRows",
      {
        ...input,
        ...(cursor ? { cursor } : {}),
      },
    );
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}
const short = (rows: readonly DiffRow[]) =>
  rows.map((row) => [row.kind, row.old && [row.old.input, row.old.output], row.new && [row.new.input, row.new.output]]);

/** Another import of the same dataset. */
async function imported(of: LoadedVersion, rows: readonly GivenRow[]): Promise<LoadedVersion> {
  const other = await makeCounted(engineer, projectId, rows);
  await db.datasetVersion.update({ where: { id: other.id }, data: { datasetId: of.datasetId, number: 9 } });
  return loadVersion(other.id);
}

const given = [
  { input: "one", output: "a" },
  { input: "two", output: "b" },
  { input: "three", output: "a", holdout: true },
  { input: "four", output: "b" },
  { input: "five" },
];

describe("versions of one line", () => {
  test("differ by what was changed between them, forward and back", async () => {
    const first = await makeCounted(engineer, projectId, given);
    const second = await change(first, [
      { position: 1, output: "b" },
      { position: 2, gone: true },
      { position: 3, side: "train" },
      { position: 5, input: "fünf" },
      { position: null, input: "six", output: "a" },
    ]);
    const forward = await diff(first, second);
    expect(forward).toMatchObject({
      sameLine: true,
      counts: { added: 1, removed: 1, changed: 3, labels: 1, sides: 1 },
      moves: [{ from: "a", to: "b", rows: 1 }],
      moreMoves: false,
    });
    expect(short(await diffRows(first, second))).toEqual([
      ["changed", ["one", "a"], ["one", "b"]],
      ["removed", ["two", "b"], null],
      ["changed", ["three", "a"], ["three", "a"]],
      ["changed", ["five", null], ["fünf", null]],
      ["added", null, ["six", "a"]],
    ]);
    expect(short(await diffRows(first, second, "labels"))).toEqual([["changed", ["one", "a"], ["one", "b"]]]);
    expect((await diff(second, first)).counts).toEqual({ added: 1, removed: 1, changed: 3, labels: 1, sides: 1 });
    expect(short(await diffRows(second, first, "removed"))).toEqual([["removed", ["six", "a"], null]]);
  });

  test("what went and came back is no difference; branches are compared by what they hold", async () => {
    const first = await makeCounted(engineer, projectId, given);
    const away = await change(first, [
      { position: 1, output: "z" },
      { position: 4, gone: true },
    ]);
    const back = await change(away, [{ position: 1, output: "a" }]);
    const branch = await change(first, [{ position: 2, output: "c" }]);
    expect((await diff(first, back)).counts).toMatchObject({ added: 0, removed: 1, changed: 0 });
    expect((await diff(first, branch)).counts).toMatchObject({ added: 0, removed: 0, changed: 1 });
    expect(short(await diffRows(away, branch))).toEqual([
      ["changed", ["one", "z"], ["one", "a"]],
      ["changed", ["two", "b"], ["two", "c"]],
      ["added", null, ["four", "b"]],
    ]);
    expect((await diff(first, first)).counts).toMatchObject({ added: 0, removed: 0, changed: 0 });
  });

  test("are walked in windows that find the last row of a long line", async () => {
    const first = await makeLarge(engineer, projectId, 45_000, "a");
    const second = await change(first, [
      { position: 3, output: "b" },
      { position: 44_999, gone: true },
    ]);
    expect((await diffRows(first, second)).map((row) => row.old?.position)).toEqual([3, 44_999]);
  });
});

describe("versions of different lines", () => {
  test("are matched by normalised input, repeated rows one by one", async () => {
    const first = await makeCounted(engineer, projectId, [
      { input: "same", output: "a" },
      { input: "same", output: "a" },
      { input: "same", output: "b" },
      { input: "Case  and space", output: "a" },
      { input: "gone", output: "a" },
      { input: "label", output: "a" },
    ]);
    const second = await imported(first, [
      { input: "label", output: "b" },
      { input: "same", output: "b" },
      { input: "same", output: "a" },
      { input: "case and space", output: "a" },
      { input: "new" },
      { input: "same", output: "c" },
    ]);
    expect(await diff(first, second)).toMatchObject({
      sameLine: false,
      counts: { added: 1, removed: 1, changed: 3, labels: 2, sides: 0 },
      moves: [
        { from: "a", to: "b", rows: 1 },
        { from: "a", to: "c", rows: 1 },
      ],
    });
    expect(short(await diffRows(first, second))).toEqual([
      ["changed", ["label", "a"], ["label", "b"]],
      ["changed", ["Case  and space", "a"], ["case and space", "a"]],
      ["added", null, ["new", null]],
      ["changed", ["same", "a"], ["same", "c"]],
      ["removed", ["gone", "a"], null],
    ]);
  });

  test("say the same as a count by hand, over many rows", async () => {
    const text = (n: number) => (n % 7 === 0 ? `Text  ${n % 50}` : `text ${n % 50}`);
    const rows = (from: number, step: number) =>
      Array.from({ length: 300 }, (_, n) => ({ input: text(from + n * step), output: `l${(n * step) % 3}` }));
    const first = await makeCounted(engineer, projectId, rows(0, 1));
    const second = await imported(first, rows(3, 2));
    const { counts } = await diff(first, second);
    const tally = async (version: LoadedVersion, key: (row: [number, string, string | null, boolean]) => string) => {
      const counted = new Map<string, number>();
      for (const row of await rowsOf(version)) counted.set(key(row), (counted.get(key(row)) ?? 0) + 1);
      return counted;
    };
    const same = (a: Map<string, number>, b: Map<string, number>) =>
      [...a].reduce((sum, [key, n]) => sum + Math.min(n, b.get(key) ?? 0), 0);
    const input = ([, text]: [number, string, string | null, boolean]) => normaliseInput(text);
    const whole = ([, text, output]: [number, string, string | null, boolean]) => `${text}\0${output}`;
    const paired = same(await tally(first, input), await tally(second, input));
    const equal = same(await tally(first, whole), await tally(second, whole));
    expect(counts).toMatchObject({ removed: 300 - paired, added: 300 - paired, changed: paired - equal });
    expect((await diffRows(first, second, undefined, 60)).length).toBe(counts.added + counts.removed + counts.changed);
  });
});

test("versions of two datasets, or unready ones, are not compared; a foreign cursor is refused", async () => {
  const first = await makeCounted(engineer, projectId, given);
  const other = await makeCounted(engineer, projectId, given);
  await expect(diff(first, other)).rejects.toThrow("different datasets");
  const input = { baseVersionId: first.id, datasetVersionId: first.id, cursor: "0.1" };
  await expect(callOf(diffVerbs, engineer, "version.diffRows", input)).rejects.toThrow("The cursor is not one");
  await db.datasetVersion.update({ where: { id: first.id }, data: { state: "importing" } });
  await expect(diff(first, first)).rejects.toThrow("Only ready versions");
});
