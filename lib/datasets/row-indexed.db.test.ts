import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { callDataset } from "#workers/import.testing.ts";
import { importLarge, type LargeRow } from "./large.testing.ts";
import { readIndexed } from "./row-indexed.ts";
import { afterOf } from "./row-select.ts";
import type { Row } from "./schema.ts";

const count = 6_000;
const words = ["printer", "invoice", "login", "Übertragung", "100%_sure", "refund", "card"];

/** Mostly plain; some long, some repeated, some repeated with another answer, a few rare words at the end. */
function rowOf(index: number): LargeRow {
  const label = index % 11 === 0 ? null : index % 997 === 0 ? "rare label" : `label ${index % 5}`;
  if (index % 401 === 7) return { text: "The very same ticket", label: `label ${index % 2}` };
  if (index % 503 === 9) return { text: `same  TICKET ${index % 3}`, label: "label 1" };
  const rare = index > 5_900 && index % 40 === 0 ? " quetzalcoatl" : "";
  const long = index % 89 === 0 ? ` ${"and more".repeat(60 + (index % 17))}` : "";
  return { text: `Ticket ${index} about the ${words[index % words.length]}${rare}${long}`, label };
}

let engineer: Actor;
let first: string;
let second: string;
type RowPage = { items: Row[]; nextCursor: string | null; searchedTo: number };
type Stored = { position: number; input: string; output: string | null; holdout: boolean; origin: unknown };

beforeAll(async () => {
  ({ engineer } = await makeTeam());
  const project = await makeProject(engineer);
  const made = await importLarge(
    engineer,
    project.id,
    Array.from({ length: count }, (_, index) => rowOf(index)),
  );
  first = made.datasetVersionId;
  const changes = [
    { position: 10, gone: true },
    { position: 11, input: "Ticket 11 about the quetzalcoatl" },
    { position: 12, output: "another label" },
    { position: null, input: "the VERY same ticket", output: "label 0" },
  ];
  const changed = await callDataset<{ id: string }>(engineer, "version.change", {
    datasetVersionId: first,
    reason: "a test",
    changes,
  });
  second = changed.id;
}, 120_000);

async function stored(datasetVersionId: string): Promise<Stored[]> {
  const { line, step } = await db.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersionId } });
  const rows = await db.row.findMany({
    where: { line, fromStep: { lte: step }, toStep: { gt: step } },
    orderBy: { position: "asc" },
  });
  return rows;
}

/** All pages of a filter, by their cursors. */
async function found(datasetVersionId: string, input: Record<string, unknown>): Promise<Row[]> {
  const items: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 200; page += 1) {
    const read: RowPage = await callDataset(engineer, "version.rows", {
      datasetVersionId,
      limit: 97,
      ...input,
      ...(cursor ? { cursor } : {}),
    });
    items.push(...read.items);
    cursor = read.nextCursor;
    if (cursor === null) return items;
  }
  throw new Error("the pages do not end");
}

const normal = (text: string) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
function repeatedOf(rows: readonly Stored[], conflicts: boolean): Stored[] {
  const groups = Map.groupBy(rows, (row) => normal(row.input));
  return rows.filter((row) => {
    const group = groups.get(normal(row.input)) ?? [];
    const answers = new Set(group.flatMap(({ output }) => output ?? []));
    return group.length > 1 && (!conflicts || answers.size > 1);
  });
}
const has = (text: string | null, part: string) => (text ?? "").toLowerCase().includes(part.toLowerCase());

const cases: [string, Record<string, unknown>, (rows: readonly Stored[]) => readonly Stored[]][] = [
  ["nothing", {}, (rows) => rows],
  ["hold-out", { split: "holdout" }, (rows) => rows.filter((row) => row.holdout)],
  ["train", { split: "train" }, (rows) => rows.filter((row) => !row.holdout)],
  ["a label", { label: "label 3" }, (rows) => rows.filter((row) => row.output === "label 3")],
  ["a rare label", { label: "rare label" }, (rows) => rows.filter((row) => row.output === "rare label")],
  ["a label that is none", { label: "no such label" }, () => []],
  ["no answer", { hasOutput: "false" }, (rows) => rows.filter((row) => row.output === null)],
  ["an answer", { hasOutput: "true" }, (rows) => rows.filter((row) => row.output !== null)],
  ["long inputs", { minLength: 200 }, (rows) => rows.filter((row) => row.input.length >= 200)],
  [
    "a range of lengths",
    { minLength: 30, maxLength: 31 },
    (rows) => rows.filter((row) => row.input.length >= 30 && row.input.length <= 31),
  ],
  ["duplicates", { repeated: "duplicates" }, (rows) => repeatedOf(rows, false)],
  ["conflicts", { repeated: "conflicts" }, (rows) => repeatedOf(rows, true)],
  ["edited rows", { origin: "edit" }, (rows) => rows.filter((row) => row.origin !== null)],
  ["imported rows", { origin: "import" }, (rows) => rows.filter((row) => row.origin === null)],
  ["a rare word", { search: "QUETZAL" }, (rows) => rows.filter((row) => has(row.input, "quetzal"))],
  ["a frequent word", { search: "about the login" }, (rows) => rows.filter((row) => has(row.input, "about the login"))],
  [
    "a word of two letters",
    { search: "ic" },
    (rows) => rows.filter((row) => has(row.input, "ic") || has(row.output, "ic")),
  ],
  ["an answer's word", { search: "rare lab" }, (rows) => rows.filter((row) => has(row.output, "rare lab"))],
  ["a word not in ASCII", { search: "übertrag" }, (rows) => rows.filter((row) => has(row.input, "übertrag"))],
  ["signs of LIKE", { search: "%_s" }, (rows) => rows.filter((row) => has(row.input, "%_s"))],
  ["signs of LIKE as they stand", { search: "0%1" }, () => []],
  ["SQL", { search: `'; DROP TABLE "Row"; --` }, () => []],
  [
    "several at once",
    { search: "quetzal", split: "train", minLength: 20 },
    (rows) => rows.filter((row) => has(row.input, "quetzal") && !row.holdout),
  ],
  [
    "duplicates with a label",
    { repeated: "duplicates", label: "label 1" },
    (rows) => repeatedOf(rows, false).filter((row) => row.output === "label 1"),
  ],
];

