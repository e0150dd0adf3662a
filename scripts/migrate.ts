/**
 * Database migrations, in the folder and table format of Prisma.
 *
 *   node scripts/migrate.ts apply          applies what is missing to DATABASE_URL
 *   node scripts/migrate.ts status         says what is applied, and whether the schema agrees
 *   node scripts/migrate.ts create NAME    writes prisma/migrations/<time>_<NAME>/migration.sql from prisma/schema
 *
 * Each migration and its row in `_prisma_migrations` are one transaction: a start killed half-way leaves nothing behind.
 * (Prisma's engine cuts a script at every semicolon and runs the pieces one by one, which also breaks hand-written functions.)
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { schemaDiff } from "./lib/schema-engine.ts";
import { startPostgres } from "./postgres.ts";

const ROOT = resolve(import.meta.dirname, "..");
const MIGRATIONS = join(ROOT, "prisma/migrations");
/** The lock number that Prisma's own tools take, so that neither runs beside the other. */
const LOCK = 72_707_369;

/** A migration as it lies in the folder; `checksum` is the sha256 of its script, as Prisma writes it. */
type Migration = { name: string; sql: string; checksum: string };
type AppliedRow = { migration_name: string; checksum: string; finished_at: Date | null; rolled_back_at: Date | null };

/** A database that cannot be migrated as it is. `message` says why and what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/**
 * Brings the database at `url` up to date. Safe to call from many processes at once and as often as wanted.
 * @returns the names of the migrations that were applied now
 * @throws MigrationError when a migration failed (nothing of it stays), or the database does not fit this version
 */
export async function applyMigrations(url: string, folder = MIGRATIONS): Promise<string[]> {
  const client = await connect(url);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await client.query(HISTORY_TABLE);
    const pending = await pendingMigrations(client, readMigrations(folder));
    for (const migration of pending) await applyOne(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    await client.end(); // releases the lock as well
  }
}

/** Applies every migration to a database made for the purpose, and nothing else: for template databases of tests. */
export async function migrateEmptyDatabase(url: string): Promise<void> {
  const applied = await applyMigrations(url);
  if (applied.length !== readMigrations(MIGRATIONS).length) throw new MigrationError("The database was not empty.");
}

/** What `apply` would do, and the SQL by which the migrated database differs from `prisma/schema` (null: they agree). */
export async function migrationStatus(url: string): Promise<{ pending: string[]; drift: string | null }> {
  const client = await connect(url);
  try {
    const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS known");
    const all = readMigrations(MIGRATIONS);
    const pending = rows[0]?.known ? await pendingMigrations(client, all) : all;
    const drift = pending.length === 0 ? await schemaDiff(url, readSchema()) : null;
    return { pending: pending.map(({ name }) => name), drift };
  } finally {
    await client.end();
  }
}

/**
 * Writes a new migration: what is missing between the migrations so far and `prisma/schema`. Add hand-written SQL to the
 * file afterwards, before anybody applies it.
 * @returns the path of the script, or null when nothing is missing
 */
export async function createMigration(name: string, now = new Date()): Promise<string | null> {
  if (!/^[a-z][a-z0-9_]{0,60}$/.test(name))
    throw new MigrationError(`"${name}" is no name: use letters, digits and _.`);
  const folder = mkdtempSync(join(tmpdir(), "stillhouse-migrate-"));
  try {
    const postgres = await startPostgres({ dir: join(folder, "postgres"), durable: false });
    try {
      await applyMigrations(postgres.url);
      const sql = await schemaDiff(postgres.url, readSchema());
      if (sql === null) return null;
      const stamp = now.toISOString().replace(/\D/g, "").slice(0, 14);
      mkdirSync(join(MIGRATIONS, `${stamp}_${name}`), { recursive: true });
      writeFileSync(join(MIGRATIONS, "migration_lock.toml"), 'provider = "postgresql"\n');
      const file = join(MIGRATIONS, `${stamp}_${name}`, "migration.sql");
      writeFileSync(file, sql);
      return file;
    } finally {
      await postgres.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "stillhouse migrate" });
  client.on("error", () => {}); // a cut connection also rejects the query that was running; that is where it is told
  await client.connect();
  return client;
}

/** In the order of their names, which begin with the time they were written. */
function readMigrations(folder: string): Migration[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name, "migration.sql"), "utf8");
    return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}

function readSchema(): { path: string; content: string }[] {
  const files = readdirSync(join(ROOT, "prisma/schema")).filter((file) => file.endsWith(".prisma"));
  return files.sort().map((file) => ({ path: file, content: readFileSync(join(ROOT, "prisma/schema", file), "utf8") }));
}

/** Compares folder and history. @throws MigrationError where they contradict each other */
async function pendingMigrations(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<AppliedRow>(
    "SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations ORDER BY started_at",
  );
  const history = new Map(rows.filter((row) => row.rolled_back_at === null).map((row) => [row.migration_name, row]));
  for (const row of history.values()) {
    const known = migrations.find(({ name }) => name === row.migration_name);
    if (row.finished_at === null)
      throw new MigrationError(
        `Migration ${row.migration_name} was begun by another tool and did not finish. Restore the last backup, or mend the ` +
          "database by hand and set finished_at of its row in _prisma_migrations.",
      );
    if (known === undefined)
      throw new MigrationError(
        `The database holds migration ${row.migration_name}, which this version of Stillhouse does not know: a newer one ` +
          "has used it. Start that version again, or restore a backup made before the upgrade.",
      );
    if (known.checksum !== row.checksum)
      throw new MigrationError(
        `Migration ${row.migration_name} was changed after it had been applied. Restore its file; put changes into a new one.`,
      );
  }
  return migrations.filter(({ name }) => !history.has(name));
}

async function applyOne(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {}); // the connection itself may be gone
    const { message, position } = error as { message: string; position?: string };
    const line = position === undefined ? "" : ` at line ${sql.slice(0, Number(position)).split("\n").length}`;
    throw new MigrationError(`Migration ${name} failed${line}: ${message}. Nothing of it was kept.`);
  }
}

/** As Prisma creates it. */
const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

async function main([command, name]: string[]): Promise<number> {
  if (command === "create" && name !== undefined) {
    const file = await createMigration(name);
    console.log(file === null ? "Nothing to do: the migrations lead to prisma/schema." : `Written: ${file}`);
    return 0;
  }
  const url = process.env.DATABASE_URL;
  if ((command !== "apply" && command !== "status") || url === undefined) {
    console.error(
      "Usage: node scripts/migrate.ts create NAME, or with DATABASE_URL set: node scripts/migrate.ts apply | status",
    );
    return 2;
  }
  if (command === "apply") {
    const applied = await applyMigrations(url);
    console.log(applied.length === 0 ? "Up to date." : `Applied: ${applied.join(", ")}`);
    return 0;
  }
  const { pending, drift } = await migrationStatus(url);
  console.log(pending.length === 0 ? "Up to date." : `To be applied: ${pending.join(", ")}`);
  if (drift !== null) console.log(`The database differs from prisma/schema:\n${drift}`);
  return pending.length === 0 && drift === null ? 0 : 1;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
