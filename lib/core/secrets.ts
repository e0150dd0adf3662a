import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { env } from "#lib/env.ts";
import { AppError } from "./errors.ts";

const keyOf = (purpose: string) => Buffer.from(hkdfSync("sha256", env.STILLHOUSE_SECRET, "stillhouse", purpose, 32));
const keyId = (key: Buffer) => createHash("sha256").update(key).digest("hex").slice(0, 8);

/**
 * AES-256-GCM. Format `v1.<key id>.<iv>.<tag>.<ciphertext>`, base64url.
 * `context` (such as `teacher:<id>`) is authenticated: a ciphertext moved to another row does not open.
 */
export function encrypt(plain: string, context: string): string {
  const key = keyOf("at-rest");
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return ["v1", keyId(key), ...[iv, cipher.getAuthTag(), body].map((part) => part.toString("base64url"))].join(".");
}

/** @throws AppError CONFLICT where STILLHOUSE_SECRET is not the one it was encrypted with, INTERNAL where it was changed. */
export function decrypt(sealed: string, context: string): string {
  const key = keyOf("at-rest");
  const [version, id, iv, tag, body] = sealed.split(".");
  if (version !== "v1" || !iv || !tag || body === undefined)
    throw new AppError("INTERNAL", "A stored secret is damaged.");
  if (id !== keyId(key)) {
    throw new AppError("CONFLICT", "This secret was encrypted with another STILLHOUSE_SECRET.", {
      todo: "Start with the former STILLHOUSE_SECRET, or enter the secret again.",
    });
  }
  const open = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"))
    .setAAD(Buffer.from(context))
    .setAuthTag(Buffer.from(tag, "base64url"));
  return Buffer.concat([open.update(Buffer.from(body, "base64url")), open.final()]).toString("utf8");
}

/** A random token for links and API keys: 256 bits, base64url. */
export function randomToken(prefix = ""): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** What is stored of a token: enough to find it, useless to a reader of the table. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Keyed hash for values that are guessable, such as addresses in throttle keys. */
export function keyedHash(value: string, purpose: string): string {
  return createHmac("sha256", keyOf(purpose)).update(value).digest("hex");
}

/** Equal without telling by its duration how far. */
export function sameSecret(a: string, b: string): boolean {
  const [x, y] = [a, b].map((value) => createHash("sha256").update(value).digest());
  return x !== undefined && y !== undefined && timingSafeEqual(x, y);
}
