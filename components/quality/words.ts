import type { GateStatus, QualityReport } from "#lib/quality/schema.ts";

export const statusWords: Record<GateStatus, { title: string; says: string }> = {
  pass: { title: "Passes", says: "Nothing that the policy blocks or warns of was found." },
  warn: {
    title: "Passes with warnings",
    says: "Training is allowed. Look at what was found before you spend money on it.",
  },
  block: { title: "Blocked", says: "Training on this version needs a named reason until this is put right." },
};

export const statusTone: Record<GateStatus, string> = {
  pass: "text-good",
  warn: "text-attention",
  block: "text-bad",
};

type Check = QualityReport["checks"][number];

const rank = { block: 0, warn: 1, info: 2, off: 3 };

/** What was found first, the gravest first; then what was allowed, clean, skipped or off. */
export function orderChecks(checks: readonly Check[]): { found: Check[]; rest: Check[] } {
  const found = checks.filter(({ status }) => status === "found");
  return {
    found: [...found].sort((a, b) => rank[a.level] - rank[b.level] || b.rows - a.rows),
    rest: checks.filter(({ status }) => status !== "found"),
  };
}
