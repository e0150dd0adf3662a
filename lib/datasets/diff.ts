import { AppError } from "#lib/core/errors.ts";
import { query } from "#lib/core/verb.ts";
import { kindSql, lineDiff, lineDiffPage, presentDiff, type ShownDiff, shownSql } from "./diff-line.ts";
import {
  type DiffKind,
  type DiffRow,
  type LabelMove,
  type VersionDiff,
  versionDiff,
  versionDiffRows,
} from "./diff-schema.ts";
import { textDiff } from "./diff-texts.ts";
import type { Version } from "./operation.ts";
import { namesOf, presentVersion } from "./present.ts";
import { isTimeout, reading } from "./row-select.ts";

const mostMoves = 200;
/** A comparison by text reads both versions. */
const textMs = 30_000;
/** Sorting both versions with their texts, which the planner likes best, takes twice as long as hashing what differs. */
const settings = "SET LOCAL work_mem = '96MB'; SET LOCAL enable_mergejoin = off;";

/** @throws AppError CONFLICT or INVALID for versions that cannot be compared */
function refuseUneven(base: Version, version: Version): void {
  const unready = [base, version].find(({ state }) => state !== "ready");
  if (unready) {
    throw new AppError("CONFLICT", "Only ready versions can be compared.", {
      where: `${unready.dataset.name} v${unready.number}`,
    });
  }
  if (base.datasetId !== version.datasetId) {
    throw new AppError("INVALID", "These are versions of different datasets.", {
      where: "baseVersionId",
      todo: `Choose a version of ${version.dataset.name}.`,
    });
  }
}

/** Runs a statement that may read two whole versions. @throws AppError LIMIT when that takes too long */
async function heavy<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
  try {
    const { rows } = await reading(textMs, (client) => client.query<T>(sql, values), settings);
    return rows;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new AppError("LIMIT", "These versions are too large to be compared while you wait.", {
      status: 503,
      todo: "Compare versions that were made from one another, or download both.",
    });
  }
}

/** `d` of both ways to compare: what stands before SELECT, and the FROM item. */
function differences(base: Version, version: Version): { before: string; from: string } {
  return base.line === version.line
    ? { before: "", from: lineDiff(base, version) }
    : { before: `WITH ${textDiff(base, version)}`, from: "d" };
}

type Counted = { counts: VersionDiff["counts"]; moves: LabelMove[] };

async function countDiff(base: Version, version: Version): Promise<Counted> {
  const { before, from } = differences(base, version);
  const count = (kind: DiffKind) => `count(*) FILTER (WHERE ${kindSql[kind]})::int`;
  const [row] = await heavy<Counted>(
    `${before ? `${before},` : "WITH"} seen AS MATERIALIZED (SELECT * FROM ${from})
     SELECT (SELECT jsonb_build_object('added', ${count("added")}, 'removed', ${count("removed")}, 'changed', ${count("changed")},
         'labels', ${count("labels")}, 'sides', count(*) FILTER (WHERE d.a_holdout <> d.b_holdout)::int) FROM seen d) AS counts,
       (SELECT coalesce(jsonb_agg(m ORDER BY m."rows" DESC, m."from", m."to"), '[]') FROM (
          SELECT left(d.a_output, 200) AS "from", left(d.b_output, 200) AS "to", count(*)::int AS "rows" FROM seen d
          WHERE ${kindSql.labels} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ${mostMoves + 1}) m) AS moves`,
  );
  if (!row) throw new Error("an aggregate gave no row");
  return row;
}

const compare = query(versionDiff, async ({ db, found }) => {
  const { datasetVersionId: version, baseVersionId: base } = found;
  refuseUneven(base, version);
  const names = await namesOf(db, [base.createdById, version.createdById]);
  const { counts, moves } = await countDiff(base, version);
  return {
    base: presentVersion(base, names),
    version: presentVersion(version, names),
    sameLine: base.line === version.line,
    counts,
    moves: moves.slice(0, mostMoves),
    moreMoves: moves.length > mostMoves,
  };
});

/** Cursor of a comparison by text: rows that are in the version by their position there, then removed ones by their old position. */
function textCursor(cursor: string | undefined): { side: number; position: number } {
  if (cursor === undefined) return { side: 0, position: 0 };
  const [, side = "", position = ""] = /^([01])\.(\d{1,9})$/.exec(cursor) ?? wrongCursor();
  return { side: Number(side), position: Number(position) };
}

function lineCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  return /^\d{1,10}$/.test(cursor) && Number(cursor) < 2 ** 31 ? Number(cursor) : wrongCursor();
}

function wrongCursor(): never {
  throw new AppError("INVALID", "The cursor is not one of this list.", {
    where: "cursor",
    todo: "Use `nextCursor` of the page before.",
  });
}

async function textDiffPage(
  base: Version,
  version: Version,
  kind: DiffKind | undefined,
  cursor: string | undefined,
  limit: number,
) {
  const { side, position } = textCursor(cursor);
  type Found = ShownDiff & { side: number; place: number };
  const place = `(CASE WHEN d.b_position IS NULL THEN 1 ELSE 0 END), coalesce(d.b_position, d.a_position)`;
  const rows = await heavy<Found>(
    `WITH ${textDiff(base, version)} SELECT (CASE WHEN d.b_position IS NULL THEN 1 ELSE 0 END) AS side, coalesce(d.b_position, d.a_position) AS place,
       d.a_position, d.b_position, ${shownSql} FROM d WHERE ${kind ? kindSql[kind] : "true"} AND (${place}) > ($1::int, $2::int)
     ORDER BY ${place} LIMIT $3`,
    [side, position, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items: DiffRow[] = shown.map(presentDiff);
  return { items, nextCursor: rows.length > limit && last ? `${last.side}.${last.place}` : null };
}

const rows = query(versionDiffRows, async ({ input, found }) => {
  const { datasetVersionId: version, baseVersionId: base } = found;
  refuseUneven(base, version);
  const { kind, cursor, limit } = input;
  return base.line === version.line
    ? lineDiffPage(base, version, kind, { after: lineCursor(cursor), limit })
    : textDiffPage(base, version, kind, cursor, limit);
});

export const diffVerbs = [compare, rows];