describe.each([
  ["the import", () => first],
  ["a version made from it", () => second],
])("a table of its own: %s", (_name, versionId) => {
  test.each(cases)("finds the rows of %s, as looking at each of them does", async (_case, filter, wanted) => {
    const expected = wanted(await stored(versionId())).map(({ position }) => position);
    const items = await found(versionId(), filter);
    expect(items.map(({ position }) => position)).toEqual(expected);
    const counted = await callDataset<{ rows: number; exact: boolean }>(engineer, "version.count", {
      datasetVersionId: versionId(),
      ...filter,
    });
    expect(counted).toEqual({ rows: expected.length, exact: true });
  });

  test.each(["-position", "length", "-length"])("orders by %s, page by page", async (sort) => {
    const rows = await stored(versionId());
    const sign = sort.startsWith("-") ? -1 : 1;
    const sorted = (list: readonly Stored[]) =>
      list
        .toSorted(
          (a, b) => sign * ((sort.endsWith("length") ? a.input.length - b.input.length : 0) || a.position - b.position),
        )
        .map(({ position }) => position);
    const positions = async (filter: Record<string, unknown>) =>
      (await found(versionId(), { sort, ...filter })).map(({ position }) => position);
    expect(await positions({ label: "label 3" })).toEqual(sorted(rows.filter((row) => row.output === "label 3")));
    expect(await positions({ search: "quetzal" })).toEqual(sorted(rows.filter((row) => has(row.input, "quetzal"))));
    expect(await positions({ repeated: "conflicts" })).toEqual(sorted(repeatedOf(rows, true)));
  });
});

test.each(["position", "-position", "length"] as const)(
  "the text index gives the same pages as looking at each row, by %s",
  async (sort) => {
    const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: second } });
    const rows = await stored(second);
    for (const search of ["quetzal", "ticket 5", "übertrag", "no such text"]) {
      const found: number[] = [];
      for (let cursor: string | undefined, page = 0; page < 100; page += 1) {
        // No time to walk: what the first window does not hold comes from the index.
        const ask = { after: afterOf(cursor, sort), limit: 37, full: false, sort };
        const read = await readIndexed(version, { search }, ask, 0);
        if (!read) throw new Error("the index was not asked");
        found.push(...read.items.map(({ position }) => position));
        if (read.nextCursor === null) break;
        cursor = read.nextCursor;
      }
      const sign = sort.startsWith("-") ? -1 : 1;
      const wanted = rows
        .filter((row) => has(row.input, search) || has(row.output, search))
        .sort((a, b) => sign * ((sort === "length" ? a.input.length - b.input.length : 0) || a.position - b.position));
      expect(found, search).toEqual(wanted.map(({ position }) => position));
    }
  },
);

test("the text index is used for a rare word, and no other table is read", async () => {
  const { line } = await db.datasetVersion.findUniqueOrThrow({ where: { id: first } });
  const { versionRows } = await import("./version-rows.ts");
  const plan = await db.$transaction(async (tx) => {
    await tx.$executeRawUnsafe("SET LOCAL enable_seqscan = off");
    await tx.$executeRawUnsafe("SET LOCAL enable_indexscan = off");
    return tx.$queryRawUnsafe<{ "QUERY PLAN": string }[]>(
      `EXPLAIN SELECT r."position" FROM ${versionRows({ line, step: 0 })} r WHERE (r."input" ILIKE '%quetzal%' OR r."output" ILIKE '%quetzal%')`,
    );
  });
  const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
  expect(text).toContain(`l${line}_text`);
  expect(text).not.toContain("small");
});

test("says since when it is searchable, and keeps that for versions made from it", async () => {
  for (const id of [first, second]) {
    const version = await callDataset<{ large: boolean; searchableAt: string | null }>(engineer, "version.get", {
      datasetVersionId: id,
    });
    expect(version).toMatchObject({ large: true, searchableAt: expect.any(String) });
  }
});

test("a row's history names the versions that changed it", async () => {
  const { items } = await callDataset<{
    items: { number: number; input: string; current: boolean; origin: unknown }[];
  }>(engineer, "version.rowHistory", { datasetVersionId: first, position: 11 });
  expect(items.map(({ number, current, input }) => [number, current, input.includes("quetzal")])).toEqual([
    [1, true, false],
    [2, false, true],
  ]);
  expect(items[1]?.origin).toEqual({ kind: "edit", userId: engineer.userId });
});
