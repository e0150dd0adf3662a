import { join } from "node:path";
import { type Postgres, servedUrl, startPostgres } from "../postgres.ts";
import { childEnvironment, dataFolder, ensureSecret, readSettings } from "./environment.ts";

/**
 * The settings of this installation for a tool that runs beside or without the product: puts them into the environment and brings up
 * the embedded PostgreSQL where it is used and does not run.
 */
export async function withInstallation(
  work: (at: { databaseUrl: string; folder: string }) => Promise<void>,
): Promise<void> {
  const settings = readSettings((line) => process.stderr.write(`${line}\n`));
  const folder = dataFolder(settings);
  const secret = ensureSecret(settings, folder);
  const own = join(folder, "postgres");
  let started: Postgres | null = null;
  let databaseUrl = settings.DATABASE_URL ?? servedUrl(own);
  if (databaseUrl === null) {
    started = await startPostgres({ dir: own });
    databaseUrl = started.url;
  }
  Object.assign(process.env, childEnvironment(settings, { mode: "production", folder, databaseUrl, secret }));
  try {
    await work({ databaseUrl, folder });
  } finally {
    await started?.stop();
  }
}

/** Runs a tool's main function and turns what it throws into one line and exit status 1. */
export async function runTool(main: () => Promise<void>): Promise<never> {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
