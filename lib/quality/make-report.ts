import type pg from "pg";
import { db } from "#lib/core/db.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import type { Run } from "#prisma/generated/client.ts";
import { nameOf, othersOf, type Version } from "./compared.ts";
import { checkDrift } from "./drift-check.ts";
import { findConflicts, findLeaks, findRepeats } from "./exact.ts";
import { FindingSink } from "./finding-sink.ts";
import { checkLabels } from "./label-checks.ts";
import { checkLengths } from "./length-check.ts";
import type { Look } from "./look.ts";
import { findNear } from "./near-check.ts";
import { checkNoise } from "./noise-check.ts";
import { policyOf } from "./policy.ts";
import type { Pulse } from "./pulse.ts";
import { prepareTools } from "./row-tools.ts";
import { scanRows } from "./scan.ts";
import type { StoredReport } from "./schema.ts";
import { summarise } from "./summaries.ts";

export const phases = [
  "Repeats and leakage",
  "Read the rows",
  "Compare near duplicates",
  "Labels and lengths",
  "Suspected labels",
  "Drift",
  "Store",
] as const;
export type Phase = (typeof phases)[number];

export type ReportWork = {
  version: Version;
  /** for drift */
  before: Version | null;
  run: Pick<Run, "id" | "leaseEpoch">;
  /** two connections of their own: one reads over cursors while the other writes findings */
  reader: pg.Client;
  writer: pg.Client;
  pulse: Pulse;
  onPhase: (phase: Phase) => void;
  onProgress: (done: number, total: number) => void;
};

/**
 * Looks a ready version over. Findings stand under the run when this returns; the report itself is the caller's to store. The same
 * version, policy and task give the same findings.
 * @throws Stopped, LostLease
 */
export async function makeReport(work: ReportWork): Promise<StoredReport> {
  const { version, pulse, onPhase } = work;
  const begun = performance.now();
  const { projectId } = version.dataset;
  const [task, policy, others] = await Promise.all([
    db.task.findUnique({ where: { projectId } }),
    policyOf(db, projectId),
    othersOf(db, version),
  ]);
  const look: Look = {
    version,
    rows: versionRows(version),
    task,
    classification: task?.kind === "classification",
    generative: task?.kind === "generation",
    policy,
    others: others.sides,
    reader: work.reader,
    sink: await FindingSink.open(work.writer, work.run, policy.levels),
    pulse,
    skipped: new Map(),
    figures: new Map(),
    methods: [],
    partners: new Map(),
    tell: work.onProgress,
  };
  // Rows that were just written have no statistics: without this the planner may compare every row with every other.
  await work.reader.query("SET enable_nestloop = off");
  onPhase("Repeats and leakage");
  const repeats = await findRepeats(look);
  const leaked = await findLeaks(look);
  await findConflicts(look);
  onPhase("Read the rows");
  const tools = await prepareTools(look);
  const scanned = await scanRows(look, tools, repeats);
  onPhase("Compare near duplicates");
  await findNear(look, scanned, leaked);
  scanned.finder = null;
  onPhase("Labels and lengths");
  await checkLabels(look, scanned);
  await checkLengths(look, scanned);
  onPhase("Suspected labels");
  await checkNoise(look, scanned);
  onPhase("Drift");
  const drift = await checkDrift(look, work.before);
  onPhase("Store");
  await look.sink.flush();
  return {
    rowCount: version.rowCount,
    checks: summarise(look, drift),
    compared: others.sides.map(({ id, name, side }) => ({
      datasetVersionId: id,
      name,
      side,
      ...(look.partners.get(id) ?? { exact: 0, near: 0 }),
    })),
    notCompared: others.left,
    drift,
    policy,
    task: { kind: task?.kind ?? null, labels: task?.labels.length ?? 0 },
    methods: [`Looked over ${nameOf(version)}.`, ...look.methods],
    durationMs: Math.round(performance.now() - begun),
  };
}
