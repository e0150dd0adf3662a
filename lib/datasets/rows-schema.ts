import { z } from "zod";
import { endpoint, Instant, ref } from "#lib/core/endpoint.ts";
import { RowFilter, RowOrigin, VersionOrigin } from "./schema.ts";

const versionInput = { datasetVersionId: ref("datasetVersion") };

/** Counts up to this are exact in a version with indexes; beyond, they are estimates. */
export const exactCount = 10_000;

export const versionCount = endpoint({
  name: "version.count",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/count",
  permission: "data.read",
  summary: "How many rows a filter finds: exact up to 10,000 and in small versions, else an estimate.",
  input: z.object({ ...versionInput, ...RowFilter.shape }),
  output: z.object({
    /** null: not to be told in the time that a page may take */
    rows: z.int().nullable(),
    exact: z.boolean(),
  }),
});

/** Rows whose value is at least `from` and below `to`. */
export const Bin = z.object({ from: z.int(), to: z.int(), rows: z.int(), holdout: z.int() });
export type Bin = z.infer<typeof Bin>;

/** Histograms of a version. Edges are round numbers that double, so that a few long texts do not hide the rest. */
export const Charts = z.object({
  /** characters of the input */
  lengths: z.array(Bin),
  /** estimated tokens of the input */
  tokens: z.array(Bin),
});
export type Charts = z.infer<typeof Charts>;

export const versionCharts = endpoint({
  name: "version.charts",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/charts",
  permission: "data.read",
  summary: "How the lengths of the inputs are spread, in characters and estimated tokens. Counted once per version.",
  input: z.object(versionInput),
  output: Charts,
});

/** A row as it was from one version of its line on. */
export const RowState = z.object({
  /** version that brought it; null when that version is of a time before numbers were kept */
  number: z.int().nullable(),
  versionId: z.uuid().nullable(),
  versionOrigin: VersionOrigin.nullable(),
  reason: z.string(),
  at: Instant.nullable(),
  by: z.string(),
  /** it is in the version that was asked about */
  current: z.boolean(),
  input: z.string(),
  output: z.string().nullable(),
  holdout: z.boolean(),
  origin: RowOrigin.nullable(),
});
export type RowState = z.infer<typeof RowState>;

export const versionRowHistory = endpoint({
  name: "version.rowHistory",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/rows/:position/history",
  permission: "data.read",
  summary: "What a row was in earlier and later versions, oldest first, at most 100 states.",
  input: z.object({ ...versionInput, position: z.coerce.number().int().min(1).max(2_147_483_646) }),
  output: z.object({ items: z.array(RowState) }),
});
