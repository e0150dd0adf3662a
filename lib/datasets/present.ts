import type { Db } from "#lib/core/db.ts";
import type { Dataset as DatasetRow, DatasetVersion as VersionRow } from "#prisma/generated/client.ts";
import { hasOwnTable } from "./partition.ts";
import { ChangeCounts, ColumnMapping, type Dataset, type DatasetVersion, ImportReport } from "./schema.ts";

const shownVersions = 20;

/** Loads what a dataset shows. */
export const withVersions = {
  versions: { where: { deletedAt: null }, orderBy: { number: "desc" }, take: shownVersions },
  _count: { select: { versions: { where: { deletedAt: null } } } },
} as const;

export type LoadedDataset = DatasetRow & { versions: VersionRow[]; _count: { versions: number } };

type Names = ReadonlyMap<string, string>;

/** Names of the people who made things. */
export async function namesOf(from: Pick<Db, "user">, ids: string[]): Promise<Names> {
  const users = await from.user.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(users.map((user) => [user.id, user.name]));
}

export function presentVersion(
  row: VersionRow & { dataset: DatasetRow },
  names: Names,
): DatasetVersion & { report: ImportReport } {
  const report = ImportReport.parse(row.report);
  return {
    ...row,
    datasetName: row.dataset.name,
    projectId: row.dataset.projectId,
    simulated: row.dataset.simulated,
    sourceBytes: Number(row.sourceBytes),
    inputChars: Number(row.inputChars),
    mapping: ColumnMapping.parse(row.mapping),
    changes: row.changes === null ? null : ChangeCounts.parse(row.changes),
    labelKinds: report.manyAnswers ? null : report.labels.length,
    warnings: report.warnings,
    createdBy: names.get(row.createdById) ?? "someone who left",
    createdAt: row.createdAt.toISOString(),
    readyAt: row.readyAt?.toISOString() ?? null,
    large: hasOwnTable(row.line),
    searchableAt: row.searchableAt?.toISOString() ?? null,
    report,
  };
}

export function presentDataset(row: LoadedDataset, names: Names): Dataset {
  const { versions, _count, ...dataset } = row;
  return {
    id: dataset.id,
    projectId: dataset.projectId,
    name: dataset.name,
    simulated: dataset.simulated,
    createdAt: dataset.createdAt.toISOString(),
    versions: versions.map((version) => presentVersion({ ...version, dataset }, names)),
    versionCount: _count.versions,
  };
}

/** A dataset with its newest versions. */
export async function readDataset(from: Pick<Db, "dataset" | "user">, id: string): Promise<Dataset> {
  const row = await from.dataset.findUniqueOrThrow({ where: { id }, include: withVersions });
  const people = row.versions.map((version) => version.createdById);
  return presentDataset(row, await namesOf(from, people));
}
