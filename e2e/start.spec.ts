import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import pg from "pg";
import { ROOT } from "#scripts/lib/environment.ts";
import { freePort } from "#scripts/lib/ports.ts";
import { isAlive } from "#scripts/lib/processes.ts";

// one after the other: each test goes on with the folder that the one before left
test.describe.configure({ mode: "serial", timeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "stillhouse-start-"));
const settings: Record<string, string> = {};
let running: ReturnType<typeof start> | undefined;

test.beforeAll(async () => {
  Object.assign(settings, {
    NODE_ENV: "production",
    PORT: String(await freePort()),
    SAMPLE_TEACHER_PORT: String(await freePort()),
    STILLHOUSE_DATA_DIR: folder,
    // the embedded database and the secret in the folder, although the tests around have their own
    ...Object.fromEntries(
      ["STILLHOUSE_URL", "DATABASE_URL", "REDIS_URL", "STILLHOUSE_SECRET", "SMTP_URL"].map((name) => [name, ""]),
    ),
  });
});
test.afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(overrides: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, "scripts/start.ts")], {
    cwd: ROOT,
    // Node warns on standard error when both are set, as the test runner does
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...settings, ...overrides },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const state = { output: "" };
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text) => (state.output += text));
  const ended = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  return {
    child,
    state,
    ended,
    ready: () => expect.poll(() => state.output, { timeout: 100_000 }).toMatch(/^Ready: http/m),
    async stop() {
      const asked = performance.now();
      child.kill("SIGTERM");
      return { status: await ended, seconds: (performance.now() - asked) / 1000 };
    },
  };
}

/** Process ids of web, worker, sample teacher (as the lock lists them) and database. */
function parts(): number[] {
  const lock = JSON.parse(readFileSync(join(folder, "stillhouse.lock"), "utf8")) as { children: { pid: number }[] };
  const database = Number.parseInt(readFileSync(join(folder, "postgres/postmaster.pid"), "utf8"), 10);
  return [...lock.children.map(({ pid }) => pid), database];
}

async function teams(): Promise<number> {
  const { port, password } = JSON.parse(readFileSync(join(folder, "postgres.json"), "utf8"));
  const client = new pg.Client(`postgresql://postgres:${password}@127.0.0.1:${port}/stillhouse`);
  await client.connect();
  const { rows } = await client.query('SELECT count(*)::int AS n FROM "Team"');
  await client.end();
  return rows[0].n;
}

test("a first start makes database, secret and owner, and prints the sign-in once", async () => {
  running = start();
  await running.ready();
  expect(running.state.output).toMatch(/e-mail\s+\S+@\S+\s+password\s+\S{12,}/);
  const token = readFileSync(join(folder, "owner.token"), "utf8").trim();
  for (const file of ["owner.token", "secret", "postgres.json", "stillhouse.lock"])
    expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
  const { teams: list } = await (
    await fetch(`http://localhost:${settings.PORT}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
  ).json();
  expect(list.length).toBeGreaterThan(0);
});

test("a second start in the same folder names the first and leaves it alone", async () => {
  const second = start();
  expect(await second.ended).toBe(1);
  expect(second.state.output.trim()).toMatch(
    new RegExp(`^Stillhouse already runs in this folder \\(process ${running?.child.pid}, .*\\)\\. Stop it first`),
  );
  expect((await fetch(`http://localhost:${settings.PORT}/api/ready`)).status).toBe(200);
});

test("SIGTERM stops every part within 10 seconds", async () => {
  const pids = parts();
  expect(pids).toHaveLength(4);
  const stopped = await running?.stop();
  expect(stopped?.status).toBe(0);
  expect(stopped?.seconds).toBeLessThan(10);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(join(folder, "stillhouse.lock"))).toBe(false);
});

test("a later start keeps everything, takes less than 15 seconds and shows no password again", async () => {
  const began = performance.now();
  running = start();
  await running.ready();
  expect((performance.now() - began) / 1000).toBeLessThan(15);
  expect(running.state.output).not.toContain("password");
  expect(await teams()).toBeGreaterThan(0);
});

test("after kill -9 the next start stops what was left and comes up", async () => {
  const left = parts();
  running?.child.kill("SIGKILL");
  await running?.ended;
  running = start();
  await running.ready();
  expect(running.state.output).toContain("An earlier start had not ended cleanly");
  expect(left.filter(isAlive)).toEqual([]);
  expect(await teams()).toBeGreaterThan(0);
  expect((await running.stop()).status).toBe(0);
});

test("a wrong setting stops the start with one line that names it", async () => {
  for (const [name, value] of [
    ["PORT", "eighty"],
    ["STILLHOUSE_SECRET", "changeme"],
    ["DATABASE_URL", "mysql://root:canary-4711@localhost/x"],
    ["DATABASE_URL", "postgresql://u:canary-4711@127.0.0.1:9/x"],
  ] as const) {
    const wrong = start({ [name]: value });
    expect(await wrong.ended, name).toBe(1);
    expect(wrong.state.output.trim()).toMatch(new RegExp(`^${name}\\b[^\\n]* is wrong: [^\\n]+ Right: [^\\n]+\\.$`));
    expect(wrong.state.output).not.toContain("canary-4711");
  }
});
