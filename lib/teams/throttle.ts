import { db } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { keyedHash } from "#lib/core/secrets.ts";

/** What may be tried how often within a window. Generous enough for people, hopeless for guessing. */
const rules = {
  /** password guesses at one account, from anywhere */
  "sign-in:email": { most: 10, windowSec: 15 * 60 },
  /** password guesses from one address, at any account */
  "sign-in:ip": { most: 50, windowSec: 15 * 60 },
  /** a signed-in person's guesses at their own old password */
  "password:user": { most: 10, windowSec: 15 * 60 },
  "reset:email": { most: 3, windowSec: 60 * 60 },
  "reset:ip": { most: 20, windowSec: 60 * 60 },
  /** one-time links tried from one address */
  "link:ip": { most: 60, windowSec: 15 * 60 },
} as const;
type ThrottleRule = keyof typeof rules;

// Keyed, so that the table does not say who tried to sign in from where.
const keyOf = (rule: ThrottleRule, subject: string) => `${rule}:${keyedHash(subject.toLowerCase(), "throttle")}`;

/**
 * Counts an attempt *before* it is made, in one statement: a thousand guesses at once get no more through than a thousand in a row.
 * Returns 0 when it may go on, else the seconds until the window ends.
 */
export async function countAttempt(rule: ThrottleRule, subject: string): Promise<number> {
  const { most, windowSec } = rules[rule];
  const [row] = await db.$queryRaw<{ failures: number; waitSec: number }[]>`
    INSERT INTO "SignInThrottle" AS t ("key", "failures", "windowEndsAt")
    VALUES (${keyOf(rule, subject)}, 1, now() + make_interval(secs => ${windowSec}))
    ON CONFLICT ("key") DO UPDATE SET
      "failures" = CASE WHEN t."windowEndsAt" < now() THEN 1 ELSE t."failures" + 1 END,
      "windowEndsAt" = CASE WHEN t."windowEndsAt" < now() THEN excluded."windowEndsAt" ELSE t."windowEndsAt" END
    RETURNING "failures", ceil(extract(epoch FROM "windowEndsAt" - now()))::int AS "waitSec"`;
  return row && row.failures > most ? Math.max(1, row.waitSec) : 0;
}

/** @throws AppError LIMIT with the time to wait. */
export async function refuseFlood(rule: ThrottleRule, subject: string): Promise<void> {
  const waitSec = await countAttempt(rule, subject);
  if (waitSec > 0) {
    throw new AppError("LIMIT", "Too many attempts.", {
      todo: `Try again in ${Math.ceil(waitSec / 60)} min.`,
      retryAfterSec: waitSec,
    });
  }
}

/** After a success: the account starts afresh. */
export async function forgetAttempts(rule: ThrottleRule, subject: string): Promise<void> {
  await db.signInThrottle.deleteMany({ where: { key: keyOf(rule, subject) } });
}

/** Windows that have ended hold nothing. Called by the sweep of sessions. */
export async function dropEndedWindows(): Promise<void> {
  await db.signInThrottle.deleteMany({ where: { windowEndsAt: { lt: new Date() } } });
}
