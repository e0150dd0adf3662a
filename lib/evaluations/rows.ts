import { pool } from "#lib/core/db.ts";
import { loadRowSet, versionRows } from "#lib/datasets/version-rows.ts";
import type { EvaluationReport } from "./report.ts";
import { type Correctness, type EvaluationRowItem, NO_ANSWER, OUTSIDE } from "./schema.ts";

export type RowQuery = {
  gold?: string | undefined;
  teacher?: string | undefined;
  student?: string | undefined;
  correctness?: Correctness | undefined;
  view: "all" | "answered";
  search?: string | undefined;
};
type Target = { id: string; datasetVersionId: string; report: Pick<EvaluationReport, "basis" | "labels"> };
type Sort = "position" | "doubt" | "sure";

const COUNT_CAP = 10_000;

/** Right and wrong in SQL. `r` is the reference: the gold label, or the teacher's answer where no gold exists. */
const correctnessSql: Record<Correctness, (r: string) => string> = {
  both: (r) => `e."student" = ${r} AND e."teacher" = ${r}`,
  studentOnly: (r) => `e."student" = ${r} AND e."teacher" IS DISTINCT FROM ${r}`,
  teacherOnly: (r) => `e."student" <> ${r} AND e."teacher" = ${r}`,
  neither: (r) => `e."student" <> ${r} AND e."teacher" IS DISTINCT FROM ${r}`,
  studentWrong: (r) => `e."student" <> ${r}`,
  teacherWrong: (r) => `e."teacher" IS DISTINCT FROM ${r}`,
  disagree: () => `e."teacher" IS NOT NULL AND e."student" <> e."teacher"`,
};

/** Conditions with numbered parameters; texts from people only ever become parameters. */
function conditions({ id, report }: Target, query: RowQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [id];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const parts = [`e."evaluationId" = $1::uuid`];
  const answerIs = (column: "teacher" | "student", label: string): string => {
    if (report.labels.includes(label)) return `e."${column}" = ${bind(label)}`;
    if (label === NO_ANSWER) return `e."${column}" IS NULL`;
    if (label === OUTSIDE) return `e."${column}" <> ALL(${bind(report.labels)}::text[])`;
    return `e."${column}" = ${bind(label)}`;
  };
  if (query.gold !== undefined) parts.push(`e."gold" = ${bind(query.gold)}`);
  if (query.teacher !== undefined) parts.push(answerIs("teacher", query.teacher));
  if (query.student !== undefined) parts.push(answerIs("student", query.student));
  if (query.view === "answered") parts.push(`e."teacher" IS NOT NULL`);
  if (query.correctness) {
    const reference = report.basis === "gold" ? `e."gold"` : `e."teacher"`;
    parts.push(`${reference} IS NOT NULL`, correctnessSql[query.correctness](reference));
  }
  if (query.search) parts.push(`strpos(lower(r."input"), lower(${bind(query.search)})) > 0`);
  return { where: parts.join(" AND "), values };
}

const COLUMNS = `e."position", r."input", e."gold", e."teacher", e."student", e."confidence", e."teacherLatencyMs", e."studentLatencyMs"`;

async function from(target: Target): Promise<string> {
  const rows = versionRows(await loadRowSet(target.datasetVersionId));
  return `FROM "EvaluationRow" e JOIN ${rows} r ON r."position" = e."position"`;
}

const orders: Record<Sort, { by: string; after: (confidence: string, position: string) => string }> = {
  position: { by: `e."position"`, after: (_c, p) => `e."position" > ${p}` },
  doubt: { by: `e."confidence", e."position"`, after: (c, p) => `(e."confidence", e."position") > (${c}, ${p})` },
  sure: {
    by: `e."confidence" DESC, e."position"`,
    after: (c, p) => `(e."confidence" < ${c} OR (e."confidence" = ${c} AND e."position" > ${p}))`,
  },
};

/** Where a page ended; opaque to callers. */
export function rowCursor(row: EvaluationRowItem): string {
  return `${row.confidence}:${row.position}`;
}

/** A cursor that is none of ours begins at the first row. */
function parseCursor(cursor: string): [number, number] {
  const [confidence = Number.NaN, position = Number.NaN] = cursor.split(":").map(Number);
  const usable = Number.isFinite(confidence) && Number.isInteger(position) && Math.abs(position) < 2 ** 31;
  return usable ? [confidence, position] : [0, 0];
}

/** Up to `limit` rows after `cursor`, by keyset: as fast on the last page as on the first. */
export async function findRows(
  target: Target,
  query: RowQuery,
  page: { sort: Sort; cursor?: string | undefined; limit: number },
): Promise<EvaluationRowItem[]> {
  const { where, values } = conditions(target, query);
  const order = orders[page.sort];
  let after = "";
  if (page.cursor) {
    const [confidence, position] = parseCursor(page.cursor);
    const c = page.sort === "position" ? "" : `$${values.push(confidence)}::float8`;
    after = ` AND ${order.after(c, `$${values.push(position)}::int`)}`;
  }
  const joined = await from(target);
  const { rows } = await pool.query<EvaluationRowItem>(
    `SELECT ${COLUMNS} ${joined} WHERE ${where}${after} ORDER BY ${order.by} LIMIT $${values.push(page.limit)}::int`,
    values,
  );
  return rows;
}

/** Matching rows, counted to 10,000. */
export async function countRows(target: Target, query: RowQuery): Promise<{ total: number; capped: boolean }> {
  const { where, values } = conditions(target, query);
  const joined = await from(target);
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (SELECT 1 ${joined} WHERE ${where} LIMIT ${COUNT_CAP + 1}) x`,
    values,
  );
  const n = rows[0]?.n ?? 0;
  return { total: Math.min(n, COUNT_CAP), capped: n > COUNT_CAP };
}
