import { z } from "zod";
import { endpoint, Instant, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { Dataset, DatasetVersion } from "./schema.ts";

/** What was deleted, and until when it can be had back. */
export const Deleted = z.object({ id: z.uuid(), restorableUntil: Instant });
export type Deleted = z.infer<typeof Deleted>;

export const DeletedItem = z.object({
  kind: z.enum(["dataset", "version"]),
  id: z.uuid(),
  /** of the dataset */
  name: z.string(),
  /** of a version */
  number: z.int().nullable(),
  /** versions of a dataset; 1 for a version */
  versions: z.int(),
  rows: z.int(),
  deletedAt: Instant,
  restorableUntil: Instant,
});
export type DeletedItem = z.infer<typeof DeletedItem>;

export const datasetDelete = endpoint({
  name: "dataset.delete",
  method: "DELETE",
  path: "/datasets/:datasetId",
  permission: "data.write",
  summary: "Deletes a dataset that no result rests on; it can be restored until it is purged.",
  input: z.object({
    datasetId: ref("dataset"),
    cancelRuns: QueryFlag.default(false).meta({
      description: "cancel the runs that use it first, instead of refusing",
    }),
  }),
  output: Deleted,
});

export const datasetRestore = endpoint({
  name: "dataset.restore",
  method: "POST",
  path: "/datasets/:datasetId/restore",
  permission: "data.write",
  summary: "Takes back the deletion of a dataset; a name that was taken meanwhile gets a number behind it.",
  input: z.object({ datasetId: ref("deletedDataset") }),
  output: Dataset,
});

export const datasetDeleted = endpoint({
  name: "dataset.deleted",
  method: "GET",
  path: "/projects/:projectId/deleted-datasets",
  permission: "data.read",
  summary: "Deleted datasets and versions that can still be restored, newest first, at most 100.",
  input: z.object({ projectId: ref("project") }),
  output: z.object({ items: z.array(DeletedItem) }),
});

export const versionDelete = endpoint({
  name: "version.delete",
  method: "DELETE",
  path: "/dataset-versions/:datasetVersionId",
  permission: "data.write",
  summary: "Deletes a version that no result and no later version rests on; it can be restored until it is purged.",
  input: z.object({ datasetVersionId: ref("datasetVersion") }),
  output: Deleted,
});

export const versionRestore = endpoint({
  name: "version.restore",
  method: "POST",
  path: "/dataset-versions/:datasetVersionId/restore",
  permission: "data.write",
  summary: "Takes back the deletion of a version.",
  input: z.object({ datasetVersionId: ref("deletedVersion") }),
  output: DatasetVersion,
});
