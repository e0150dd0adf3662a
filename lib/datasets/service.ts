import type { Actor } from "#lib/core/actor.ts";
import type { Db, Prisma, Tx } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { mutation, query } from "#lib/core/verb.ts";
import { sniff } from "#lib/formats/registry.ts";
import type { Sniffed } from "#lib/formats/types.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { createRun } from "#lib/jobs/runs.ts";
import type { Run, Upload } from "#prisma/generated/client.ts";
import { namesOf, presentDataset, withVersions } from "./present.ts";
import {
  type ColumnMapping,
  datasetAddVersion,
  datasetCreate,
  datasetDelete,
  datasetGet,
  datasetList,
  datasetRename,
} from "./schema.ts";
import { presentUpload, refuseArchived, twinOf, uploadHead, uploadVerbs } from "./uploads.ts";
import { versionVerbs } from "./versions.ts";

/** How the upload is read, with a mapping that fits it. @throws AppError INVALID */
async function sourceOf(upload: Upload, mapping: ColumnMapping): Promise<Sniffed> {
  presentUpload(upload);
  const { bytes, total } = await uploadHead(upload);
  const { how, columns } = sniff(bytes, bytes.length >= total, upload.fileName);
  // Delimited text has all its columns in the header; JSON rows may have fields that the first ones lack.
  const missing = [...mapping.inputs, mapping.output].find((name) => name !== null && !columns.includes(name));
  if (how.delimiter !== null && missing) {
    throw new AppError("INVALID", `The file has no column "${missing}".`, {
      where: "mapping",
      todo: `Choose among: ${columns.slice(0, 20).join(", ")}.`,
    });
  }
  if (mapping.output !== null && mapping.inputs.includes(mapping.output)) {
    throw new AppError("INVALID", `"${mapping.output}" cannot be input and gold answer at once.`, { where: "mapping" });
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
  const how = await sourceOf(upload, input.mapping);
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
  const how = await sourceOf(upload, input.mapping);
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

async function detail(from: Pick<Db, "dataset" | "user">, id: string) {
  const row = await from.dataset.findUniqueOrThrow({ where: { id }, include: withVersions });
  return presentDataset(
    row,
    await namesOf(
      from,
      row.versions.map((version) => version.createdById),
    ),
  );
}

const get = query(datasetGet, ({ db, input }) => detail(db, input.datasetId));

const rename = mutation(datasetRename, async ({ tx, actor, input, found }) => {
  const { id, projectId } = found.datasetId;
  await lockProject(tx, projectId);
  await refuseName(tx, projectId, input.name, id);
  await tx.dataset.update({ where: { id }, data: { name: input.name } });
  await publish(tx, actor.teamId, `project:${projectId}`);
  return detail(tx, id);
});

/** What would lose its ground if these versions went, as a sentence; null when nothing would. */
async function needOf(tx: Tx, projectId: string, versionIds: string[]): Promise<string | null> {
  const refersTo: Prisma.RunWhereInput[] = versionIds.map((id) => ({
    payload: { path: ["datasetVersionId"], equals: id },
  }));
  const run = await tx.run.findFirst({
    where: { projectId, state: { in: ["queued", "running", "paused"] }, OR: refersTo },
    select: { title: true, state: true },
  });
  if (run) return `The run "${run.title}" is ${run.state} and uses it.`;
  const student = await tx.student.findFirst({
    where: { datasetVersionId: { in: versionIds } },
    select: { name: true },
  });
  if (student) return `The student "${student.name}" was trained on it.`;
  const evaluations = await tx.evaluation.count({ where: { datasetVersionId: { in: versionIds } } });
  return evaluations > 0
    ? `${evaluations} ${evaluations === 1 ? "evaluation rests" : "evaluations rest"} on its hold-out.`
    : null;
}

const remove = mutation(datasetDelete, async ({ tx, actor, found }) => {
  const { id, name, projectId } = found.datasetId;
  await lockProject(tx, projectId);
  const versions = await tx.datasetVersion.findMany({ where: { datasetId: id }, select: { id: true } });
  const need =
    versions.length === 0
      ? null
      : await needOf(
          tx,
          projectId,
          versions.map((version) => version.id),
        );
  if (need) {
    throw new AppError("CONFLICT", `"${name}" cannot be deleted: ${need}`, {
      where: name,
      todo: "Cancel or delete what needs it first.",
    });
  }
  await tx.dataset.update({ where: { id }, data: { deletedAt: new Date() } });
  await publish(tx, actor.teamId, `project:${projectId}`);
  return { id };
});

export const datasetVerbs = [...uploadVerbs, create, addVersion, list, get, rename, remove, ...versionVerbs];
