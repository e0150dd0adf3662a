import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrateEmptyDatabase } from "#scripts/migrate.ts";
import { startPostgres } from "#scripts/postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** server to make databases on */
    serverUrl: string;
    /** migrated, empty database to clone */
    template: string;
  }
}

/** Same server, other database. */
export function onDatabase(url: string, name: string): string {
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.toString();
}

/** One real PostgreSQL for the whole run (TEST_DATABASE_URL, or an embedded one of its own) with one migrated template database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), "stillhouse-test-"));
  const given = process.env.TEST_DATABASE_URL;
  const own = given ? null : await startPostgres({ dir: path.join(folder, "postgres"), durable: false });
  const serverUrl = given ?? own?.url ?? "";
  const template = `template_${process.pid}_${Date.now()}`;
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${template}`);
  await migrateEmptyDatabase(onDatabase(serverUrl, template));
  project.provide("serverUrl", serverUrl);
  project.provide("template", template);
  return async () => {
    const { rows } = await admin.query<{ datname: string }>("SELECT datname FROM pg_database WHERE datname LIKE $1", [
      `${template}%`,
    ]);
    for (const { datname } of rows) await admin.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
    await admin.end();
    await own?.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
