import { createHash } from "node:crypto";
import type { Actor, Person } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { decrypt, encrypt } from "#lib/core/secrets.ts";
import { Prisma } from "#prisma/generated/client.ts";

const keyPattern = /^[\x21-\x7e]{1,200}$/;
/** Answers may hold what is shown only once (an API token's value, an invitation's link): they are kept encrypted. */
const sealFor = (id: { actorKey: string; key: string }) => `idempotency:${id.actorKey}:${id.key}`;
/** A first request that died leaves its key open; after this time the key may be used again. */
const abandonedAfterMs = 60_000;

/**
 * Runs a create once per `Idempotency-Key` and caller: the second request gets the first answer. The same key with other content, or
 * while the first is under way, is a conflict. An error leaves the key free, so that the request can be repeated.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export async function once(
  caller: Actor | Person | null,
  key: string,
  request: { action: string; input: unknown },
  run: () => Promise<unknown>,
): Promise<{ value: unknown; replayed: boolean }> {
  if (!caller) return { value: await run(), replayed: false };
  if (!keyPattern.test(key))
    throw new AppError("INVALID", "Idempotency-Key must be 1 to 200 visible ASCII characters.");
  const id = { actorKey: `${caller.teamId ?? "-"}:${caller.userId}`, key };
  const requestHash = createHash("sha256")
    .update(JSON.stringify([request.action, request.input]))
    .digest("hex");
  const claimed = await db.idempotencyKey.createMany({
    data: [{ ...id, action: request.action, requestHash }],
    skipDuplicates: true,
  });
  if (claimed.count === 0) {
    const known = await db.idempotencyKey.findUnique({ where: { actorKey_key: id } });
    if (known && known.requestHash !== requestHash) {
      throw new AppError("CONFLICT", "This Idempotency-Key was used for another request.", { todo: "Use a new key." });
    }
    if (known && typeof known.response === "string") {
      return { value: JSON.parse(decrypt(known.response, sealFor(id))) as unknown, replayed: true };
    }
    const taken = await db.idempotencyKey.updateMany({
      where: {
        ...id,
        response: { equals: Prisma.DbNull },
        createdAt: { lt: new Date(Date.now() - abandonedAfterMs) },
      },
      data: { createdAt: new Date() },
    });
    if (taken.count === 0) {
      throw new AppError("CONFLICT", "The first request with this Idempotency-Key is still being worked on.", {
        retryAfterSec: 2,
      });
    }
  }
  let value: unknown;
  try {
    value = await run();
  } catch (error) {
    await db.idempotencyKey.deleteMany({ where: id });
    throw error;
  }
  // Outside the try: once the effect has happened, a fault here must not free the key for a second one.
  const sealed = encrypt(JSON.stringify(value), sealFor(id));
  await db.idempotencyKey.update({ where: { actorKey_key: id }, data: { response: sealed } });
  return { value, replayed: false };
}
