import type { z } from "zod";
import { db } from "./db.ts";
import { type Entity, entityOf } from "./endpoint.ts";
import { notFound } from "./errors.ts";

/** How each entity is loaded inside a team. What was softly deleted is gone for verbs. */
const loaders = {
  project: (id: string, teamId: string) => db.project.findFirst({ where: { id, teamId } }),
  upload: (id: string, teamId: string) => db.upload.findFirst({ where: { id, teamId } }),
  dataset: (id: string, teamId: string) => db.dataset.findFirst({ where: { id, teamId, deletedAt: null } }),
  datasetVersion: (id: string, teamId: string) =>
    db.datasetVersion.findFirst({
      where: { id, teamId, deletedAt: null, dataset: { deletedAt: null } },
      include: { dataset: true },
    }),
  // What was deleted and can still be restored.
  deletedDataset: (id: string, teamId: string) =>
    db.dataset.findFirst({ where: { id, teamId, deletedAt: { not: null }, purgedAt: null } }),
  deletedVersion: (id: string, teamId: string) =>
    db.datasetVersion.findFirst({
      where: { id, teamId, deletedAt: { not: null }, purgedAt: null, dataset: { deletedAt: null } },
      include: { dataset: true },
    }),
  teacher: (id: string, teamId: string) => db.teacher.findFirst({ where: { id, teamId, deletedAt: null } }),
  run: (id: string, teamId: string) => db.run.findFirst({ where: { id, teamId } }),
  student: (id: string, teamId: string) => db.student.findFirst({ where: { id, teamId } }),
  evaluation: (id: string, teamId: string) => db.evaluation.findFirst({ where: { id, teamId } }),
  review: (id: string, teamId: string) => db.review.findFirst({ where: { id, teamId } }),
  apiToken: (id: string, teamId: string) => db.apiToken.findFirst({ where: { id, teamId } }),
  invitation: (id: string, teamId: string) => db.invitation.findFirst({ where: { id, teamId } }),
  outboxMail: (id: string, teamId: string) => db.outboxMail.findFirst({ where: { id, teamId } }),
} satisfies Record<Entity, (id: string, teamId: string) => Promise<unknown>>;

type Loaded = { [E in Entity]: NonNullable<Awaited<ReturnType<(typeof loaders)[E]>>> };

type EntityOfField<S> = S extends { readonly __entity?: infer E }
  ? Extract<E, Entity>
  : S extends z.ZodOptional<infer I> | z.ZodNullable<infer I> | z.ZodDefault<infer I>
    ? EntityOfField<I>
    : never;
type IsOptional<S> = S extends z.ZodOptional | z.ZodNullable ? true : false;

/** The loaded rows of an input's ref fields, under the field's name. */
export type Found<I extends z.ZodObject> = {
  [K in keyof I["shape"] as [EntityOfField<I["shape"][K]>] extends [never] ? never : K]: IsOptional<
    I["shape"][K]
  > extends true
    ? Loaded[EntityOfField<I["shape"][K]>] | undefined
    : Loaded[EntityOfField<I["shape"][K]>];
};

const words: Partial<Record<Entity, string>> = {
  datasetVersion: "dataset version",
  deletedDataset: "deleted dataset",
  deletedVersion: "deleted dataset version",
  apiToken: "API token",
  outboxMail: "e-mail",
};

/** Loads every ref field of a parsed input within the team. @throws AppError NOT_FOUND, the same for foreign and absent ids. */
export async function loadRefs<I extends z.ZodObject>(shape: I, input: z.output<I>, teamId: string): Promise<Found<I>> {
  const found: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(shape.shape)) {
    const entity = entityOf(schema as z.ZodType);
    const id = (input as Record<string, unknown>)[field];
    if (!entity || typeof id !== "string") continue;
    const row = await loaders[entity](id, teamId);
    if (!row) throw notFound(words[entity] ?? entity);
    found[field] = row;
  }
  return found as Found<I>;
}
