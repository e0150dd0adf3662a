/**
 * Every setting, parsed once. The only reader of `process.env` outside scripts and tests.
 *
 * `parseEnv` is pure and reports all wrong values at once, one line each. `env` is the same, read lazily, so that importing
 * this file (as `next build` does for every route) needs no settings at all.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { z } from "zod";

/** Thrown by `parseEnv`. `message` is one line per wrong variable and never holds a value that may be secret. */
export class EnvError extends Error {
  override readonly name = "EnvError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** One setting: how it is parsed, what a right value looks like, and whether its value may be shown in a message. */
type Setting<S extends z.ZodType> = { schema: S; right: string; secret: boolean };

function setting<S extends z.ZodType>(schema: S, right: string): Setting<S> {
  return { schema, right, secret: false };
}
function secret<S extends z.ZodType>(schema: S, right: string): Setting<S> {
  return { schema, right, secret: true };
}

function whole(least: number, most: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, "it is not a whole number")
    .transform(Number)
    .refine((value) => value >= least && value <= most, "it is out of range");
}

function url(protocols: readonly string[]) {
  return z.string().refine(
    (text) => {
      const parsed = URL.canParse(text) ? new URL(text) : null;
      return parsed !== null && parsed.hostname !== "" && protocols.includes(parsed.protocol);
    },
    `it is not an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
  );
}

const onOff = z.enum(["on", "off"], "it is neither on nor off").transform((value) => value === "on");
const origin = url(["http:", "https:"])
  .refine((text) => {
    // a text that is no address at all was refused by the check before, but every check runs
    const { search, hash, pathname, username } = URL.canParse(text) ? new URL(text) : new URL("http://invalid");
    return search + hash + username === "" && pathname === "/";
  }, "it has a path, a query or a user name")
  .transform((text) => (URL.canParse(text) ? new URL(text).origin : text));

/**
 * What makes a secret weak, or null. Catches what people really type: example values, one key held down, counting.
 * A random value of 32 hexadecimal characters passes with probability above 1 - 1e-6.
 */
export function weakness(value: string): string | null {
  if (value.length < 32) return "it is shorter than 32 characters";
  if (/change.?me|example|your.?secret|replace|password|stillhouse|placeholder|topsecret/i.test(value))
    return "it looks like an example value";
  if (new Set(value).size < 8) return "it is made of fewer than 8 different characters";
  for (let period = 1; period <= value.length / 2; period++)
    if (value.startsWith(value.slice(period))) return "it repeats itself";
  let steps = 0;
  for (let i = 1; i < value.length; i++) if (Math.abs(value.charCodeAt(i) - value.charCodeAt(i - 1)) === 1) steps++;
  return steps > value.length / 2 ? "it counts up or down" : null;
}

/** `host:port`, `[v6]:port`, an address block such as `10.0.0.0/8`, or a block with a port such as `10.0.0.0/8:8000`. */
function isAllowedAddress(entry: string): boolean {
  const [, block, blockPort] = /^([^/]+\/\d{1,3})(?::(\d{1,5}))?$/.exec(entry) ?? [];
  if (block !== undefined) return ipaddr.isValidCIDR(block) && (blockPort === undefined || isPort(blockPort));
  const [, host, port] = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(entry) ?? [];
  if (host === undefined || port === undefined || !isPort(port)) return false;
  return host.startsWith("[") ? isIP(host.slice(1, -1)) === 6 : true;
}
function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65_535;
}

const addresses = z
  .string()
  .transform((text) => text.split(",").map((entry) => entry.trim().toLowerCase()))
  .transform((entries) => entries.filter((entry) => entry !== ""))
  .refine((entries) => entries.every(isAllowedAddress), "an entry is neither host:port nor an address block");

const mailbox = z
  .string()
  .regex(/^(?:[^<>\r\n@]+ <[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/, "it is not one e-mail address");

const text = z.string().min(1);
const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Name -> how it is parsed. `.env.example` lists the same names in the same order (checked by a test). */
export const settings = {
  NODE_ENV: setting(z.enum(["development", "production", "test"]).default("development"), "production"),
  PORT: setting(whole(1, 65_535).default(3000), "a free port from 1 to 65535, such as 3000"),
  STILLHOUSE_HOST: setting(text.default("0.0.0.0"), "the address to listen on, such as 127.0.0.1"),
  STILLHOUSE_URL: setting(origin.optional(), "the address people type, such as https://stillhouse.example.com"),
  STILLHOUSE_TRUST_PROXY: setting(whole(0, 10).default(0), "the number of reverse proxies in front, 0 to 10"),
  STILLHOUSE_DATA_DIR: setting(text.default(".data"), "a folder that may be written, such as .data"),
  STILLHOUSE_SECRET: secret(
    z
      .string()
      .superRefine((value, ctx) => {
        const message = weakness(value);
        if (message !== null) ctx.addIssue({ code: "custom", message });
      })
      .optional(),
    "at least 32 random characters, such as the output of: openssl rand -hex 32",
  ),
  STILLHOUSE_OWNER_EMAIL: setting(
    mailbox.default("owner@stillhouse.local"),
    "the e-mail address of the first person, such as ada@example.com",
  ),
  STILLHOUSE_SAMPLE: setting(onOff.default(true), "on or off"),
  SAMPLE_TEACHER_PORT: setting(whole(1, 65_535).default(8091), "a free port from 1 to 65535, such as 8091"),
  STILLHOUSE_ALLOW_ADDRESSES: setting(addresses.default([]), "a list such as localhost:8000, 10.0.0.0/8"),
  DATABASE_URL: secret(
    url(["postgresql:", "postgres:"]).optional(),
    "an address such as postgresql://user:password@host:5432/stillhouse",
  ),
  REDIS_URL: secret(url(["redis:", "rediss:"]).optional(), "an address such as redis://:password@host:6379"),
  SMTP_URL: secret(url(["smtp:", "smtps:"]).optional(), "an address such as smtp://user:password@host:587"),
  MAIL_FROM: setting(mailbox.optional(), "one sender such as Stillhouse <stillhouse@example.com>"),
  OIDC_ISSUER: setting(url(["https:", "http:"]).optional(), "an address such as https://login.example.com"),
  OIDC_CLIENT_ID: setting(text.optional(), "the client id that the provider gave"),
  OIDC_CLIENT_SECRET: secret(text.optional(), "the client secret that the provider gave"),
  OIDC_NAME: setting(text.max(40, "it is longer than 40 characters").default("Single sign-on"), "a short name"),
  MAX_UPLOAD_BYTES: setting(
    whole(1024, Number.MAX_SAFE_INTEGER).default(10 * 1024 ** 3),
    "a number of bytes, such as 10737418240 for 10 GiB",
  ),
  STILLHOUSE_PURGE_DAYS: setting(
    whole(0, 36_500).default(30),
    "for how many days what was deleted can be restored, such as 30",
  ),
  METRICS_TOKEN: secret(
    text.min(16, "it is shorter than 16 characters").optional(),
    "at least 16 random characters, sent by Prometheus as a bearer token",
  ),
  LOG_LEVEL: setting(z.enum(levels, "it is not a level").default("info"), `one of ${levels.join(", ")}`),
} as const;

type Name = keyof typeof settings;
type Parsed = { [K in Name]: z.output<(typeof settings)[K]["schema"]> };

/** All settings; what has a default is always there. Addresses have no trailing slash. */
export type Settings = Parsed & { STILLHOUSE_URL: string; MAIL_FROM: string };

/** Settings of a running process: `npm start` has supplied the database and the secret where nobody set them. */
export type Env = Settings & { DATABASE_URL: string; STILLHOUSE_SECRET: string };

/**
 * Parses settings. An empty value counts as absent.
 * @throws EnvError with one line per wrong variable: its name, what is wrong, what would be right.
 */
export function parseEnv(record: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema, right, secret: hidden }] of Object.entries(settings)) {
    const given = record[name]?.trim() || undefined;
    const result = schema.safeParse(given);
    if (result.success) {
      values[name] = result.data;
      continue;
    }
    const value = hidden || given === undefined ? "" : ` "${printable(given)}"`;
    const wrong = result.error.issues[0]?.message.replace(/^Invalid.*/, "it is not one of the known values") ?? "";
    problems.push(`${name}${value} is wrong: ${wrong}. Right: ${right}.`);
  }
  // every key of `settings` was parsed by its own schema just above, or a problem was noted
  const parsed = values as Parsed;
  if (problems.length === 0) problems.push(...combinations(parsed));
  if (problems.length > 0) throw new EnvError(problems);
  const base = parsed.STILLHOUSE_URL ?? `http://localhost:${parsed.PORT}`;
  return {
    ...parsed,
    STILLHOUSE_URL: base,
    MAIL_FROM: parsed.MAIL_FROM ?? `Stillhouse <stillhouse@${new URL(base).hostname}>`,
  };
}

/** What is wrong although every single value is right. */
function* combinations(parsed: Parsed): Generator<string> {
  const oidc = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;
  const missing = oidc.filter((name) => parsed[name] === undefined);
  if (missing.length > 0 && missing.length < oidc.length)
    for (const name of missing)
      yield `${name} is missing: the other OIDC settings are set. Right: ${settings[name].right}.`;
  if (parsed.OIDC_ISSUER?.startsWith("http:") && !/^http:\/\/(localhost|127\.0\.0\.1)[:/]?/.test(parsed.OIDC_ISSUER))
    yield `OIDC_ISSUER "${printable(parsed.OIDC_ISSUER)}" is wrong: it is not encrypted. Right: an https:// address.`;
  if (parsed.STILLHOUSE_SAMPLE && parsed.PORT === parsed.SAMPLE_TEACHER_PORT)
    yield `SAMPLE_TEACHER_PORT is wrong: it equals PORT. Right: another free port.`;
}

/** One short line without control characters, for messages. */
function printable(value: string): string {
  const line = value.replace(/[^\x20-\x7e]/g, "?").replace(/\/\/[^/@]*@/, "//***@");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

/** Variables that look like ours but are not settings: most often a spelling mistake that would be ignored in silence. */
export function unknownSettings(record: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(record).filter((name) => /^(STILLHOUSE_|OIDC_)/.test(name) && !(name in settings));
}

let cached: Settings | undefined;

/**
 * The settings of this process, parsed at the first use of any of them.
 * @throws EnvError at that use when a value is wrong, or when the database or the secret is needed and absent.
 */
export const env: Env = new Proxy({} as Env, {
  get(_target, name) {
    cached ??= parseEnv(process.env);
    const value: unknown = Reflect.get(cached, name);
    if (value === undefined && (name === "DATABASE_URL" || name === "STILLHOUSE_SECRET"))
      throw new EnvError([
        `${name} is missing. \`npm start\` supplies it; otherwise set it to ${settings[name].right}.`,
      ]);
    return value;
  },
});
