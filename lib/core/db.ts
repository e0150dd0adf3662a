import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { env } from "#lib/env.ts";
import { PrismaClient } from "#prisma/generated/client.ts";
import { AppError } from "./errors.ts";
import { log } from "./log.ts";

export type { Prisma } from "#prisma/generated/client.ts";

/** Connections of one process; a web process and a few workers stay well below PostgreSQL's 100. */
export const poolSize = 12;

/** Longest that a statement of a page or API call may take. */
const statementTimeoutMs = 15_000;

function connect() {
  const pool = new pg.Pool({
    connectionString: env.DATABASE_URL,
    max: poolSize,
    connectionTimeoutMillis: 10_000,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 60_000,
  });
  // A server restart breaks idle connections; the pool replaces them. Without a listener Node would exit.
  pool.on("error", (error) => log.warn({ err: error.message }, "database connection lost"));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: true }),
    transactionOptions: { maxWait: 10_000, timeout: 30_000 },
  });
  return { pool, prisma };
}

// One per process, also over Next's hot reloads.
const holder = globalThis as typeof globalThis & { __stillhouseDb?: ReturnType<typeof connect> };
const connection = () => {
  holder.__stillhouseDb ??= connect();
  return holder.__stillhouseDb;
};

/** Opens on first use, so that importing a file never connects. */
function lazy<T extends object>(get: () => T): T {
  return new Proxy({} as T, {
    get(_target, property) {
      const real = get();
      const value: unknown = Reflect.get(real, property, real);
      return typeof value === "function" ? value.bind(real) : value;
    },
  });
}

/** Rows and relations. */
export const db = lazy(() => connection().prisma);

/** The same connections for what Prisma cannot say: COPY, unnest, LISTEN. */
export const pool = lazy(() => connection().pool);

export type Db = PrismaClient;
export type Tx = Omit<PrismaClient, "$connect" | "$disconnect" | "$on" | "$transaction" | "$extends">;

/** A connection of its own, outside the pool and its time-outs: COPY of a large file, LISTEN. The caller ends it. */
export async function connectAlone(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL, connectionTimeoutMillis: 10_000 });
  client.on("error", (error) => log.warn({ err: error.message }, "database connection lost"));
  await client.connect();
  return client;
}

export async function closeDb(): Promise<void> {
  const open = holder.__stillhouseDb;
  holder.__stillhouseDb = undefined;
  await open?.prisma.$disconnect();
}

const passingCodes =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|57P0[123]|53[13]00|55P03|08[0-9A-Z]{3}|40001|40P01|P1001|P1002|P1008|P1017|P2024|P2028|P2034)$/;
const passingWords =
  /Connection terminated|timeout exceeded when trying to connect|Server has closed the connection|database system is (starting up|shutting down|in recovery)|Can't reach database|terminating connection due to administrator command|Client has encountered a connection error|too many clients/i;

/** Codes and words of an error and of what caused it: Prisma and its adapter each wrap the server's own. */
function* layersOf(error: unknown, depth = 0): Generator<{ code: string; message: string }> {
  if (error === null || typeof error !== "object" || depth > 5) return;
  const { code, originalCode, message, cause, meta, kind } = error as Record<string, unknown>;
  for (const value of [code, originalCode]) yield { code: String(value ?? ""), message: String(message ?? "") };
  if (kind === "DatabaseNotReachable" || kind === "ConnectionClosed" || kind === "SocketTimeout")
    yield { code: "P1001", message: "" };
  yield* layersOf(cause, depth + 1);
  yield* layersOf(meta, depth + 1);
  yield* layersOf((meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError, depth + 1);
}

const some = (error: unknown, is: (code: string, message: string) => boolean): boolean => {
  for (const { code, message } of layersOf(error)) if (is(code, message)) return true;
  return false;
};

/** Whether an error means "the database is away, busy or full: try again", as opposed to "this statement is wrong". */
export const isPassingDbFault = (error: unknown): boolean =>
  some(error, (code, message) => passingCodes.test(code) || passingWords.test(message));

/** What a transaction ends with that met another one (deadlock, serialization): begun again it usually succeeds. */
export const isConflict = (error: unknown): boolean => some(error, (code) => /^(40001|40P01|P2034)$/.test(code));

/** A statement that took longer than it may. Not one that was cancelled. */
export const isTooSlow = (error: unknown): boolean =>
  some(error, (code, message) => code === "57014" && /statement timeout/.test(message));

/** Which disk is full, if that is what an error says: the database's or that of the files. PostgreSQL has no code for a quota. */
export function fullDisk(error: unknown): "database" | "files" | null {
  if (error instanceof AppError && error.status === 507) return "files";
  if (some(error, (code, message) => code === "53100" || (code === "XX000" && /quota exceeded/i.test(message))))
    return "database";
  return some(error, (code) => code === "ENOSPC" || code === "EDQUOT") ? "files" : null;
}
