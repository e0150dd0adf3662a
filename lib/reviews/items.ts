import type { z } from "zod";
import { pool } from "#lib/core/db.ts";
import { loadRowSet, versionRows } from "#lib/datasets/version-rows.ts";
import type { Review } from "#prisma/generated/client.ts";
import { rejectedWord } from "./agreement.ts";
import type { ReviewItem, reviewItems } from "./queue-schema.ts";

/** Characters of a text that a list carries. */
const listChars = 2_000;

type Filter = z.output<typeof reviewItems.input>;
type Stored = Omit<ReviewItem, "current" | "settledBy" | "turns"> & { settledById: string | null };
type StoredTurn = Omit<ReviewItem["turns"][number], "name"> & { seq: number };

/** What a turn says, as text that can be compared. `i` is its item. */
const saidSql = (turn: string) =>
  `CASE ${turn}."action" WHEN 'accept' THEN coalesce(i."gold", i."teacher") WHEN 'correct' THEN ${turn}."answer" ELSE '${rejectedWord}' END`;

/** Conditions of a filter; every value is a parameter. */
function conditions(filter: Filter): { where: string; values: unknown[] } {
  const values: unknown[] = [filter.reviewId];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const parts = [`i."reviewId" = $1::uuid`];
  if (filter.state) parts.push(`i."state" = ${bind(filter.state)}`);
  if (filter.reason) parts.push(`${bind(filter.reason)} = ANY(i."reasons")`);
  if (filter.teacher !== undefined) parts.push(`i."teacher" = ${bind(filter.teacher)}`);
  const of = (turn: string) =>
    `${turn}."reviewId" = i."reviewId" AND ${turn}."seq" = i."seq" AND ${turn}."action" IS NOT NULL`;
  const mine = [of("t")];
  if (filter.userId) mine.push(`t."userId" = ${bind(filter.userId)}::uuid`);
  if (filter.action) mine.push(`t."action" = ${bind(filter.action)}`);
  else mine.push(`(t."action" <> 'skip' OR t."comment" <> '')`);
  if (filter.answer !== undefined) mine.push(`${saidSql("t")} = ${bind(filter.answer)}`);
  if (filter.commented) mine.push(`t."comment" <> ''`);
  const judged = `IN ('accept', 'correct', 'reject')`;
  if (filter.alsoBy || (filter.agrees !== undefined && !filter.userId)) {
    const other = filter.alsoBy ? ` AND o."userId" = ${bind(filter.alsoBy)}::uuid` : ` AND o."userId" <> t."userId"`;
    const same =
      filter.agrees === undefined ? "" : ` AND ${saidSql("o")} ${filter.agrees ? "=" : "<>"} ${saidSql("t")}`;
    mine.push(
      `t."action" ${judged}`,
      `EXISTS (SELECT 1 FROM "ReviewTurn" o WHERE ${of("o")} AND o."action" ${judged}${other}${same})`,
    );
  } else if (filter.agrees !== undefined) {
    mine.push(`t."action" ${judged}`, `${saidSql("t")} ${filter.agrees ? "=" : "<>"} i."teacher"`);
  }
  const asked = filter.userId || filter.action || filter.answer !== undefined || filter.commented || filter.alsoBy;
  if (asked || filter.agrees !== undefined)
    parts.push(`EXISTS (SELECT 1 FROM "ReviewTurn" t WHERE ${mine.join(" AND ")})`);
  return { where: parts.join(" AND "), values };
}

/** One page of items with their turns, by doubt, and how many match. */
export async function findItems(review: Review, filter: Filter) {
  const { where, values } = conditions(filter);
  const after = filter.cursor && /^\d{1,9}$/.test(filter.cursor) ? Number(filter.cursor) : 0;
  const rows = versionRows(await loadRowSet(review.datasetVersionId));
  const [{ rows: found }, { rows: counted }] = await Promise.all([
    pool.query<Stored>(
      `SELECT i."seq", i."position", left(r."input", ${listChars}) AS input, length(r."input") > ${listChars} AS cut, i."gold", i."teacher", i."student",
         i."confidence", i."reasons", i."remark", i."suggested", i."doubt", i."copies", i."state", i."outcome", i."answer", i."settledById"
       FROM "ReviewItem" i JOIN ${rows} r ON r."position" = i."position"
       WHERE ${where} AND i."seq" > $${values.length + 1}::int ORDER BY i."seq" LIMIT $${values.length + 2}::int`,
      [...values, after, filter.limit + 1],
    ),
    pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM "ReviewItem" i WHERE ${where}`, values),
  ]);
  const items = found.slice(0, filter.limit);
  const turns = await turnsOf(
    review.id,
    items.map(({ seq }) => seq),
  );
  const names = await namesOfPeople([
    ...turns.map(({ userId }) => userId),
    ...items.flatMap(({ settledById }) => settledById ?? []),
  ]);
  const nameOf = (id: string) => names.get(id) ?? "someone who left";
  const last = items.at(-1);
  return {
    total: counted[0]?.n ?? 0,
    nextCursor: found.length > filter.limit && last ? String(last.seq) : null,
    items: items.map(({ settledById, ...item }) => ({
      ...item,
      current: item.gold ?? item.teacher,
      settledBy: settledById === null ? null : nameOf(settledById),
      turns: turns
        .filter(({ seq }) => seq === item.seq)
        .map(({ seq: _seq, ...turn }) => ({ ...turn, name: nameOf(turn.userId) })),
    })),
  };
}

async function turnsOf(reviewId: string, seqs: number[]): Promise<StoredTurn[]> {
  const { rows } = await pool.query<StoredTurn>(
    `SELECT "seq", "userId", "action", "answer", "comment", "decidedAt" FROM "ReviewTurn"
     WHERE "reviewId" = $1::uuid AND "seq" = ANY($2::int[]) AND "action" IS NOT NULL AND "decidedAt" IS NOT NULL ORDER BY "seq", "decidedAt"`,
    [reviewId, seqs],
  );
  return rows;
}

async function namesOfPeople(ids: string[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; name: string }>(
    `SELECT "id", "name" FROM "User" WHERE "id" = ANY($1::uuid[])`,
    [[...new Set(ids)]],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
