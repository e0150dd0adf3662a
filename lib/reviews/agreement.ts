import type { Db } from "#lib/core/db.ts";
import { confusion, labelSet } from "#lib/metrics/confusion.ts";
import { kappa } from "#lib/metrics/kappa.ts";
import { krippendorffAlpha } from "#lib/metrics/krippendorff.ts";
import { wilson } from "#lib/metrics/proportion.ts";
import type { Review, ReviewTurn } from "#prisma/generated/client.ts";
import { actionOf } from "./decide.ts";
import type { Agreement, Coefficient } from "./queue-schema.ts";
import { verdictOf } from "./resolve.ts";
import { ReviewTask } from "./schema.ts";

/** Below this many rows a coefficient says next to nothing; it is shown as "too few". */
const fewestRows = 20;
const mostConfused = 50;

/** What people said about one item, in comparable words; `teacher` null where there is none or texts cannot be compared. */
type Judged = { teacher: string | null; audit: boolean; wrong: boolean; people: Map<string, string> };

/** Not a label, because labels are never empty. */
export const rejectedWord = "(rejected)";

type Turn = Pick<ReviewTurn, "seq" | "userId" | "action" | "answer"> & {
  current: string | null;
  teacher: string | null;
  audit: boolean;
};

/** All decisions of a review by item. One plain read: there can be 60,000. */
async function load(db: Pick<Db, "$queryRaw">, review: Review, byLabel: boolean): Promise<Judged[]> {
  const turns = await db.$queryRaw<Turn[]>`
    SELECT i."seq", coalesce(i."gold", i."teacher") AS current, i."teacher", 'audit' = ANY(i."reasons") AS audit, t."userId", t."action", t."answer"
    FROM "ReviewTurn" t JOIN "ReviewItem" i ON i."reviewId" = t."reviewId" AND i."seq" = t."seq"
    WHERE t."reviewId" = ${review.id}::uuid AND t."action" IN ('accept', 'correct', 'reject') ORDER BY i."seq", t."userId"`;
  const items = new Map<number, Judged>();
  for (const turn of turns) {
    const verdict = verdictOf({ ...turn, action: actionOf(turn) }, turn.current);
    if (!verdict || turn.action === null) continue;
    const item = items.get(turn.seq) ?? {
      teacher: byLabel ? turn.teacher : null,
      audit: turn.audit,
      wrong: false,
      people: new Map<string, string>(),
    };
    const said = verdict.outcome === "reject" ? rejectedWord : verdict.answer;
    item.people.set(turn.userId, byLabel ? said : turn.action);
    item.wrong ||= verdict.outcome === "reject" || verdict.answer !== turn.current;
    items.set(turn.seq, item);
  }
  return [...items.values()];
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
  db: Pick<Db, "$queryRaw" | "user">,
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
  const rows = judged.filter(({ audit }) => audit);
  const wrong = rows.filter((row) => row.wrong).length;
  const share = wilson(wrong, rows.length);
  return (
    share && {
      rows: rows.length,
      wrong,
      value: share.value,
      low: share.low,
      high: share.high,
      tooFew: rows.length < fewestRows,
    }
  );
}
