import { cpSync, createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { decrypt } from "#lib/core/secrets.ts";
import { attachOwnTable, createOwnTable, firstOwnLine } from "#lib/datasets/partition.ts";
import { makeSecretCheck } from "#lib/teams/first-boot.ts";
import { applyMigrations } from "../migrate.ts";
import { type BackupManifest, copyFolder, quoted, readBackup } from "./dump.ts";

const migrationsFolder = path.resolve(import.meta.dirname, "../../prisma/migrations");

/** Brings an empty database to the shape that the backup's tables had. */
async function shapeOf(databaseUrl: string, manifest: BackupManifest): Promise<void> {
  const missing = manifest.migrations.filter((name) => !existsSync(path.join(migrationsFolder, name)));
  if (missing.length > 0) {
    throw new Error(
      `This backup comes from a newer Stillhouse (migration ${missing[0]}). Restore it with that version.`,
    );
  }
  const folder = mkdtempSync(path.join(tmpdir(), "stillhouse-restore-"));
  try {
    for (const name of manifest.migrations)
      cpSync(path.join(migrationsFolder, name), path.join(folder, name), { recursive: true });
    await applyMigrations(databaseUrl, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tables in an order in which every foreign key finds its row. */
async function loadOrder(client: pg.Client, tables: BackupManifest["tables"]): Promise<BackupManifest["tables"]> {
  const { rows } = await client.query<{ child: string; parent: string }>(
    `SELECT c.relname AS child, p.relname AS parent FROM pg_constraint k
     JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f' AND c.oid <> p.oid`,
  );
  const parents = new Map<string, string[]>();
  for (const { child, parent } of rows) parents.set(child, [...(parents.get(child) ?? []), parent]);
  const ordered: BackupManifest["tables"] = [];
  const visit = (name: string) => {
    if (ordered.some((table) => table.name === name)) return;
    for (const parent of parents.get(name) ?? []) visit(parent);
    const table = tables.find((candidate) => candidate.name === name);
    if (table) ordered.push(table);
  };
  for (const { name } of tables) visit(name);
  return ordered;
}

/**
 * With another STILLHOUSE_SECRET the stored keys cannot be opened: they are removed, so that the product starts and asks for them.
 * @returns the teachers whose key must be entered again
 */
async function dropForeignSecrets(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ secretCheck: string }>('SELECT "secretCheck" FROM "Instance"');
  const sealed = rows[0]?.secretCheck;
  if (sealed === undefined) return [];
  try {
    decrypt(sealed, "instance");
    return [];
  } catch {
    const wiped = await client.query<{ name: string }>(
      'UPDATE "Teacher" SET "keyCiphertext" = NULL, "keyHint" = NULL WHERE "keyCiphertext" IS NOT NULL RETURNING "name"',
    );
    await client.query('UPDATE "Instance" SET "secretCheck" = $1', [makeSecretCheck()]);
    return wiped.rows.map(({ name }) => name);
  }
}

/**
 * What a backup does not hold: rows of a large import under way, which stand apart until it is done, so it begins again; and indexes of large
 * versions, which the workers make again.
 */
async function beginAnew(client: pg.Client): Promise<void> {
  await client.query(`UPDATE "DatasetVersion" SET "checkpoint" = NULL WHERE "line" >= $1 AND "state" <> 'ready'`, [
    firstOwnLine,
  ]);
  await client.query(`UPDATE "DatasetVersion" SET "searchableAt" = NULL WHERE "line" >= $1`, [firstOwnLine]);
}

/**
 * Restores a backup into an empty database and data folder, all tables in one transaction, then brings both up to this version.
 * @returns what a person must enter again because STILLHOUSE_SECRET differs
 * @throws Error when the database is in use, or the backup is damaged or newer
 */
export async function restore(
  databaseUrl: string,
  dataDir: string,
  from: string,
): Promise<{ manifest: BackupManifest; reenter: string[] }> {
  const manifest = await readBackup(from);
  const storage = path.join(dataDir, "storage");
  if (existsSync(storage)) throw new Error(`${storage} exists already. Restore into an empty data folder.`);
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "stillhouse restore" });
  await client.connect();
  try {
    const used = await client.query("SELECT to_regclass('public.\"User\"') IS NOT NULL AS used");
    if (used.rows[0]?.used) throw new Error("This database is not empty. Restore into a new one.");
    await shapeOf(databaseUrl, manifest);
    for (const line of manifest.ownLines) {
      await createOwnTable(client, line);
      await attachOwnTable(client, line);
    }
    await client.query("BEGIN");
    for (const table of await loadOrder(client, manifest.tables)) {
      const into = client.query(
        copyFrom(`COPY public.${quoted(table.name)} (${table.columns.map(quoted).join(", ")}) FROM STDIN`),
      );
      await pipeline(createReadStream(path.join(from, "tables", `${table.name}.copy`)), into);
      if (into.rowCount !== table.rows)
        throw new Error(`${table.name}: ${into.rowCount} of ${table.rows} rows arrived.`);
    }
    if (manifest.migrations.some((name) => name.endsWith("_own_tables"))) await beginAnew(client);
    const reenter = await dropForeignSecrets(client);
    await client.query("COMMIT");
    await copyFolder(path.join(from, "storage"), storage);
    await applyMigrations(databaseUrl);
    return { manifest, reenter };
  } finally {
    await client.end();
  }
}
