import type { Tx } from "#lib/core/db.ts";
import { type CheckCode, checkCodes, checks, type Level } from "./checks.ts";
import { type CheckSummary, type GateStatus, type Policy, PolicyInput, Thresholds } from "./schema.ts";

/** A policy with everything filled in: a team's choices over the defaults of lib/quality/checks.ts. */
export function fullPolicy(given: PolicyInput): Policy {
  const byCheck = <T>(of: (check: CheckCode) => T) =>
    Object.fromEntries(checkCodes.map((check) => [check, of(check)])) as Record<CheckCode, T>;
  return {
    auto: given.auto ?? true,
    levels: byCheck((check): Level => given.levels?.[check] ?? checks[check].level),
    allowed: byCheck((check) => given.allowed?.[check] ?? 0),
    thresholds: Thresholds.parse(given.thresholds ?? {}),
  };
}

/** What a team chose; unreadable (from a later version of Stillhouse) counts as nothing chosen. */
export async function storedPolicy(db: Pick<Tx, "qualityPolicy">, projectId: string): Promise<PolicyInput> {
  const row = await db.qualityPolicy.findUnique({ where: { projectId } });
  return PolicyInput.safeParse(row?.policy ?? {}).data ?? {};
}

export async function policyOf(db: Pick<Tx, "qualityPolicy">, projectId: string): Promise<Policy> {
  return fullPolicy(await storedPolicy(db, projectId));
}

/** What the checks come to together. */
export function statusOf(summaries: readonly Pick<CheckSummary, "level" | "status">[]): GateStatus {
  const found = (level: Level) => summaries.some((one) => one.status === "found" && one.level === level);
  return found("block") ? "block" : found("warn") ? "warn" : "pass";
}
