/**
 * One process of a team's server, for containers and service managers:
 *
 *   node scripts/serve.ts web       applies migrations, makes the first owner on an empty database, serves the pages and the API
 *   node scripts/serve.ts worker    works on runs; start as many as you like, on any machine that sees database, queue and data folder
 *
 * Needs DATABASE_URL and STILLHOUSE_SECRET. `npm start` is the same for one machine, with a PostgreSQL of its own.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { EnvError } from "#lib/env.ts";
import { childEnvironment, dataFolder, ROOT, readSettings } from "./lib/environment.ts";
import { runTool } from "./lib/tool.ts";
import { applyMigrations } from "./migrate.ts";

const role = process.argv[2];

async function settle(): Promise<NodeJS.ProcessEnv> {
  const settings = readSettings((line) => process.stderr.write(`${line}\n`));
  const { DATABASE_URL: databaseUrl, STILLHOUSE_SECRET: secret } = settings;
  if (databaseUrl === undefined || secret === undefined) {
    throw new EnvError([
      `${databaseUrl === undefined ? "DATABASE_URL" : "STILLHOUSE_SECRET"} is missing. Right: see .env.example.`,
    ]);
  }
  const env = childEnvironment(settings, { mode: "production", folder: dataFolder(settings), databaseUrl, secret });
  Object.assign(process.env, env);
  if (role === "web") await applyMigrations(databaseUrl);
  return env;
}

async function serveWeb(env: NodeJS.ProcessEnv): Promise<void> {
  const { firstBoot } = await import("#lib/teams/first-boot.ts");
  const { closeDb } = await import("#lib/core/db.ts");
  const owner = await firstBoot();
  await closeDb();
  if (owner)
    process.stdout.write(`First sign-in, shown once: ${owner.email}  ${owner.password}\nAPI token: ${owner.token}\n`);
  const next = join(ROOT, "node_modules/next/dist/bin/next");
  const args = [next, "start", "-p", String(env.PORT), "-H", env.STILLHOUSE_HOST ?? "0.0.0.0"];
  const web = spawn(process.execPath, args, { env, stdio: "inherit", cwd: ROOT });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => web.kill(signal));
  await new Promise<void>((resolve, reject) => {
    web.once("exit", (code, signal) =>
      code === 0 || signal ? resolve() : reject(new Error(`web ended with ${code}`)),
    );
  });
}

if (role === "web") await runTool(async () => serveWeb(await settle()));
else if (role === "worker") {
  await settle().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  await import("#workers/index.ts");
} else {
  process.stderr.write("Say which: serve.ts web | serve.ts worker\n");
  process.exit(2);
}
