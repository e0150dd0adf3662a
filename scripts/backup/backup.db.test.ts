import { randomUUID } from "node:crypto";
import { appendFile, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { beforeAll, expect, inject, test } from "vitest";
import { db } from "#lib/core/db.ts";
import { encrypt } from "#lib/core/secrets.ts";
import { writeStorage } from "#lib/core/storage.ts";
import { importLarge } from "#lib/datasets/large.testing.ts";
import { env } from "#lib/env.ts";
import { firstBoot } from "#lib/teams/first-boot.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { onDatabase } from "#lib/testing/global-setup.ts";
import { backup } from "./dump.ts";
import { restore } from "./load.ts";

const odd = 'tab\there, newline\nthere, backslash \\ and \\N, "quotes", ünï, \u2028';
let folder: string;
let made: Awaited<ReturnType<typeof backup>>;
let largeLine: number;
const largeRows = Array.from({ length: 4_000 }, (_, index) => ({ text: `Ticket ${index} ${odd}`, label: null }));

async function emptyDatabase(): Promise<string> {
  const name = `${inject("template")}_restore_${randomUUID().slice(0, 8)}`;
  const admin = new pg.Client({ connectionString: inject("serverUrl") });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  return onDatabase(inject("serverUrl"), name);
}

async function read<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<T>(sql);
  await client.end();
  return rows;
}

beforeAll(async () => {
  await firstBoot();
  const { engineer } = await makeTeam();
  const project = await makeProject(engineer);
  await makeVersion(engineer, project.id, [
    { input: odd, output: "a" },
    { input: "y", output: null },
  ]);
  largeLine = (await importLarge(engineer, project.id, largeRows)).line;
  const id = randomUUID();
  await db.teacher.create({
    data: {
      id,
      teamId: engineer.teamId,
      name: "GPT",
      baseUrl: "https://example.com/v1",
      model: "m",
      keyCiphertext: encrypt("sk-1", `teacher:${id}`),
      keyHint: "sk-1",
      inputPriceMicrosPerMtok: 1n,
      outputPriceMicrosPerMtok: 1n,
      priceSource: "typed",
      createdById: engineer.userId,
    },
  });
  await writeStorage(
    "students/x/model.bin",
    (async function* () {
      yield Buffer.from("weights");
    })(),
  );
  folder = path.join(await mkdtemp(path.join(tmpdir(), "stillhouse-backup-")), "one");
  made = await backup(env.DATABASE_URL, env.STILLHOUSE_DATA_DIR, folder);
}, 120_000);

test("a round trip keeps every row and file", async () => {
  expect(made.storageFiles).toBe(2);
  const url = await emptyDatabase();
  const data = await mkdtemp(path.join(tmpdir(), "stillhouse-restored-"));
  const { reenter } = await restore(url, data, folder);
  expect(reenter).toEqual([]);
  const rows = await read<{ input: string; output: string | null }>(
    url,
    `SELECT "input", "output" FROM "Row" WHERE "line" <> ${largeLine} ORDER BY "position"`,
  );
  expect(rows).toEqual([
    { input: odd, output: "a" },
    { input: "y", output: null },
  ]);
  const large = await read<{ input: string; table: string }>(
    url,
    `SELECT "input", tableoid::regclass::text AS table FROM "Row" WHERE "line" = ${largeLine} ORDER BY "position"`,
  );
  expect(large.map(({ input }) => input)).toEqual(largeRows.map(({ text }) => text));
  expect(new Set(large.map(({ table }) => table))).toEqual(new Set([`rows.l${largeLine}`]));
  // Its indexes are made again by a worker.
  expect(await read(url, `SELECT "searchableAt" FROM "DatasetVersion" WHERE "line" = ${largeLine}`)).toEqual([
    { searchableAt: null },
  ]);
  for (const table of made.tables) {
    const [count] = await read<{ n: number }>(url, `SELECT count(*)::int AS n FROM "${table.name}"`);
    expect(count?.n, table.name).toBe(table.rows);
  }
  expect(await readFile(path.join(data, "storage/students/x/model.bin"), "utf8")).toBe("weights");
  await expect(restore(url, data, folder)).rejects.toThrow(/empty/);
});

test("with another secret it starts, and says which keys must be entered again", async () => {
  const sealedElsewhere = path.join(path.dirname(folder), "two");
  const [row] = await read<{ secretCheck: string }>(env.DATABASE_URL, 'SELECT "secretCheck" FROM "Instance"');
  const [version, , ...rest] = String(row?.secretCheck).split(".");
  await db.instance.update({ where: { id: 1 }, data: { secretCheck: [version, "00000000", ...rest].join(".") } });
  await backup(env.DATABASE_URL, env.STILLHOUSE_DATA_DIR, sealedElsewhere);
  const url = await emptyDatabase();
  const { reenter } = await restore(url, await mkdtemp(path.join(tmpdir(), "stillhouse-restored-")), sealedElsewhere);
  expect(reenter).toEqual(["GPT"]);
  expect(await read(url, 'SELECT "keyCiphertext" FROM "Teacher"')).toEqual([{ keyCiphertext: null }]);
});

test("a damaged or unfinished backup is refused before anything is written", async () => {
  await appendFile(path.join(folder, "tables/User.copy"), "x");
  const url = await emptyDatabase();
  const data = path.join(tmpdir(), randomUUID());
  await expect(restore(url, data, folder)).rejects.toThrow(/User.copy.*damaged/);
  await expect(restore(url, data, path.join(folder, "tables"))).rejects.toThrow(/manifest.json is missing/);
  await expect(backup(env.DATABASE_URL, env.STILLHOUSE_DATA_DIR, folder)).rejects.toThrow(/exists already/);
  expect(await read(url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
});
