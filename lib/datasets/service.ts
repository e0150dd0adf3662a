import type { Actor } from "#lib/core/actor.ts";
import type { Tx } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { mutation, query } from "#lib/core/verb.ts";
import { inspect, refuseNoTraining } from "#lib/formats/inspect.ts";
import type { Member, ReadOptions, Sniffed } from "#lib/formats/sniffed.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { createRun } from "#lib/jobs/runs.ts";
import type { Run, Upload } from "#prisma/generated/client.ts";
import { changeVerbs } from "./change.ts";
import { correctionVerbs } from "./corrections.ts";
import { deletionVerbs } from "./deletion.ts";
import { diffVerbs } from "./diff.ts";
import { lineageVerbs } from "./lineage.ts";
import { namesOf, presentDataset, readDataset, withVersions } from "./present.ts";
import {
  type ColumnMapping,
  datasetAddVersion,
  datasetCreate,
  datasetGet,
  datasetList,
  datasetRename,
} from "./schema.ts";
import { presentUpload, refuseArchived } from "./upload-rows.ts";
import { twinOf, uploadSource, uploadVerbs } from "./uploads.ts";
import { versionVerbs } from "./versions.ts";

/** How the upload is read, with a mapping that fits it. @throws AppError INVALID */
async function sourceOf(upload: Upload, mapping: ColumnMapping, reading: ReadOptions): Promise<Sniffed> {
  presentUpload(upload);
  const seen = await inspect(await uploadSource(upload), upload.fileName, reading);
  refuseNoTraining(seen, upload.fileName);
  const { how, columns, shape } = seen;
  // Delimited text has all its columns in the header; JSON rows may have fields that the first ones lack.
  const isThere = (name: string) =>
    columns.some((column) => name === column || (how.format === "parquet" && name.startsWith(`${column}.`)));
  const missing = [...mapping.inputs, mapping.output].find((name) => name !== null && !isThere(name));
  if ((how.delimiter !== null || how.format === "parquet") && missing) {
    throw new AppError("INVALID", `The file has no column "${missing}".`, {
      where: "mapping",
      todo: `Choose among: ${columns.slice(0, 20).join(", ")}.`,
    });
  }
  if (mapping.output !== null && mapping.inputs.includes(mapping.output)) {
    throw new AppError("INVALID", `"${mapping.output}" cannot be input and gold answer at once.`, { where: "mapping" });
  }
  const isTest = ({ split, refused }: Member) => refused === null && (split === "test" || split === "validation");
  if (reading.ownSplits && !how.members.some(isTest)) {
    throw new AppError("INVALID", "The file brings no test or validation rows of its own.", {
      where: "reading.ownSplits",
      todo: "Let a share of the rows be held out instead.",
    });
  }
  if (shape?.refusal && mapping.output !== null) {
    throw new AppError("INVALID", "Only the inputs of this file can be imported: it has no gold answers.", {
      where: "mapping",
      todo: "Choose no column for the answer.",
    });
  }
  return how;
}

type ImportRequest = {
  dataset: { id: string; name: string; projectId: string; simulated: boolean };
  number: number;
  upload: Upload;
  how: Sniffed;
  input: { mapping: ColumnMapping; holdoutFraction: number; allowDuplicate: boolean };
};

/** Writes the version and the run that fills it. */
async function startImport(tx: Tx, actor: Actor, { dataset, number, upload, how, input }: ImportRequest) {
  const sha256 = upload.sha256 ?? "";
  const twin = input.allowDuplicate ? null : await twinOf(tx, dataset.projectId, sha256);
  if (twin) {
    throw new AppError("CONFLICT", `This file is already imported as "${twin.name}" v${twin.number}.`, {
      where: upload.fileName,
      todo: "Use that version, or import it again on purpose with allowDuplicate.",
    });
  }
  const version = await tx.datasetVersion.create({
    data: {
      teamId: actor.teamId,
      datasetId: dataset.id,
      number,
      sourceFileName: upload.fileName,
      sourceBytes: upload.bytes,
      sourceSha256: sha256,
      source: how,
      mapping: input.mapping,
      holdoutFraction: input.holdoutFraction,
      createdById: actor.userId,
    },
  });
  const run = await createRun(tx, actor, {
    kind: "import",
    projectId: dataset.projectId,
    title: `Import ${upload.fileName} as ${dataset.name} v${number}`,
    payload: { uploadId: upload.id, datasetVersionId: version.id },
    simulated: dataset.simulated,
  });
  await tx.datasetVersion.update({ where: { id: version.id }, data: { importRunId: run.id } });
  return {
    run,
    answer: { id: dataset.id, datasetId: dataset.id, datasetVersionId: version.id, number, runId: run.id },
  };
}

