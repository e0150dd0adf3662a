import { z } from "zod";
import type { Db } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { readStorage, removeStorage, storageBytes, toWebStream } from "#lib/core/storage.ts";
import { download, mutation, query } from "#lib/core/verb.ts";
import { LabelSource } from "#lib/jobs/kinds/finetune.ts";
import { ArtifactName, MANIFEST_FILE } from "#lib/recipes/manifest.ts";
import type { Student as StudentRow } from "#prisma/generated/client.ts";
import { forgetPredictor, loadPredictor, manifestOf } from "./predictor.ts";
import {
  type Student,
  studentDelete,
  studentDownload,
  studentGet,
  studentList,
  studentPredict,
  studentRename,
} from "./schema.ts";

/** The part of a manifest that lists show; a student whose manifest is damaged is still listed. */
const Shown = z.object({
  labels: z.array(z.string()),
  training: z.object({ validation: z.object({ accuracy: z.number() }).nullable() }),
});

async function present(db: Pick<Db, "datasetVersion">, students: StudentRow[]): Promise<Student[]> {
  const versions = await db.datasetVersion.findMany({
    where: { id: { in: students.map((student) => student.datasetVersionId) } },
    include: { dataset: { select: { name: true } } },
  });
  const names = new Map(versions.map((version) => [version.id, `${version.dataset.name} v${version.number}`]));
  return students.map(({ manifest, ...student }) => {
    const shown = Shown.safeParse(manifest).data;
    return {
      ...student,
      labelSource: LabelSource.parse(student.labelSource),
      datasetName: names.get(student.datasetVersionId) ?? "a deleted dataset",
      trainMs: Number(student.trainMs),
      sizeBytes: Number(student.sizeBytes),
      labels: shown?.labels.length ?? 0,
      validationAccuracy: shown?.training.validation?.accuracy ?? null,
      createdAt: student.createdAt.toISOString(),
    };
  });
}

async function presentOne(db: Pick<Db, "datasetVersion">, student: StudentRow): Promise<Student> {
  const [shown] = await present(db, [student]);
  if (!shown) throw notFound("student");
  return shown;
}

const list = query(studentList, async ({ actor, db, input }) => {
  const rows = await db.student.findMany({
    where: { teamId: actor.teamId, projectId: input.projectId, ...(input.cursor ? { id: { lt: input.cursor } } : {}) },
    orderBy: { id: "desc" },
    take: input.limit + 1,
  });
  const { items, nextCursor } = toPage(rows, input.limit, (student) => student.id);
  return { items: await present(db, items), nextCursor };
});

const get = query(studentGet, async ({ db, found }) => {
  const student = found.studentId;
  const evaluations = await db.evaluation.count({ where: { studentId: student.id } });
  return { ...(await presentOne(db, student)), manifest: manifestOf(student), evaluations };
});

const predict = query(studentPredict, async ({ input, found }) => {
  const predictor = await loadPredictor(found.studentId);
  const begun = performance.now();
  const top = predictor.top(input.input, input.top);
  const latencyMs = performance.now() - begun;
  const best = top[0];
  if (!best) throw new AppError("INTERNAL", "The student has no labels.");
  return {
    label: best.label,
    confidence: best.probability,
    top,
    latencyMs,
    explanation: input.explain ? predictor.explain(input.input, best.label) : null,
  };
});

const contentTypes: Record<string, string> = { json: "application/json", md: "text/markdown; charset=utf-8" };

const file = download(studentDownload, async ({ input, found }) => {
  const student = found.studentId;
  const listed = manifestOf(student).files.find(({ name }) => name === input.file);
  if (!listed && input.file !== MANIFEST_FILE) throw notFound("file");
  const name = ArtifactName.parse(listed?.name ?? MANIFEST_FILE);
  const key = `${student.storageKey}/${name}`;
  const bytes = await storageBytes(key).catch(() => {
    throw notFound("file");
  });
  return {
    stream: toWebStream(readStorage(key)),
    fileName: name,
    contentType: contentTypes[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    bytes,
    ...(listed ? { headers: { "x-sha256": listed.sha256 } } : {}),
  };
});

const rename = mutation(studentRename, async ({ tx, input, found }) => {
  const { id, teamId, projectId } = found.studentId;
  const student = await tx.student.update({ where: { id }, data: { name: input.name } });
  await publish(tx, teamId, `project:${projectId}`);
  return presentOne(tx, student);
});

const remove = mutation(studentDelete, async ({ tx, found, after }) => {
  const student = found.studentId;
  const evaluations = await tx.evaluation.count({ where: { studentId: student.id } });
  if (evaluations > 0) {
    throw new AppError(
      "CONFLICT",
      `${evaluations} ${evaluations === 1 ? "evaluation depends" : "evaluations depend"} on ${student.name}.`,
      {
        where: student.name,
        todo: "Delete them first, if their figures are no longer needed.",
      },
    );
  }
  await tx.student.delete({ where: { id: student.id } });
  await publish(tx, student.teamId, `project:${student.projectId}`);
  after(async () => {
    forgetPredictor(student.id);
    await removeStorage(student.storageKey);
  });
  return { id: student.id };
});

export const studentVerbs = [list, get, predict, file, rename, remove];
