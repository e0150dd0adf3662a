import type { Db } from "#lib/core/db.ts";
import { confusion, labelSet } from "#lib/metrics/confusion.ts";
import { kappa } from "#lib/metrics/kappa.ts";
import { krippendorffAlpha } from "#lib/metrics/krippendorff.ts";
import { wilson } from "#lib/metrics/proportion.ts";
import type { Review } from "#prisma/generated/client.ts";
import { actionOf } from "./decide.ts";
import type { Agreement, Coefficient } from "./queue-schema.ts";
import { verdictOf } from "./resolve.ts";
import { ReviewTask } from "./schema.ts";

/** Below this many rows a coefficient says next to nothing; it is shown as "too few". */
export const fewestRows = 20;
const mostConfused = 50;

/** What people said about one item, in comparable words; `teacher` null where there is none or texts cannot be compared. */
type Judged = { teacher: string | null; audit: boolean; wrong: boolean | null; people: Map<string, string> };

/** Not a label, because labels are never empty. */
export const rejectedWord = "(rejected)";

async function load(db: Pick<Db, "reviewItem">, review: Review, byLabel: boolean): Promise<Judged[]> {
  const items = await db.reviewItem.findMany({
    where: { reviewId: review.id, turns: { some: { action: { in: ["accept", "correct", "reject"] } } } },
    select: {
      gold: true,
      teacher: true,
      reasons: true,
      turns: { select: { userId: true, action: true, answer: true }, orderBy: { userId: "asc" } },
    },
  });
  return items.map(({ gold, teacher, reasons, turns }) => {
    const people = new Map<string, string>();
    let wrong: boolean | null = null;
    for (const turn of turns) {
      const verdict = verdictOf({ ...turn, action: actionOf(turn) }, gold ?? teacher);
      if (!verdict || turn.action === null) continue;
      const said = verdict.outcome === "reject" ? rejectedWord : verdict.answer;
      people.set(turn.userId, byLabel ? said : turn.action);
      wrong = (wrong ?? false) || verdict.outcome === "reject" || verdict.answer !== (gold ?? teacher);
    }
    return { teacher: byLabel ? teacher : null, audit: reasons.includes("audit"), wrong, people };
  });
}

const undefinedNote = "not defined: everybody says one and the same";

/** Cohen's kappa of pairs of words. */
function kappaOf(pairs: readonly (readonly [string, string])[]): Coefficient {
  const labels = labelSet([], pairs.flat());
  const figure = pairs.length === 0 ? null : kappa.compute(confusion(labels, pairs));
  const agreed = pairs.filter(([a, b]) => a === b).length;
  return coefficient(figure, pairs.length, agreed);
}

function coefficient(
  figure: { value: number; low: number; high: number; method: string } | null,
  rows: number,
  agreed: number,
): Coefficient {
  const tooFew = rows < fewestRows;
  const known = tooFew ? null : figure;
  return {
    value: known?.value ?? null,
    low: known?.low ?? null,
    high: known?.high ?? null,
    method: known?.method ?? (tooFew ? `fewer than ${fewestRows} rows` : undefinedNote),
    rows,
    agreed,
    tooFew,
  };
}

/** Krippendorff's alpha of the units with two values or more. */
function alphaOf(units: readonly string[][]): Coefficient {
  const paired = units.filter((unit) => unit.length > 1);
  const agreed = paired.filter((unit) => unit.every((value) => value === unit[0])).length;
  return coefficient(krippendorffAlpha(paired), paired.length, agreed);
}

/**
 * Agreement of a review's people with one another and with the teacher. Labels are compared where the task has some; otherwise only what
 * people did (accept, correct, reject), because two corrected texts are hardly ever the same. @param auditOnly rows drawn at random only
 */
export async function agreementOf(
  db: Pick<Db, "reviewItem" | "user">,
  review: Review,
  auditOnly: boolean,
): Promise<Agreement> {
  const byLabel = ReviewTask.parse(review.task).kind === "classification";
  const all = await load(db, review, byLabel);
  const judged = auditOnly ? all.filter(({ audit }) => audit) : all;
  const ids = [...new Set(judged.flatMap(({ people }) => [...people.keys()]))].sort();
  const users = await db.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const names = new Map(users.map((user) => [user.id, user.name]));
  const person = (userId: string) => ({ userId, name: names.get(userId) ?? "someone who left" });

  const pairs = ids.flatMap((a, at) =>
    ids.slice(at + 1).flatMap((b) => {
      const both = judged.flatMap(({ people }) => pairOf(people.get(a), people.get(b)));
      return both.length === 0 ? [] : [{ a: person(a), b: person(b), kappa: kappaOf(both) }];
    }),
  );
  // A teacher never rejects a row: only those that a person gave a label are compared.
  const teacher = ids.flatMap((id) => {
    const both = judged.flatMap(({ people, teacher: said }) =>
      people.get(id) === rejectedWord ? [] : pairOf(said, people.get(id)),
    );
    return both.length === 0 ? [] : [{ person: person(id), kappa: kappaOf(both), confused: confusedOf(both) }];
  });
  return {
    unit: byLabel ? "label" : "action",
    people: alphaOf(judged.map(({ people }) => [...people.values()])),
    withTeacher: teacher.length === 0 ? null : alphaOf(judged.map(withTeacher)),
    pairs,
    teacher,
    audit: auditOf(all),
  };
}

function withTeacher({ people, teacher }: Judged): string[] {
  const said = [...people.values()].filter((value) => value !== rejectedWord);
  return teacher === null ? said : [...said, teacher];
}

function pairOf(a: string | null | undefined, b: string | null | undefined): [string, string][] {
  return a == null || b == null ? [] : [[a, b]];
}

function confusedOf(pairs: readonly (readonly [string, string])[]) {
  const counts = new Map<string, { teacher: string; answer: string; rows: number }>();
  for (const [teacher, answer] of pairs) {
    if (teacher === answer) continue;
    const key = JSON.stringify([teacher, answer]);
    const count = counts.get(key) ?? { teacher, answer, rows: 0 };
    count.rows++;
    counts.set(key, count);
  }
  return [...counts.values()].sort((a, b) => b.rows - a.rows).slice(0, mostConfused);
}

/** Error rate from the rows drawn at random: wrong where anybody rejected or corrected it. */
function auditOf(judged: readonly Judged[]): Agreement["audit"] {
  const rows = judged.filter(({ audit, wrong }) => audit && wrong !== null);
  const wrong = rows.filter((row) => row.wrong).length;
  const share = wilson(wrong, rows.length);
  return share && { rows: rows.length, wrong, value: share.value, low: share.low, high: share.high, tooFew: rows.length < fewestRows };
}
