import { z } from "zod";
import { type Db, pool, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { defineOperation, type StageIo, type Version } from "#lib/datasets/operation.ts";
import type { RowOrigin } from "#lib/datasets/schema.ts";
import { type RowChange, stageChanges } from "#lib/datasets/staged.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import { maskPersonal } from "#lib/text/check.ts";
import { personalKinds } from "#lib/text/codes.ts";
import { type CheckCode, checks, type FixAction } from "./checks.ts";
import { policyOf } from "./policy.ts";
import { CheckCode as CheckCodeField, FixAction as FixActionField } from "./schema.ts";

const FixOp = z.object({
  kind: z.literal("quality-fix"),
  /** whose findings */
  reportRunId: z.uuid(),
  check: CheckCodeField,
  action: FixActionField,
  /** of which findings; null: all of the check */
  seqs: z.array(z.int()).nullable(),
  /** relabel: to what; null: what each finding suggests */
  to: z.string().nullable(),
  /** mask: whose phone numbers are known without an international prefix */
  country: z.string().nullable(),
});
export type FixOp = z.infer<typeof FixOp>;

/** Texts masked at a time. */
const maskedRows = 500;

/** SQL of the findings of an operation, with what it takes as $1..$3. */
const findings = `(SELECT * FROM "QualityFinding" WHERE "runId" = $1::uuid AND "check" = $2 AND ($3::int[] IS NULL OR "seq" = ANY($3::int[])))`;
const valuesOf = ({ reportRunId, check, seqs }: FixOp) => [reportRunId, check, seqs] as const;

type Stage = (tx: Tx, table: string, io: StageIo<FixOp>) => Promise<void>;

const originOf = (check: CheckCode): string => JSON.stringify({ kind: "fix", check } satisfies RowOrigin);

const drop: Stage = async (tx, table, { op, parent }) => {
  // What is held out stays: dropping it would change what is measured, and hide what leaked.
  const side = op.check === "leak-exact" || op.check === "leak-near" ? `AND NOT r."holdout"` : "";
  await tx.$executeRawUnsafe(
    `INSERT INTO ${table} ("position", "gone") SELECT r."position", true FROM ${versionRows(parent)} r
     WHERE r."position" IN (SELECT "position" FROM ${findings} f) ${side}`,
    ...valuesOf(op),
  );
};

/** Findings are the later rows of each group, so that the first stays; it takes the group's most frequent answer. */
const keepMajority: Stage = async (tx, table, io) => {
  const { op, parent } = io;
  await drop(tx, table, io);
  await tx.$executeRawUnsafe(
    `WITH member AS (SELECT "otherPosition" AS leader, "position" FROM ${findings} f UNION SELECT "otherPosition", "otherPosition" FROM ${findings} g),
       vote AS (SELECT m.leader, r."output", count(*) AS n, min(r."position") AS first FROM member m
         JOIN ${versionRows(parent)} r ON r."position" = m."position" WHERE r."output" IS NOT NULL GROUP BY 1, 2),
       best AS (SELECT DISTINCT ON (leader) leader, "output" FROM vote ORDER BY leader, n DESC, first)
     INSERT INTO ${table} ("position", "setOutput", "output", "origin")
     SELECT leader, true, best."output", $4::jsonb FROM best JOIN ${versionRows(parent)} r ON r."position" = leader
     WHERE r."output" IS DISTINCT FROM best."output" ON CONFLICT DO NOTHING`,
    ...valuesOf(op),
    originOf(op.check),
  );
};

/** A group in which two answers are equally frequent has no majority and stays as it is. */
const majority: Stage = async (tx, table, { op, parent }) => {
  await tx.$executeRawUnsafe(
    `WITH vote AS (SELECT f."groupId", r."output", count(*) AS n FROM ${findings} f
         JOIN ${versionRows(parent)} r ON r."position" = f."position" WHERE r."output" IS NOT NULL GROUP BY 1, 2),
       ranked AS (SELECT *, rank() OVER (PARTITION BY "groupId" ORDER BY n DESC) AS place FROM vote),
       best AS (SELECT "groupId", min("output") AS "output" FROM ranked WHERE place = 1 GROUP BY 1 HAVING count(*) = 1)
     INSERT INTO ${table} ("position", "setOutput", "output", "origin")
     SELECT f."position", true, best."output", $4::jsonb FROM ${findings} f JOIN best USING ("groupId") ON CONFLICT DO NOTHING`,
    ...valuesOf(op),
    originOf(op.check),
  );
};

const relabel: Stage = async (tx, table, { op }) => {
  await tx.$executeRawUnsafe(
    `INSERT INTO ${table} ("position", "setOutput", "output", "origin")
     SELECT "position", true, coalesce($4::text, "suggestion"), $5::jsonb FROM ${findings} f
     WHERE coalesce($4::text, "suggestion") IS NOT NULL ON CONFLICT DO NOTHING`,
    ...valuesOf(op),
    op.to,
    originOf(op.check),
  );
};

const mask: Stage = async (tx, table, { op, parent, tell }) => {
  const kinds = personalKinds.filter((kind) => kind === op.check);
  const masked = (text: string) => maskPersonal(text, kinds, op.country ?? undefined);
  const origin: RowOrigin = { kind: "fix", check: op.check };
  for (let after = 0; ; ) {
    const rows = await tx.$queryRawUnsafe<{ position: number; input: string; output: string | null }[]>(
      `SELECT r."position", r."input", r."output" FROM ${versionRows(parent)} r
       WHERE r."position" IN (SELECT "position" FROM ${findings} f) AND r."position" > $4::int ORDER BY r."position" LIMIT ${maskedRows}`,
      ...valuesOf(op),
      after,
    );
    const changes = rows.map(({ position, input, output }): RowChange => {
      const answer = output === null ? {} : { output: masked(output) };
      return { position, input: masked(input), ...answer, origin };
    });
    await stageChanges(tx, table, changes, parent.holdoutFraction);
    const last = rows.at(-1);
    if (!last || rows.length < maskedRows) break;
    after = last.position;
    tell(after, parent.lastPosition);
  }
  tell(parent.lastPosition, parent.lastPosition);
};

const stages: Record<FixAction, Stage> = {
  drop,
  "keep-first": drop,
  "keep-majority": keepMajority,
  majority,
  merge: relabel,
  relabel,
  mask,
};

/** Puts findings of a quality report right in the next version. */
export const fixOperation = defineOperation<FixOp>({
  kind: "quality-fix",
  schema: FixOp,
  origin: "fix",
  async stage(tx, table, io) {
    await stages[io.op.action](tx, table, io);
  },
});

type Request = { check: CheckCode; action: FixAction; seqs?: number[] | undefined; to?: string | undefined };

/** Checks a request against the newest report of the version. @throws AppError CONFLICT without one, INVALID for an unfit action */
export async function planFix(
  db: Pick<Db, "qualityReport" | "qualityPolicy" | "task">,
  version: Version,
  request: Request,
) {
  const { check, action, seqs = null, to = null } = request;
  const report = await db.qualityReport.findUnique({ where: { versionId: version.id } });
  if (!report) {
    throw new AppError("CONFLICT", "This version has no quality report yet.", {
      where: `${version.dataset.name} v${version.number}`,
      todo: "Make one, then fix what it finds.",
    });
  }
  const { fixes, title } = checks[check];
  if (!fixes.includes(action)) {
    throw new AppError("INVALID", `"${title}" cannot be fixed by "${action}".`, {
      where: "action",
      todo: fixes.length > 0 ? `Use ${fixes.join(" or ")}.` : "It has no fix.",
    });
  }
  await refuseLabel(db, version, action, to);
  const { country } = (await policyOf(db, version.dataset.projectId)).thresholds;
  const op: FixOp = { kind: "quality-fix", reportRunId: report.runId, check, action, seqs, to, country };
  return { op, rows: await countRows(op) };
}

/** A new label must be one of the task's, where it names them. */
async function refuseLabel(db: Pick<Db, "task">, version: Version, action: FixAction, to: string | null) {
  if (to === null) return;
  if (action !== "relabel") {
    throw new AppError("INVALID", "Only relabel takes a label.", { where: "to", todo: "Leave it out." });
  }
  const task = await db.task.findUnique({ where: { projectId: version.dataset.projectId } });
  if (task && task.labels.length > 0 && !task.labels.includes(to)) {
    throw new AppError("INVALID", `"${to}" is no label of the task.`, {
      where: "to",
      todo: "Choose one of its labels.",
    });
  }
}

async function countRows(op: FixOp): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`SELECT count(DISTINCT "position")::int AS n FROM ${findings} f`, [
    ...valuesOf(op),
  ]);
  const n = rows[0]?.n ?? 0;
  if (n > 0) return n;
  throw new AppError("INVALID", "The report has no such finding.", {
    where: "check",
    todo: "Look at the report again: a newer one may have replaced it.",
  });
}