/** Makes concurrent imports of one project wait for each other, so that twins and version numbers are seen. */
async function lockProject(tx: Tx, projectId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Project" WHERE "id" = ${projectId}::uuid FOR NO KEY UPDATE`;
}

async function refuseName(tx: Tx, projectId: string, name: string, except?: string): Promise<void> {
  const taken = await tx.dataset.findFirst({
    where: { projectId, name, deletedAt: null, ...(except ? { id: { not: except } } : {}) },
  });
  if (taken)
    throw new AppError("CONFLICT", `There is already a dataset "${name}".`, {
      where: "name",
      todo: "Choose another name, or add a version to it.",
    });
}

function refuseForeignUpload(upload: Upload, projectId: string): void {
  if (upload.projectId !== projectId) {
    throw new AppError("INVALID", "This file was uploaded to another project.", {
      where: "uploadId",
      todo: "Upload it to this one.",
    });
  }
}

const deliver = (run: Run) => () => enqueueRun(run);

const create = mutation(datasetCreate, async ({ actor, tx, input, found, after }) => {
  const { projectId: project, uploadId: upload } = found;
  refuseArchived(project);
  refuseForeignUpload(upload, project.id);
  const how = await sourceOf(upload, input.mapping, input.reading);
  await lockProject(tx, project.id);
  await refuseName(tx, project.id, input.name);
  const dataset = await tx.dataset.create({
    data: {
      teamId: actor.teamId,
      projectId: project.id,
      name: input.name,
      simulated: project.simulated,
      createdById: actor.userId,
    },
  });
  const { run, answer } = await startImport(tx, actor, { dataset, number: 1, upload, how, input });
  after(deliver(run));
  return answer;
});

const addVersion = mutation(datasetAddVersion, async ({ actor, tx, input, found, after }) => {
  const { datasetId: dataset, uploadId: upload } = found;
  refuseForeignUpload(upload, dataset.projectId);
  const how = await sourceOf(upload, input.mapping, input.reading);
  await lockProject(tx, dataset.projectId);
  const { _max } = await tx.datasetVersion.aggregate({ where: { datasetId: dataset.id }, _max: { number: true } });
  const { run, answer } = await startImport(tx, actor, { dataset, number: (_max.number ?? 0) + 1, upload, how, input });
  after(deliver(run));
  return answer;
});

const list = query(datasetList, async ({ db, input }) => {
  const rows = await db.dataset.findMany({
    where: { projectId: input.projectId, deletedAt: null, ...(input.cursor ? { id: { lt: input.cursor } } : {}) },
    include: withVersions,
    orderBy: { id: "desc" },
    take: input.limit + 1,
  });
  const names = await namesOf(
    db,
    rows.flatMap((row) => row.versions.map((version) => version.createdById)),
  );
  const { items, nextCursor } = toPage(rows, input.limit, (row) => row.id);
  return { items: items.map((row) => presentDataset(row, names)), nextCursor };
});

const get = query(datasetGet, ({ db, input }) => readDataset(db, input.datasetId));

const rename = mutation(datasetRename, async ({ tx, actor, input, found }) => {
  const { id, projectId } = found.datasetId;
  await lockProject(tx, projectId);
  await refuseName(tx, projectId, input.name, id);
  await tx.dataset.update({ where: { id }, data: { name: input.name } });
  await publish(tx, actor.teamId, `project:${projectId}`);
  return readDataset(tx, id);
});

export const datasetVerbs = [
  ...uploadVerbs,
  create,
  addVersion,
  list,
  get,
  rename,
  ...deletionVerbs,
  ...versionVerbs,
  ...correctionVerbs,
  ...changeVerbs,
  ...diffVerbs,
  ...lineageVerbs,
];
