/** Hostile cases 1, 2, 3, 10 and 12 from end to end: the file, its import, its rows and its report of errors. */
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { loadVersion, recount, rowsOf, told } from "#lib/datasets/change.testing.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { importNow, startImport, tickets, uploadText } from "./import.testing.ts";

let engineer: Actor;
let projectId: string;
beforeAll(async () => {
  ({ engineer } = await makeTeam());
});
beforeEach(async () => {
  projectId = (await makeProject(engineer)).id;
});

async function imported(file: string | Uint8Array) {
  const { runId, datasetVersionId } = await startImport(engineer, projectId, file, { allowDuplicate: true });
  expect(await importNow(runId)).toMatchObject({ end: "succeeded" });
  const version = await loadVersion(datasetVersionId);
  expect(await recount(version)).toEqual(told(version));
  const rejected = await db.rejectedRow.findMany({ where: { versionId: version.id }, orderBy: { seq: "asc" } });
  const report = rejected.map(({ line, byteOffset, code }) => [line, Number(byteOffset), code]);
  return { version, rows: await rowsOf(version), report };
}
const row = (text: string, label = "a") => JSON.stringify({ text, label });

test("case 1: of a file that is cut off in its last line all good rows are in, and that line is named with its place", async () => {
  const good = `${row("one")}\n${row("zwei, mit Umlaut: ü")}\n`;
  const { rows, report } = await imported(`${good}{"text":"three","lab`);
  expect(rows.map(([, input]) => input)).toEqual(["one", "zwei, mit Umlaut: ü"]);
  expect(report).toEqual([[3, Buffer.byteLength(good), expect.any(String)]]);
});

test("case 2: bytes that are no UTF-8 and NUL cost their own row; a byte order mark and UTF-16 cost none", async () => {
  const parts = [row("one"), Buffer.from('{"text":"two \xff","label":"a"}', "latin1"), row("three \0"), row("four")];
  const lines = parts.map((part) => Buffer.concat([Buffer.from(part), Buffer.from("\n")]));
  const { rows, report } = await imported(Buffer.concat(lines));
  expect(rows.map(([, input]) => input)).toEqual(["one", "four"]);
  expect(report.map(([line]) => line)).toEqual([2, 3]);
  const marked = await imported(Buffer.from(`\ufeff${row("one")}\n${row("two")}\n`, "utf16le"));
  expect(marked.rows.map(([, input]) => input)).toEqual(["one", "two"]);
  expect(marked.report).toEqual([]);
});

test("case 3: a row of 10 MB is refused by its place, the rows around it are in", async () => {
  const { rows, report } = await imported(`${row("one")}\n${row("x".repeat(10_000_000))}\n${row("three")}\n`);
  expect(rows.map(([, input]) => input)).toEqual(["one", "three"]);
  expect(report).toEqual([[2, row("one").length + 1, expect.any(String)]]);
});

test("case 10: names of Object's own are columns, texts and labels, and nothing is changed by them", async () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const lines = names.map(
    (name) =>
      `{"text":"${name} ","label":"${name}","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`,
  );
  const { rows, version } = await imported(lines.join("\n"));
  expect(rows.map(([, , output]) => output)).toEqual(names);
  const labels = await callVerbAs("version.labels", engineer, { datasetVersionId: version.id });
  for (const name of names) expect(JSON.stringify(labels)).toContain(name);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("case 12: two imports into one dataset at once are two versions, each whole", async () => {
  const first = await startImport(engineer, projectId, tickets(2_000));
  const { id: uploadId } = await uploadText(engineer, projectId, tickets(1_000, " again"));
  const mapping = { inputs: ["text"], output: "label" };
  const second = (await callVerbAs("dataset.addVersion", engineer, {
    datasetId: first.datasetId,
    uploadId,
    mapping,
  })) as {
    runId: string;
    datasetVersionId: string;
  };
  await Promise.all([importNow(first.runId), importNow(second.runId)]);
  for (const [id, count] of [
    [first.datasetVersionId, 2_000],
    [second.datasetVersionId, 1_000],
  ] as const) {
    const version = await loadVersion(id);
    expect(version).toMatchObject({ state: "ready", rowCount: count });
    expect(await recount(version)).toEqual(told(version));
    const positions = (await rowsOf(version)).map(([position]) => position);
    expect(positions).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  }
});
