import type { DecisionAction, ItemState } from "./schema.ts";

/** What a person said about an item. `answer` as stored; null unless they corrected it. */
export type Said = { userId: string; action: DecisionAction | null; answer: string | null };

/** What becomes of a row: it goes, or it gets this answer. */
export type Verdict = { outcome: "keep"; answer: string } | { outcome: "reject" };

export type Resolved = { state: Exclude<ItemState, "settled">; verdict: Verdict | null };

/** What one decision means for the row; null where it means nothing (undecided, skipped). @param current what was to be accepted */
export function verdictOf(said: Pick<Said, "action" | "answer">, current: string | null): Verdict | null {
  if (said.action === "reject") return { outcome: "reject" };
  const answer = said.action === "accept" ? current : said.action === "correct" ? said.answer : null;
  return answer === null ? null : { outcome: "keep", answer };
}

/** Equal verdicts have equal keys. */
export function verdictKey(verdict: Verdict): string {
  return verdict.outcome === "reject" ? "reject" : `keep ${verdict.answer}`;
}

/**
 * What the decisions of an item come to: open until `wanted` people have decided, done when they agree (of three or more, when more
 * than half do), else disagreed.
 */
export function resolve(turns: readonly Said[], wanted: number, current: string | null): Resolved {
  const verdicts = turns.flatMap((said) => verdictOf(said, current) ?? []);
  if (verdicts.length < wanted) return { state: "open", verdict: null };
  const votes = new Map<string, { verdict: Verdict; count: number }>();
  for (const verdict of verdicts) {
    const key = verdictKey(verdict);
    const vote = votes.get(key) ?? { verdict, count: 0 };
    vote.count++;
    votes.set(key, vote);
  }
  const winner = [...votes.values()].find(({ count }) => count * 2 > verdicts.length);
  return winner ? { state: "done", verdict: winner.verdict } : { state: "disagreed", verdict: null };
}
