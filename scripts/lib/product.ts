/**
 * Starts the whole product in order, keeps it running, and stops it in order: workers, web, trainers, PostgreSQL.
 * `start.ts` and `dev.ts` are this with `next start` and `next dev`.
 */
import { chmodSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EnvError, type Settings } from "#lib/env.ts";
import { applyMigrations } from "#scripts/migrate.ts";
import { type Postgres, startPostgres, stopOrphan } from "#scripts/postgres.ts";
import { buildWeb } from "./build.ts";
import { type Child, keepRunning } from "./children.ts";
import { childEnvironment, dataFolder, ensureSecret, ROOT, readSettings } from "./environment.ts";
import { type FolderLock, isSame, lockFolder } from "./lock.ts";
import { isPortFree } from "./ports.ts";
import { signalGroup, waitUntil } from "./processes.ts";
import { stopTrainers } from "./trainers.ts";
import { workerMemory } from "./worker-memory.ts";

/** Longest that each part may take to stop. Trainers get what is left of `all`, which is below the 10 s that are promised. */
const graceMs = { all: 9_000, launch: 2_500, workers: 5_500, web: 700, trainers: 700, postgres: 1_500 };

/** How long the web part may take to answer the first time. */
const readyWithinMs = 120_000;

type Mode = "production" | "development";
type Running = { children: Child[]; postgres: Postgres | null; stopping: boolean; lock?: FolderLock; folder?: string };
type FirstOwner = { email: string; password: string; token: string };

/** Prints to standard output. Everything the product says to the person at the terminal goes through here. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs until SIGINT or SIGTERM. @returns the exit status */
export async function runProduct(mode: Mode): Promise<number> {
  const abort = new AbortController();
  const stopped = new Promise<string>((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => done(signal));
  });
  const running: Running = { children: [], postgres: null, stopping: false };
  const launched = launch(mode, running, abort.signal);
  try {
    const signal = await Promise.race([stopped, launched.then(() => stopped)]);
    print(`${signal === "SIGINT" ? "Interrupted" : "Asked to stop"}: stopping ...`);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  } finally {
    running.stopping = true;
    abort.abort(new Error("stopped"));
    // a start that is asked to stop half-way must have let go of what it was about to start
    await Promise.race([launched.catch(() => {}), delay(graceMs.launch)]);
    await shutDown(running);
  }
}

async function launch(mode: Mode, running: Running, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const settings = readSettings(print);
  const folder = dataFolder(settings);
  const lock = lockFolder(folder);
  Object.assign(running, { folder, lock });
  await stopLeftovers(lock, folder);
  await checkPorts(settings);

  const secret = ensureSecret(settings, folder);
  const databaseUrl = settings.DATABASE_URL ?? (await ownDatabase(folder, running));
  const env = childEnvironment(settings, { mode, folder, databaseUrl, secret });
  Object.assign(process.env, env);
  signal.throwIfAborted();

  const applied = await applyMigrations(databaseUrl).catch(unreachable);
  if (applied.length > 0) print(`Applied ${applied.length} database migration${applied.length === 1 ? "" : "s"}.`);
  if (mode === "production") await buildWeb(print, signal);
  signal.throwIfAborted();

  const owner = await firstBoot(folder);
  // shown once and kept nowhere: it must reach the screen also when the start is broken off from here on
  let signIn = owner === null ? "" : signInNote(owner, folder);
  try {
    startChildren(mode, settings, env, running);
    await waitForReady(settings, signal);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    print(`\nReady: ${settings.STILLHOUSE_URL}   (${seconds} s, Ctrl-C stops)\n${signIn}`);
    signIn = "";
  } finally {
    if (signIn !== "") print(signIn);
  }
}

/** What an earlier start that was killed with -9 left behind. */
async function stopLeftovers(lock: FolderLock, folder: string): Promise<void> {
  for (const { pid } of lock.orphans) signalGroup(pid, "SIGTERM");
  await waitUntil(() => !lock.orphans.some(isSame), 5_000);
  for (const { pid } of lock.orphans.filter(isSame)) signalGroup(pid, "SIGKILL");
  const database = await stopOrphan(join(folder, "postgres"));
  if (lock.orphans.length > 0 || database)
    print("An earlier start had not ended cleanly; what it left running was stopped.");
}

/** One line that names the variable, instead of a child that crashes again and again. */
async function checkPorts(settings: Settings): Promise<void> {
  const taken = async (name: "PORT" | "SAMPLE_TEACHER_PORT", host: string) => {
    if (await isPortFree(settings[name], host)) return;
    throw new EnvError([
      `${name} ${settings[name]} is taken by another program. Right: a free port, such as ${settings[name] + 10}.`,
    ]);
  };
  await taken("PORT", settings.STILLHOUSE_HOST);
  if (settings.STILLHOUSE_SAMPLE) await taken("SAMPLE_TEACHER_PORT", "127.0.0.1");
}

