import type { Actor } from "#lib/core/actor.ts";
import type { Prisma, Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import type { Dataset, DatasetVersion } from "#prisma/generated/client.ts";
import { ContentHash, contentHashSql, hashedRows } from "./content-hash.ts";
import { importWarnings, maxLabels } from "./labels.ts";
import { type ChangeCounts, ImportReport, type VersionOrigin } from "./schema.ts";
import { keepTogether } from "./sides.ts";
import { createStage } from "./staged.ts";
import { endless, versionRows } from "./version-rows.ts";

export type Derivation = {
  actor: Pick<Actor, "teamId" | "userId">;
  parent: DatasetVersion & { dataset: Dataset };
  origin: Exclude<VersionOrigin, "import">;
  reason: string;
  /** fills the temporary table of changes (lib/datasets/staged.ts), by `stageChanges` or by SQL over `versionRows(parent)` */
  stage: (tx: Tx, table: string) => Promise<void>;
  /** the run that makes it; no other version ever names the same run */
  runId?: string;
};

type Counts = {
  rows: number;
  holdout: number;
  labelled: number;
  chars: number;
  hash: string;
};

/**
 * Makes the next version of a dataset from `parent` in the caller's transaction, writing only what differs: rows that change end at the
 * new step and their successors begin there. From a parent that is not the newest of its line, what later versions did is undone at
 * the new step first. Counts and hash follow from the change alone, so that the cost is that of the change, not of the version.
 * @throws AppError CONFLICT when the parent is not ready or a row is not in it, INVALID when nothing would change or remain
 */
export async function deriveVersion(tx: Tx, { actor, parent, origin, reason, stage, runId }: Derivation) {
  const { line, dataset } = parent;
  if (parent.state !== "ready") {
    throw new AppError("CONFLICT", "Only a ready version can be changed.", {
      where: `${dataset.name} v${parent.number}`,
    });
  }
  // Versions of a dataset are made one after the other: step, number and positions are the next ones.
  await tx.$queryRaw`SELECT 1 FROM "Dataset" WHERE "id" = ${dataset.id}::uuid FOR NO KEY UPDATE`;
  const kept = await tx.datasetVersion.count({
    where: { id: parent.id, deletedAt: null, dataset: { deletedAt: null } },
  });
  if (kept === 0) {
    throw new AppError("CONFLICT", `${dataset.name} v${parent.number} has been deleted meanwhile.`, {
      todo: "Restore it first.",
    });
  }
  const onLine = await tx.datasetVersion.aggregate({ where: { line }, _max: { step: true, lastPosition: true } });
  const inDataset = await tx.datasetVersion.aggregate({ where: { datasetId: dataset.id }, _max: { number: true } });
  const head = onLine._max.step ?? 0;
  const step = head + 1;

  const table = await createStage(tx);
  await stage(tx, table);
  await keepTogether(tx, table, parent);
  await complete(tx, table, parent);
  const { changes, added } = await countChanges(tx, table, parent);
  const removed = await measure(tx, `(SELECT r.* FROM ${versionRows(parent)} r JOIN ${table} s USING ("position"))`);
  const put = await measure(tx, `(SELECT * FROM ${table} WHERE NOT "gone")`);
  const rowCount = parent.rowCount + put.rows - removed.rows;
  if (rowCount === 0) {
    throw new AppError("INVALID", "No row would be left.", { todo: "Keep at least one row." });
  }
  const labels = await countLabels(tx, table, parent);
  const changed = changes.added + changes.removed + changes.changed;
  const repeats = await countRepeats(tx, table, parent, changed);

  const lastPosition = (onLine._max.lastPosition ?? 0) + added;
  await writeRows(tx, table, { line, step, from: parent.step, head, lastPosition: onLine._max.lastPosition ?? 0 });

  const hash = new ContentHash(parent.contentHash);
  hash.add(removed.hash, -1);
  hash.add(put.hash);
  const holdoutCount = parent.holdoutCount + put.holdout - removed.holdout;
  const labelledCount = parent.labelledCount + put.labelled - removed.labelled;
  const duplicateCount = parent.duplicateCount + repeats.duplicates;
  const conflictCount = parent.conflictCount + repeats.conflicts;
  const warnings = importWarnings({
    rows: rowCount,
    holdout: holdoutCount,
    labelled: labelledCount,
    duplicates: duplicateCount,
    conflicts: conflictCount,
    fraction: parent.holdoutFraction,
    labels: labels ?? [],
  });
  const report: ImportReport = { warnings, rejectedByCode: {}, labels: labels ?? [], manyAnswers: labels === null };
  const { id, createdAt, importRunId, checkpoint, labelCounts, source, mapping, ...rest } = parent;
  const { dataset: _, ...columns } = rest;
  const version = await tx.datasetVersion.create({
    data: {
      ...columns,
      source: source as Prisma.InputJsonValue,
      mapping: mapping as Prisma.InputJsonValue,
      number: (inDataset._max.number ?? 0) + 1,
      step,
      lastPosition,
      origin,
      parentId: id,
      reason,
      changes,
      contentHash: hash.toString(),
      rowCount,
      holdoutCount,
      labelledCount,
      duplicateCount,
      conflictCount,
      rejectedCount: 0,
      inputChars: parent.inputChars + BigInt(put.chars - removed.chars),
      report,
      createdById: actor.userId,
      readyAt: new Date(),
      deriveRunId: runId ?? null,
    },
  });
  // By hand, because Prisma's JSON loses a label named __proto__.
  const counts = JSON.stringify(Object.fromEntries((labels ?? []).map(({ label, rows }) => [label, rows])));
  await tx.$executeRaw`UPDATE "DatasetVersion" SET "labelCounts" = ${counts}::jsonb WHERE "id" = ${version.id}::uuid`;
  await publish(tx, actor.teamId, `project:${dataset.projectId}`);
  return tx.datasetVersion.findUniqueOrThrow({ where: { id: version.id }, include: { dataset: true } });
}

/** Gives staged rows what they keep of their predecessors, and leaves out changes that change nothing. */
async function complete(tx: Tx, table: string, parent: DatasetVersion): Promise<void> {
  const foreign = await tx.$queryRawUnsafe<{ position: number }[]>(
    `SELECT "position" FROM ${table} s WHERE "position" IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM ${versionRows(parent)} r WHERE r."position" = s."position") LIMIT 1`,
  );
  if (foreign[0]) {
    throw new AppError("CONFLICT", `Row ${foreign[0].position} is not in v${parent.number}.`, {
      where: "changes",
      todo: "Read the version again; the row belongs to another one.",
    });
  }
  await tx.$executeRawUnsafe(
    `UPDATE ${table} s SET "input" = coalesce(s."input", r."input"), "inputHash" = coalesce(s."inputHash", r."inputHash"),
       "output" = CASE WHEN s."setOutput" THEN s."output" ELSE r."output" END, "holdout" = coalesce(s."holdout", r."holdout"),
       "origin" = coalesce(s."origin", r."origin")
     FROM ${versionRows(parent)} r WHERE r."position" = s."position" AND NOT s."gone"`,
  );
  await tx.$executeRawUnsafe(
    `DELETE FROM ${table} s USING ${versionRows(parent)} r WHERE r."position" = s."position" AND NOT s."gone"
       AND r."input" = s."input" AND r."output" IS NOT DISTINCT FROM s."output" AND r."holdout" = s."holdout"`,
  );
  await tx.$executeRawUnsafe(`ANALYZE ${table}`);
}

async function countChanges(tx: Tx, table: string, parent: DatasetVersion) {
  const [counts] = await tx.$queryRawUnsafe<ChangeCounts[]>(
    `SELECT count(*) FILTER (WHERE s."position" IS NULL)::int AS added, count(*) FILTER (WHERE s."gone")::int AS removed,
       count(*) FILTER (WHERE s."position" IS NOT NULL AND NOT s."gone")::int AS changed,
       count(*) FILTER (WHERE NOT s."gone" AND r."position" IS NOT NULL AND r."output" IS DISTINCT FROM s."output")::int AS labels
     FROM ${table} s LEFT JOIN ${versionRows(parent)} r ON r."position" = s."position"`,
  );
  if (!counts || counts.added + counts.removed + counts.changed === 0) {
    throw new AppError("INVALID", "Nothing would change.", {
      todo: "Choose rows that differ from what they should be.",
    });
  }
  return { changes: counts, added: counts.added };
}

async function measure(tx: Tx, rows: string): Promise<Counts> {
  const [counts] = await tx.$queryRawUnsafe<Counts[]>(
    `SELECT count(*)::int AS rows, count(*) FILTER (WHERE "holdout")::int AS holdout, count("output")::int AS labelled,
       coalesce(sum(length("input")), 0)::float8 AS chars FROM ${rows} r`,
  );
  const [summed] = await tx.$queryRawUnsafe<{ hash: string }[]>(
    `SELECT ${contentHashSql} AS hash FROM ${hashedRows(rows)}`,
  );
  if (!counts || !summed) throw new Error("an aggregate gave no row");
  return { ...counts, hash: summed.hash };
}

/** Labels with their rows after the change; null once there are too many different answers. */
async function countLabels(tx: Tx, table: string, parent: DatasetVersion): Promise<ImportReport["labels"] | null> {
  const before = ImportReport.parse(parent.report);
  if (before.manyAnswers) return null;
  const moved = await tx.$queryRawUnsafe<{ label: string; rows: number; holdout: number }[]>(
    `SELECT "output" AS label, sum(sign)::int AS rows, coalesce(sum(sign) FILTER (WHERE "holdout"), 0)::int AS holdout FROM (
       SELECT r."output", r."holdout", -1 AS sign FROM ${versionRows(parent)} r JOIN ${table} s USING ("position")
       UNION ALL SELECT "output", "holdout", 1 FROM ${table} WHERE NOT "gone") moved
     WHERE "output" IS NOT NULL GROUP BY 1 LIMIT ${2 * maxLabels + 1}`,
  );
  const after = new Map(before.labels.map((count) => [count.label, { ...count }]));
  for (const { label, rows, holdout } of moved) {
    const count = after.get(label) ?? { label, rows: 0, holdout: 0 };
    after.set(label, { label, rows: count.rows + rows, holdout: count.holdout + holdout });
  }
  const left = [...after.values()].filter((count) => count.rows > 0).sort((a, b) => b.rows - a.rows);
  return left.length > maxLabels ? null : left;
}

/** Changed rows whose texts are looked up one by one. */
const fewChanges = 500;

/** By how much duplicates and conflicts change; only texts that the change touches are looked at. */
async function countRepeats(tx: Tx, table: string, parent: DatasetVersion, changed: number) {
  const grouped = (rows: string) =>
    `SELECT coalesce(sum(n - 1), 0) AS duplicates, count(*) FILTER (WHERE conflict) AS conflicts FROM (
       SELECT count(*) AS n, coalesce(min("output" COLLATE "C") <> max("output" COLLATE "C"), false) AS conflict
       FROM ${rows} q GROUP BY "inputHash" HAVING count(*) > 1) g`;
  const touched = `SELECT "inputHash" FROM ${table} WHERE NOT "gone"
    UNION SELECT r."inputHash" FROM ${versionRows(parent)} r JOIN ${table} s USING ("position")`;
  // Few are an array, which is looked up in the index of inputs where the line has one; PostgreSQL goes through an array from its beginning, so
  // that many are hashed.
  const like = changed <= fewChanges ? `= ANY(ARRAY(${touched}))` : `IN (${touched})`;
  const alike = `(SELECT r."position", r."inputHash", r."output" FROM ${versionRows(parent)} r WHERE r."inputHash" ${like})`;
  const [difference] = await tx.$queryRawUnsafe<{ duplicates: number; conflicts: number }[]>(
    `WITH alike AS MATERIALIZED ${alike}, before AS (${grouped("alike")}), after AS (${grouped(`(
       SELECT "inputHash", "output" FROM alike a WHERE NOT EXISTS (SELECT 1 FROM ${table} s WHERE s."position" = a."position")
       UNION ALL SELECT "inputHash", "output" FROM ${table} WHERE NOT "gone")`)})
     SELECT (after.duplicates - before.duplicates)::int AS duplicates, (after.conflicts - before.conflicts)::int AS conflicts FROM before, after`,
  );
  return difference ?? { duplicates: 0, conflicts: 0 };
}

type Place = { line: number; step: number; from: number; head: number; lastPosition: number };

async function writeRows(tx: Tx, table: string, { line, step, from, head, lastPosition }: Place): Promise<void> {
  const columns = `"line", "position", "fromStep", "input", "output", "holdout", "inputHash", "origin"`;
  if (from < head) {
    await tx.$executeRawUnsafe(
      `INSERT INTO "Row" (${columns}) SELECT r."line", r."position", ${step}, r."input", r."output", r."holdout", r."inputHash", r."origin"
       FROM ${versionRows({ line, step: from })} r WHERE r."toStep" <= ${head}
         AND NOT EXISTS (SELECT 1 FROM ${table} s WHERE s."position" = r."position")`,
    );
    await tx.$executeRawUnsafe(
      `UPDATE "Row" SET "toStep" = ${step} WHERE "line" = ${line} AND "toStep" = ${endless} AND "fromStep" > ${from} AND "fromStep" < ${step}`,
    );
  }
  await tx.$executeRawUnsafe(
    `UPDATE "Row" r SET "toStep" = ${step} FROM ${table} s
     WHERE r."line" = ${line} AND r."position" = s."position" AND r."toStep" = ${endless} AND r."fromStep" < ${step}`,
  );
  await tx.$executeRawUnsafe(
    `INSERT INTO "Row" (${columns}) SELECT ${line}, coalesce("position", ${lastPosition} + (row_number() OVER (PARTITION BY "position" IS NULL))::int), ${step}, "input", "output",
       "holdout", "inputHash", "origin" FROM ${table} WHERE NOT "gone"`,
  );
}
