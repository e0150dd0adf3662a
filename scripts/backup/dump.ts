import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { z } from "zod";

/** What lies in a backup folder beside `tables/` and `storage/`. */
export const BackupManifest = z.object({
  format: z.literal("stillhouse-backup-1"),
  createdAt: z.string(),
  /** names of the migrations that the tables fit */
  migrations: z.array(z.string()),
  tables: z.array(
    z.object({ name: z.string(), columns: z.array(z.string()), rows: z.number().int(), sha256: z.string() }),
  ),
  storageFiles: z.number().int(),
  /** lines of "Row" that have a table of their own, which a restore makes again before it loads the rows */
  ownLines: z.array(z.number().int()).default([]),
});
export type BackupManifest = z.output<typeof BackupManifest>;

/** Tables that describe this moment's processes, not data. */
const passing = new Set(["_prisma_migrations", "WorkerProcess"]);

/** Quotes an identifier for SQL. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

async function dumpTable(client: pg.Client, name: string, folder: string): Promise<BackupManifest["tables"][number]> {
  const { rows } = await client.query<{ column_name: string }>(
    `SELECT column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [name],
  );
  const columns = rows.map(({ column_name }) => column_name);
  const hash = createHash("sha256");
  let lines = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      for (const byte of chunk) if (byte === 10) lines++; // COPY text escapes newlines in values
      done(null, chunk);
    },
  });
  const list = columns.map(quoted).join(", ");
  const source = client.query(copyTo(`COPY (SELECT ${list} FROM public.${quoted(name)}) TO STDOUT`));
  await pipeline(source, measure, createWriteStream(path.join(folder, "tables", `${name}.copy`)));
  return { name, columns, rows: lines, sha256: hash.digest("hex") };
}

async function copyFolder(from: string, to: string): Promise<number> {
  if (!existsSync(from)) return 0;
  await mkdir(to, { recursive: true });
  let files = 0;
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) files += await copyFolder(source, target);
    else if (entry.isFile() && !entry.name.endsWith(".part")) {
      await copyFile(source, target);
      files++;
    }
  }
  return files;
}

/**
 * Writes a consistent backup while the product runs: all tables in one REPEATABLE READ transaction, then the stored files, which are
 * never changed once written. STILLHOUSE_SECRET is not in it; keep that apart.
 * @param to a folder that does not exist yet
 */
export async function backup(databaseUrl: string, dataDir: string, to: string): Promise<BackupManifest> {
  if (existsSync(to)) throw new Error(`${to} exists already. Name a new folder.`);
  await mkdir(path.join(to, "tables"), { recursive: true, mode: 0o700 });
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "stillhouse backup" });
  await client.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const found = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    );
    const migrations = await client.query<{ name: string }>(
      "SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1",
    );
    const tables: BackupManifest["tables"] = [];
    for (const { name } of found.rows) if (!passing.has(name)) tables.push(await dumpTable(client, name, to));
    // Behind the tables: a line that got its table meanwhile is then among them.
    const partitions = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'public."Row"'::regclass ORDER BY 1`,
    );
    const ownLines = partitions.rows.flatMap(({ name }) => (/^l\d+$/.test(name) ? [Number(name.slice(1))] : []));
    await client.query("COMMIT");
    const storageFiles = await copyFolder(path.join(dataDir, "storage"), path.join(to, "storage"));
    const manifest: BackupManifest = {
      format: "stillhouse-backup-1",
      createdAt: new Date().toISOString(),
      migrations: migrations.rows.map(({ name }) => name),
      tables,
      storageFiles,
      ownLines,
    };
    // Last: a folder without a manifest is no backup.
    await writeFile(path.join(to, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  } finally {
    await client.end();
  }
}

/** Reads and checks a backup: every table file is whole. @throws Error that names the file */
export async function readBackup(from: string): Promise<BackupManifest> {
  const file = path.join(from, "manifest.json");
  if (!existsSync(file)) throw new Error(`${from} is no finished backup: manifest.json is missing.`);
  const manifest = BackupManifest.parse(JSON.parse(await readFile(file, "utf8")));
  for (const table of manifest.tables) {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path.join(from, "tables", `${table.name}.copy`)))
      hash.update(chunk as Buffer);
    if (hash.digest("hex") !== table.sha256) throw new Error(`${table.name}.copy of this backup is damaged.`);
  }
  return manifest;
}

export { copyFolder };
