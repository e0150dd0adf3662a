import { randomBytes, randomInt, scrypt, timingSafeEqual } from "node:crypto";
import { AppError } from "./errors.ts";

/**
 * scrypt with OWASP's first parameter set (Password Storage Cheat Sheet, 2024): N = 2^17, r = 8, p = 1, which takes 128 MiB and
 * 0.2-0.5 s. Stored as `scrypt$17$8$1$<salt>$<key>` (base64url), so that the parameters can be raised without a migration.
 */
const cost = { log2N: 17, r: 8, p: 1 } as const;
const saltBytes = 16;
const keyBytes = 32;

/** At 128 MiB each, hashing is what an attacker would use to exhaust memory: two at a time, then a queue, then LIMIT. */
const atOnce = 2;
const longestQueue = 64;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) {
    if (waiting.length >= longestQueue) {
      throw new AppError("LIMIT", "Too many people sign in at this moment.", {
        todo: "Try again in a few seconds.",
        retryAfterSec: 5,
      });
    }
    // The one who leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running++;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

type Parameters = { log2N: number; r: number; p: number };

function derive(password: string, salt: Buffer, length: number, { log2N, r, p }: Parameters): Promise<Buffer> {
  const options = { N: 2 ** log2N, r, p, maxmem: 256 * 2 ** log2N * r };
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        // NFKC: the same password typed on two keyboards is the same text.
        scrypt(password.normalize("NFKC"), salt, length, options, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      }),
  );
}

/** A new hash with its own random salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt, keyBytes, cost);
  return ["scrypt", cost.log2N, cost.r, cost.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

function parseHash(stored: string) {
  const [scheme, log2N, r, p, salt, key] = stored.split("$");
  if (scheme !== "scrypt" || !salt || !key) throw new AppError("INTERNAL", "A stored password hash is damaged.");
  return {
    parameters: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, "base64url"),
    key: Buffer.from(key, "base64url"),
  };
}

/** What an unknown person's password is compared with: nothing derives to 32 random bytes, and it takes as long. */
const nobodysHash = ["scrypt", cost.log2N, cost.r, cost.p, randomBytes(saltBytes).toString("base64url")]
  .concat(randomBytes(keyBytes).toString("base64url"))
  .join("$");

/**
 * Whether a password is right. For an unknown person or one without a password (`stored` null) it does the same work and says no,
 * so that neither the answer nor its duration tells who has an account.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const { parameters, salt, key } = parseHash(stored ?? nobodysHash);
  const given = await derive(password.slice(0, longestPassword), salt, key.length, parameters);
  return timingSafeEqual(given, key) && stored !== null;
}

const shortestPassword = 12;
/** scrypt takes any length; the bound keeps a megabyte of "password" out. */
export const longestPassword = 256;

/** Beginnings of what is tried first, lower-case letters only after `plain()`. From published lists of leaked passwords. */
const common = [
  ...[
    "password",
    "passwort",
    "motdepasse",
    "contrasena",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "qwerty",
    "azerty",
  ],
  ...["qwertz", "iloveyou", "monkey", "dragon", "football", "baseball", "sunshine", "princess", "superman", "batman"],
  ...["trustno", "starwars", "master", "shadow", "whatever", "changeme", "default", "secret", "login", "abc", "asdf"],
  ...["zxcvbn", "stillhouse", "correcthorsebatterystaple", "hunter"],
];

/** Lower case, look-alike digits read as letters, everything else left out: `P@ssw0rd-2024!` -> `password`. */
function plain(password: string): string {
  const leet: Record<string, string> = {
    "0": "o",
    "1": "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "@": "a",
    $: "s",
    "!": "i",
  };
  const body = password.toLowerCase().replace(/[\d!.,_\-?*#]+$/, "");
  return body.replace(/[013457@$!]/g, (sign) => leet[sign] ?? sign).replace(/[^a-z]/g, "");
}

/** Text that is one short piece over and over, or one run of neighbours on the code table: `abababababab`, `123456789012`. */
function isPattern(password: string): boolean {
  if (new Set(password).size < 5) return true;
  let neighbours = 0;
  for (let i = 1; i < password.length; i++) {
    if (Math.abs(password.charCodeAt(i) - password.charCodeAt(i - 1)) === 1) neighbours++;
  }
  return neighbours > password.length * 0.7;
}

/**
 * What is wrong with a new password, or null. Follows NIST SP 800-63B: length and a list of known ones, no rules about kinds of
 * signs.
 */
export function passwordProblem(password: string, email: string): string | null {
  const signs = [...password].length;
  if (signs < shortestPassword) return `Use at least ${shortestPassword} characters; this has ${signs}.`;
  if (password.length > longestPassword) return `Use at most ${longestPassword} characters.`;
  if (isPattern(password)) return "This repeats or counts: it is among the first that are tried.";
  const letters = plain(password);
  if (
    common.some(
      (word) =>
        letters === word || letters === word + word || (letters.startsWith(word) && letters.length <= word.length + 2),
    )
  )
    return "This is a well-known password with decoration: it is among the first that are tried.";
  const lower = password.toLowerCase();
  const [name = ""] = email.toLowerCase().split("@");
  if (lower.includes(email.toLowerCase()) || (name.length >= 4 && letters === plain(name)))
    return "This is your e-mail address: it is among the first that are tried.";
  return null;
}

/** @throws AppError INVALID with the reason at `field`. */
export function assertGoodPassword(password: string, email: string, field = "password"): void {
  const problem = passwordProblem(password, email);
  if (problem)
    throw new AppError("INVALID", problem, { where: field, fields: { [field]: problem }, todo: "Choose another one." });
}

/** For the owner of first boot: five groups of four from 31 clear signs, 99 bits, readable from a terminal. */
export function randomPassword(): string {
  const clear = "abcdefghijkmnpqrstuvwxyz2345679";
  const group = () => Array.from({ length: 4 }, () => clear[randomInt(clear.length)]).join("");
  return Array.from({ length: 5 }, group).join("-");
}
