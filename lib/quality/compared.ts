import type { Db } from "#lib/core/db.ts";
import type { RowSet } from "#lib/datasets/version-rows.ts";
import type { Dataset, DatasetVersion } from "#prisma/generated/client.ts";

export type Version = DatasetVersion & { dataset: Dataset };

/** Another version of the project, and which of its rows must not occur in this one. */
export type OtherSide = RowSet & {
  id: string;
  name: string;
  side: "train" | "holdout";
  rows: number;
};

const mostVersions = 8;
/** Rows of other versions that are compared with one version at most. */
const mostRows = 500_000;

export const nameOf = (version: Version): string => `${version.dataset.name} v${version.number}`;

/** Whether all rows are held out, so that nothing can be trained on it. */
export const isTestSet = (version: Pick<DatasetVersion, "rowCount" | "holdoutCount">): boolean =>
  version.rowCount > 0 && version.holdoutCount === version.rowCount;

/**
 * What a version is compared with for leakage. Training rows: with the hold-out of the project's test sets (the newest version of
 * each), and of every version that an evaluation used. A test set: with the training rows of the newest version of each other dataset.
 * Versions on its own line share its hold-out, so they say nothing new.
 */
export async function othersOf(
  db: Pick<Db, "datasetVersion" | "evaluation">,
  version: Version,
): Promise<{ sides: OtherSide[]; left: string[] }> {
  const { projectId } = version.dataset;
  const ready = await db.datasetVersion.findMany({
    where: { teamId: version.teamId, state: "ready", deletedAt: null, dataset: { projectId, deletedAt: null } },
    include: { dataset: true },
    orderBy: { id: "desc" },
    take: 500,
  });
  const evaluations = await db.evaluation.findMany({
    where: { teamId: version.teamId, projectId },
    distinct: ["datasetVersionId"],
    select: { datasetVersionId: true },
    take: 200,
  });
  const judgedOn = new Set(evaluations.map(({ datasetVersionId }) => datasetVersionId));
  const foreign = ready.filter((other) => other.line !== version.line && other.datasetId !== version.datasetId);
  const newest = [...Map.groupBy(foreign, (other) => other.datasetId).values()].flatMap((all) => all.slice(0, 1));
  const side = (other: Version, which: OtherSide["side"]): OtherSide => ({
    id: other.id,
    line: other.line,
    step: other.step,
    name: nameOf(other),
    side: which,
    rows: which === "holdout" ? other.holdoutCount : other.rowCount - other.holdoutCount,
  });
  const wanted = isTestSet(version)
    ? newest.map((other) => side(other, "train"))
    : ready
        .filter((other) => other.line !== version.line)
        .filter((other) => judgedOn.has(other.id) || (newest.includes(other) && isTestSet(other)))
        .map((other) => side(other, "holdout"));
  return chosen(wanted.filter(({ rows }) => rows > 0));
}

function chosen(wanted: readonly OtherSide[]): { sides: OtherSide[]; left: string[] } {
  const sides: OtherSide[] = [];
  const left: string[] = [];
  let rows = 0;
  for (const one of wanted) {
    if (sides.length < mostVersions && rows + one.rows <= mostRows) {
      sides.push(one);
      rows += one.rows;
    } else left.push(one.name);
  }
  return { sides, left };
}
