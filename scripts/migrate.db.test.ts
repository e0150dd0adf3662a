import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { applyMigrations, MigrationError, migrationStatus } from "./migrate.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhouse-migrations-"));
const name = `${inject("template")}_migrate`;
const url = new URL(inject("serverUrl"));
url.pathname = `/${name}`;
const admin = new pg.Client({ connectionString: inject("serverUrl") });
let client: pg.Client;

beforeAll(() => admin.connect());
beforeEach(async () => {
  await client?.end();
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name}`);
  client = new pg.Client({ connectionString: url.href });
  await client.connect();
  rmSync(folder, { recursive: true });
  write("1_first", "CREATE TABLE one (id int);");
});
afterAll(async () => {
  await client.end();
  await admin.end();
  rmSync(folder, { recursive: true });
});

function write(migration: string, sql: string): void {
  mkdirSync(join(folder, migration), { recursive: true });
  writeFileSync(join(folder, migration, "migration.sql"), sql);
}
const apply = () => applyMigrations(url.href, folder);
const exists = async (table: string) =>
  (await client.query("SELECT to_regclass($1) IS NOT NULL AS there", [table])).rows[0].there as boolean;

describe("applyMigrations", () => {
  it("applies in order of names, once", async () => {
    write("2_second", "ALTER TABLE one ADD COLUMN name text;");
    expect(await apply()).toEqual(["1_first", "2_second"]);
    expect(await apply()).toEqual([]);
    write("3_third", "ALTER TABLE one DROP COLUMN name;");
    expect(await apply()).toEqual(["3_third"]);
  });

  it("lets exactly one of many callers do the work", async () => {
    const all = await Promise.all(Array.from({ length: 6 }, apply));
    expect(all.flat()).toEqual(["1_first"]);
  });

  it("writes the history as Prisma does", async () => {
    await apply();
    const { rows } = await client.query("SELECT * FROM _prisma_migrations");
    expect(rows).toHaveLength(1);
    const checksum = createHash("sha256").update("CREATE TABLE one (id int);").digest("hex");
    expect(rows[0]).toMatchObject({
      migration_name: "1_first",
      checksum,
      rolled_back_at: null,
      applied_steps_count: 1,
    });
    expect(rows[0].finished_at).toBeInstanceOf(Date);
  });

  it("runs hand-written SQL with semicolons inside functions and texts", async () => {
    write(
      "2_function",
      `CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN n := n * 2; RETURN n; END $$;
       COMMENT ON TABLE one IS 'a; b'; CREATE UNIQUE INDEX partial ON one (id) WHERE id > 0;`,
    );
    await apply();
    expect((await client.query("SELECT twice(21) AS n")).rows[0].n).toBe(42);
  });

  it("keeps nothing of a migration that fails, names its line, and goes on once it is mended", async () => {
    write("2_broken", "CREATE TABLE two (id int);\nCREATE TABLE three (\n  id nonsense\n);");
    await expect(apply()).rejects.toThrow(
      /^Migration 2_broken failed at line 3: .*nonsense.* Nothing of it was kept\.$/,
    );
    expect([await exists("one"), await exists("two")]).toEqual([true, false]);
    write("2_broken", "CREATE TABLE two (id int);");
    expect(await apply()).toEqual(["2_broken"]);
  });

  it("keeps nothing of a migration whose connection is cut half-way", async () => {
    write("2_slow", "CREATE TABLE two (id int); SELECT pg_sleep(30);");
    const refused = expect(apply()).rejects.toThrow(MigrationError);
    const cut =
      "SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()";
    await expect.poll(async () => (await client.query(cut)).rows.length, { timeout: 10_000 }).toBe(1);
    await refused;
    expect(await exists("two")).toBe(false);
  });

  it("refuses a database that a newer version has used", async () => {
    write("2_second", "SELECT 1;");
    await apply();
    rmSync(join(folder, "2_second"), { recursive: true });
    await expect(apply()).rejects.toThrow(/2_second.*a newer one has used it/);
  });

  it("refuses a migration that was changed after it had been applied", async () => {
    await apply();
    write("1_first", "CREATE TABLE one (id bigint);");
    await expect(apply()).rejects.toThrow(/1_first was changed after it had been applied/);
  });

  it("refuses a database where another tool stopped half-way", async () => {
    await apply();
    await client.query("UPDATE _prisma_migrations SET finished_at = NULL");
    await expect(apply()).rejects.toThrow(/1_first was begun by another tool and did not finish/);
  });
});

it("the project's own migrations lead exactly to prisma/schema", async () => {
  expect((await migrationStatus(url.href)).pending.length).toBeGreaterThan(0);
  await applyMigrations(url.href);
  expect(await migrationStatus(url.href)).toEqual({ pending: [], drift: null });
});
