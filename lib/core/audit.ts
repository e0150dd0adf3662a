import type { Actor, Person } from "./actor.ts";
import type { Prisma, Tx } from "./db.ts";

const secretField = /password|secret|token|key$|authorization/i;
const longestText = 500;

/** An input as it may be kept: secrets blanked, long texts cut. */
export function redact(value: unknown, field = "", depth = 0): Prisma.InputJsonValue | null {
  if (value === null || value === undefined) return null;
  if (secretField.test(field)) return "[redacted]";
  if (typeof value === "string") return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number(value);
  if (depth > 6) return "…";
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, field, depth + 1));
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redact(item, name, depth + 1)]));
  }
  return String(value);
}

/** Who did what to what. One row per mutation, in its transaction. */
export async function writeAudit(
  tx: Pick<Tx, "auditEntry">,
  actor: Actor | Person | null,
  entry: { action: string; targetId: string | null; data: unknown },
): Promise<void> {
  await tx.auditEntry.create({
    data: {
      teamId: actor?.teamId ?? null,
      userId: actor?.userId ?? null,
      tokenId: actor?.kind === "token" ? actor.credentialId : null,
      action: entry.action,
      targetId: entry.targetId,
      data: redact(entry.data) ?? {},
    },
  });
}
