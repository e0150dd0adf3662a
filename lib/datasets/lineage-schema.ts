import { z } from "zod";
import { endpoint, Instant, ref } from "#lib/core/endpoint.ts";

export const LineageKind = z.enum(["file", "version", "labelling", "synthesis", "training", "student", "evaluation"]);
export type LineageKind = z.infer<typeof LineageKind>;

export const LineageNode = z.object({
  /** of the thing itself; of a file: its sha256 */
  id: z.string(),
  kind: LineageKind,
  /** file name, "v3", name of the teacher, student … */
  title: z.string(),
  /** one line of facts */
  detail: z.string(),
  /** of the run, or of the version */
  state: z.string().nullable(),
  at: Instant,
});
export type LineageNode = z.infer<typeof LineageNode>;

/** What was made from what. */
export const LineageEdge = z.object({ from: z.string(), to: z.string() });
export type LineageEdge = z.infer<typeof LineageEdge>;

export const Lineage = z.object({
  nodes: z.array(LineageNode),
  edges: z.array(LineageEdge),
  /** older things are left out */
  cut: z.boolean(),
});
export type Lineage = z.infer<typeof Lineage>;

export const datasetLineage = endpoint({
  name: "dataset.lineage",
  method: "GET",
  path: "/datasets/:datasetId/lineage",
  permission: "data.read",
  summary: "What was made from what: files, versions, labelling runs, trainings, students and their evaluations.",
  input: z.object({ datasetId: ref("dataset") }),
  output: Lineage,
});
