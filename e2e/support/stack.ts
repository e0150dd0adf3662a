/**
 * The whole product for browser tests and benches, as `npm start` runs it: on free ports, with a folder, a PostgreSQL and a
 * teacher of its own. No mail server: mails are kept and read in the outbox. Browser tests find their way by the environment:
 *
 *   STILLHOUSE_URL, DATABASE_URL, STILLHOUSE_SECRET, STILLHOUSE_DATA_DIR   as the product has them
 *   E2E_TEACHER_URL    base URL of the test teacher (`POST /control` beside it chooses faults)
 *   E2E_OWNER_EMAIL, E2E_OWNER_PASSWORD    the first sign-in, as it was printed
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#scripts/lib/environment.ts";
import { freePort } from "#scripts/lib/ports.ts";
import { startPostgres } from "#scripts/postgres.ts";
import { startTeacherServer } from "./teacher-server.ts";

const startsWithinMs = 240_000;

type Product = { output(): string; stop(): Promise<void> };
export type Stack = {
  /** public address, without a slash at its end */
  url: string;
  /** first API token, of the owner, with all scopes */
  token: string;
  owner: { email: string; password: string };
  teacherUrl: string;
  /** what the product was started with */
  environment: Readonly<Record<string, string>>;
  /** stops everything and deletes its folder */
  stop(): Promise<void>;
};

/**
 * @param overrides settings that differ, such as STILLHOUSE_SAMPLE=off; addresses to allow are added to the teacher's
 * @param durable false: the database does not wait for the disk, for tests
 */
export async function startStack(overrides: Readonly<Record<string, string>> = {}, durable = true): Promise<Stack> {
  const url = overrides.STILLHOUSE_URL ?? `http://localhost:${await freePort()}`;
  const folder = mkdtempSync(join(tmpdir(), "stillhouse-stack-"));
  const postgres = await startPostgres({ dir: join(folder, "postgres"), durable });
  const teacher = await startTeacherServer();
  const { STILLHOUSE_ALLOW_ADDRESSES: allowed = "", ...others } = overrides;
  const environment = {
    NODE_ENV: "production",
    STILLHOUSE_URL: url,
    PORT: new URL(url).port,
    STILLHOUSE_HOST: "127.0.0.1",
    STILLHOUSE_DATA_DIR: join(folder, "data"),
    STILLHOUSE_SECRET: randomBytes(32).toString("hex"),
    STILLHOUSE_ALLOW_ADDRESSES: `127.0.0.1:${teacher.port},localhost:${teacher.port},${allowed}`,
    SAMPLE_TEACHER_PORT: String(await freePort()),
    DATABASE_URL: postgres.url,
    REDIS_URL: "",
    SMTP_URL: "",
    ...others,
  };
  const takeDown = async (product?: Product) => {
    await product?.stop();
    await Promise.all([teacher.close(), postgres.stop(1_000)]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const product = await startProduct(environment);
    const [, email = "", password = ""] = /e-mail\s+(\S+)\s+password\s+(\S+)/.exec(product.output()) ?? [];
    return {
      url,
      token: readFileSync(join(folder, "data/owner.token"), "utf8").trim(),
      owner: { email, password },
      teacherUrl: teacher.baseUrl,
      environment,
      stop: () => takeDown(product),
    };
  } catch (error) {
    await takeDown();
    throw error;
  }
}

/** Playwright's global setup. @returns what takes everything down again */
export default async function setup(): Promise<() => Promise<void>> {
  const stack = await startStack({ STILLHOUSE_URL: process.env.STILLHOUSE_URL ?? "" }, false);
  Object.assign(process.env, stack.environment, {
    NODE_ENV: "test",
    E2E_TEACHER_URL: stack.teacherUrl,
    E2E_OWNER_EMAIL: stack.owner.email,
    E2E_OWNER_PASSWORD: stack.owner.password,
  });
  return stack.stop;
}

/** Runs `scripts/start.ts` until it says that it is ready. Its output is kept in test-results/product.log. */
async function startProduct(environment: Readonly<Record<string, string>>): Promise<Product> {
  mkdirSync(join(ROOT, "test-results"), { recursive: true });
  const log = createWriteStream(join(ROOT, "test-results/product.log"));
  const child = spawn(process.execPath, [join(ROOT, "scripts/start.ts")], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  let output = "";
  await new Promise<void>((ready, fail) => {
    const timer = setTimeout(() => {
      child.kill("SIGTERM");
      fail(new Error(`The product was not ready in time:\n${output}`));
    }, startsWithinMs);
    const heard = (chunk: string) => {
      log.write(chunk);
      if (output.length < 100_000) output += chunk;
      if (/^Ready: /m.test(output)) ready(clearTimeout(timer));
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", heard);
    void ended.then(() => fail(new Error(`The product ended while starting:\n${output}`)));
  });
  return {
    output: () => output,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      log.end();
    },
  };
}
