import { beforeAll, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db, pool } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { importNow, startImport } from "#workers/import.testing.ts";
import { versionRows } from "./version-rows.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
  projectId = (await makeProject(engineer)).id;
});

async function imported(file: string, mapping: object) {
  const { datasetVersionId, runId } = await startImport(engineer, projectId, file, { mapping } as never);
  expect((await importNow(runId)).end).toBe("succeeded");
  return datasetVersionId;
}
const correct = (datasetVersionId: string, lines: { seq: number; text: string }[], more: object = {}) =>
  callVerbAs("version.correct", engineer, { datasetVersionId, reason: "mended by hand", lines, ...more });
const rowsOf = async (id: unknown) => {
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: String(id) } });
  const { rows } = await pool.query(`SELECT "input", "output" FROM ${versionRows(version)} r ORDER BY "position"`);
  return rows.map(({ input, output }) => [input, output]);
};

test("corrected lines of CSV become rows of a new version, once", async () => {
  const file = 'text;label\none;a\ntwo;b;c\n"never closed;a\nthree;b\nfour;a\nfive;b\nsix;a\n';
  const id = await imported(file, { inputs: ["text"], output: "label" });
  const rejected = await db.rejectedRow.findMany({ where: { versionId: id }, orderBy: { seq: "asc" } });
  expect(rejected.map(({ code }) => code)).toEqual(["ragged", "quote"]);
  const made = await correct(id, [
    { seq: 1, text: "two, and c;b" },
    { seq: 2, text: '"was never closed; now it is";a' },
  ]);
  expect(made).toMatchObject({ number: 2, added: 2 });
  expect((await rowsOf(made.id)).slice(-2)).toEqual([
    ["two, and c", "b"],
    ["was never closed; now it is", "a"],
  ]);
  await expect(correct(id, [{ seq: 1, text: "two;b" }])).rejects.toThrow("corrected already");
});

test("what still cannot be read is told by line, and nothing is added", async () => {
  const good = Array.from({ length: 5 }, (_, n) => `{"q":"text ${n}","a":"x"}`).join("\n");
  const id = await imported(`${good}\n{"q":"cut off\n{'q':'python','a':'x'}\n`, { inputs: ["q"], output: "a" });
  const error = await correct(id, [
    { seq: 1, text: '{"q":"whole now","a":"y"}' },
    { seq: 2, text: '{"q":"","a":"x"}' },
  ]).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).detail).toMatchObject({
    where: "line 7",
    fields: { "lines.2": expect.stringContaining("empty") },
  });
  expect(await db.datasetVersion.count({ where: { parentId: id } })).toBe(0);
  const made = await correct(id, [{ seq: 1, text: '{\n "q": "whole now",\n "a": "y"\n}' }]);
  expect((await rowsOf(made.id)).at(-1)).toEqual(["whole now", "y"]);
});

test("lines go onto the newest version of the dataset, and never to another dataset", async () => {
  const id = await imported("text,label\none,a\ntwo\nthree,b\nfour,a\n", { inputs: ["text"], output: "label" });
  const other = await imported("text,label\nhere,a\nthere,b\n", { inputs: ["text"], output: "label" });
  await expect(correct(id, [{ seq: 1, text: "two,b" }], { ontoId: other })).rejects.toThrow("another dataset");
  await callVerbAs("version.change", engineer, {
    datasetVersionId: id,
    reason: "less",
    changes: [{ position: 1, gone: true }],
  });
  const made = await correct(id, [{ seq: 1, text: "two,b" }]);
  expect(made.number).toBe(3);
  expect((await rowsOf(made.id)).map(([input]) => input)).toEqual(["three", "four", "two"]);
});
