import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EnvError, parseEnv, type Settings, unknownSettings } from "#lib/env.ts";

export const ROOT = resolve(import.meta.dirname, "../..");

/** Reads `.env` beside package.json into `process.env`, where a variable set outside wins; then parses all settings. */
export function readSettings(warn: (line: string) => void): Settings {
  const file = join(ROOT, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  for (const name of unknownSettings(process.env)) warn(`${name} is not a setting of Stillhouse and is ignored.`);
  return parseEnv(process.env);
}

/** The data folder as an absolute path, made when missing. @throws EnvError when it cannot be written */
export function dataFolder({ STILLHOUSE_DATA_DIR }: Settings): string {
  const folder = resolve(ROOT, STILLHOUSE_DATA_DIR);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!statSync(folder).isDirectory()) throw new Error("it is not a folder");
    const probe = join(folder, ".write-test");
    writeFileSync(probe, "");
    return folder;
  } catch (error) {
    throw new EnvError([
      `STILLHOUSE_DATA_DIR "${STILLHOUSE_DATA_DIR}" is wrong: ${(error as Error).message}. Right: a folder that may be written.`,
    ]);
  }
}

/** The secret of the settings, or the one in the data folder, which is made (mode 0600) the first time. */
export function ensureSecret(settings: Settings, folder: string): string {
  if (settings.STILLHOUSE_SECRET !== undefined) return settings.STILLHOUSE_SECRET;
  const file = join(folder, "secret");
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(file, 0o600);
  const secret = readFileSync(file, "utf8").trim();
  try {
    parseEnv({ STILLHOUSE_SECRET: secret });
  } catch {
    throw new EnvError([`${file} is damaged: it holds no secret of 32 characters. Right: the file from your backup.`]);
  }
  return secret;
}

/** What web and workers get: the caller's variables and what only the start knows. */
export function childEnvironment(
  settings: Settings,
  known: { mode: "production" | "development"; folder: string; databaseUrl: string; secret: string },
): NodeJS.ProcessEnv {
  const sample = settings.STILLHOUSE_SAMPLE ? [`127.0.0.1:${settings.SAMPLE_TEACHER_PORT}`] : [];
  return {
    ...process.env,
    NODE_ENV: known.mode,
    PORT: String(settings.PORT),
    STILLHOUSE_URL: settings.STILLHOUSE_URL,
    STILLHOUSE_DATA_DIR: known.folder,
    STILLHOUSE_SECRET: known.secret,
    STILLHOUSE_ALLOW_ADDRESSES: [...settings.STILLHOUSE_ALLOW_ADDRESSES, ...sample].join(","),
    DATABASE_URL: known.databaseUrl,
    // next-auth reads its address from here
    NEXTAUTH_URL: settings.STILLHOUSE_URL,
    NEXT_TELEMETRY_DISABLED: "1",
  };
}