async function ownDatabase(folder: string, running: Running): Promise<string> {
  const postgres = await startPostgres({ dir: join(folder, "postgres") });
  running.postgres = postgres;
  postgres.onExit(() => {
    if (running.stopping) return;
    // web and workers hold out while it is away; the same port and password make them find it again
    print("PostgreSQL ended by itself, starting it again ...");
    running.postgres = null;
    startPostgres({ dir: join(folder, "postgres"), port: postgres.port }).then(
      (again) => (running.postgres = again),
      (error: Error) => print(`PostgreSQL could not be started again: ${error.message}`),
    );
  });
  return postgres.url;
}

function unreachable(error: NodeJS.ErrnoException): never {
  if (error.code === undefined || error.name === "MigrationError") throw error;
  throw new EnvError([
    `DATABASE_URL is wrong: the database cannot be used (${error.code}: ${error.message}). Right: a PostgreSQL that runs, with a database and user that exist.`,
  ]);
}

/** Makes owner, teams and first token on an empty database. Loaded late: it needs the settings that were completed above. */
async function firstBoot(folder: string): Promise<FirstOwner | null> {
  const { firstBoot } = await import("#lib/teams/first-boot.ts");
  const { closeDb } = await import("#lib/core/db.ts");
  try {
    const owner = await firstBoot();
    if (owner === null) return null;
    const file = join(folder, "owner.token");
    writeFileSync(file, `${owner.token}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
    return owner;
  } finally {
    await closeDb();
  }
}

function startChildren(mode: Mode, settings: Settings, env: NodeJS.ProcessEnv, running: Running): void {
  const { children } = running;
  const remember = () => running.lock?.remember(children.flatMap(({ pid }) => pid ?? []));
  const add = (name: string, args: string[], more: Record<string, string> = {}) => {
    const child = keepRunning({ name, args, env: { ...env, ...more } }, print, () => remember());
    children.push(child);
    remember();
    return child;
  };
  const next = join(ROOT, "node_modules/next/dist/bin/next");
  add("web", [
    next,
    mode === "production" ? "start" : "dev",
    "-p",
    String(settings.PORT),
    "-H",
    settings.STILLHOUSE_HOST,
  ]);
  if (settings.STILLHOUSE_SAMPLE)
    add("teacher", [join(ROOT, "workers/sample-teacher/server.ts"), String(settings.SAMPLE_TEACHER_PORT)]);
  const worker = add("worker", [...workerMemory.flags, join(ROOT, "workers/index.ts")], workerMemory.env);
  if (mode === "development") restartOnChange(worker);
}

/** Development: workers are started again 300 ms after the last change to a source. */
function restartOnChange(worker: Child): void {
  let timer: NodeJS.Timeout | undefined;
  for (const folder of ["lib", "workers"])
    watch(join(ROOT, folder), { recursive: true }, (_event, file) => {
      if (file === null || !file.endsWith(".ts") || file.endsWith(".test.ts")) return;
      clearTimeout(timer);
      timer = setTimeout(() => worker.restart(), 300);
    });
}

/** Until web, database, queue and a worker answer. Says what is missing when it takes long, and goes on waiting for the rest. */
async function waitForReady(settings: Settings, signal: AbortSignal): Promise<void> {
  let last = "no answer yet";
  const host =
    settings.STILLHOUSE_HOST === "0.0.0.0" || settings.STILLHOUSE_HOST === "::"
      ? "127.0.0.1"
      : settings.STILLHOUSE_HOST;
  const ready = await waitUntil(
    async () => {
      signal.throwIfAborted();
      try {
        const response = await fetch(`http://${host}:${settings.PORT}/api/ready`, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
        });
        if (response.ok) return true;
        last = `/api/ready answers ${response.status}: ${(await response.text()).slice(0, 300)}`;
      } catch (error) {
        last = (error as Error).message;
      }
      return false;
    },
    readyWithinMs,
    200,
  );
  if (!ready) print(`Not everything is up after ${readyWithinMs / 1000} s: ${last}`);
}

function signInNote({ email, password }: FirstOwner, folder: string): string {
  return [
    "",
    "  First sign-in (shown once, change it under Settings > Account):",
    `    e-mail    ${email}`,
    `    password  ${password}`,
    `  API token for scripts: ${join(folder, "owner.token")}`,
    "",
  ].join("\n");
}

async function shutDown({ children, postgres, lock, folder }: Running): Promise<void> {
  const began = performance.now();
  const named = (name: string) => children.filter((child) => child.name === name);
  await Promise.all(named("worker").map((child) => child.stop(graceMs.workers)));
  await Promise.all([...named("web"), ...named("teacher")].map((child) => child.stop(graceMs.web)));
  const left = began + graceMs.all - graceMs.postgres - performance.now();
  if (folder !== undefined) await stopTrainers(join(folder, "runs"), Math.max(graceMs.trainers, left));
  await postgres?.stop(graceMs.postgres);
  lock?.release();
}
