import type { Db } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { mutation, query } from "#lib/core/verb.ts";
import { madeAtOnce } from "#lib/datasets/change.ts";
import { atOnceRows, deriveBy, queueDerive } from "#lib/datasets/operation.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import type { QualityReport as Stored } from "#prisma/generated/client.ts";
import { checks, fixWords } from "./checks.ts";
import { nameOf, type Version } from "./compared.ts";
import { presentFindings } from "./findings.ts";
import { fixOperation, planFix } from "./fixes.ts";
import { leakageOf } from "./leakage.ts";
import { fullPolicy, storedPolicy } from "./policy.ts";
import {
  type Gate,
  GateStatus,
  type QualityReport,
  qualityFindings,
  qualityFix,
  qualityGate,
  qualityGet,
  qualityPolicyGet,
  qualityPolicySet,
  qualityStart,
  StoredReport,
} from "./schema.ts";
import { activeRun, startReport } from "./start.ts";

/** A report needs rows that stay as they are. @throws AppError CONFLICT */
function refuseUnready(version: Version): void {
  if (version.state === "ready") return;
  throw new AppError("CONFLICT", `${nameOf(version)} is not ready.`, { todo: "Wait until its rows are there." });
}

/** A report of another release of Stillhouse, with other checks, counts as none: the next one replaces it. */
function presentReport(row: Stored): QualityReport | null {
  const report = StoredReport.safeParse(row.report);
  if (!report.success) return null;
  return {
    ...report.data,
    datasetVersionId: row.versionId,
    runId: row.runId,
    status: GateStatus.parse(row.status),
    createdAt: row.createdAt.toISOString(),
  };
}

const start = mutation(qualityStart, async ({ actor, tx, input, found, after }) => {
  const version = found.datasetVersionId;
  const before = found.compareWith;
  refuseUnready(version);
  if (before) {
    refuseUnready(before);
    if (before.dataset.projectId !== version.dataset.projectId || before.id === version.id) {
      throw new AppError("INVALID", "Compare with another version of the same project.", { where: "compareWith" });
    }
  }
  // Two requests at a time make one run.
  await tx.$queryRaw`SELECT 1 FROM "DatasetVersion" WHERE "id" = ${version.id}::uuid FOR NO KEY UPDATE`;
  const run = await startReport(tx, actor, version, input.compareWith ?? null);
  after(() => enqueueRun(run));
  return { id: run.id, state: run.state };
});

const get = query(qualityGet, async ({ db, found }) => {
  const version = found.datasetVersionId;
  const [report, run] = await Promise.all([
    db.qualityReport.findUnique({ where: { versionId: version.id } }),
    db.run.findFirst({
      where: {
        projectId: version.dataset.projectId,
        kind: "quality",
        payload: { path: ["datasetVersionId"], equals: version.id },
      },
      orderBy: { id: "desc" },
      select: { id: true, state: true },
    }),
  ]);
  return { report: report && presentReport(report), run };
});

/** A cursor is the number of the last finding shown. @throws AppError INVALID */
function seqOf(cursor: string | undefined): number {
  const seq = Number(cursor ?? 0);
  if (Number.isSafeInteger(seq) && seq >= 0 && seq < 2 ** 31) return seq;
  throw new AppError("INVALID", "The cursor is not one of this list.", { where: "cursor" });
}

const findings = query(qualityFindings, async ({ db, input, found }) => {
  const version = found.datasetVersionId;
  const report = await db.qualityReport.findUnique({ where: { versionId: version.id } });
  if (!report) return { items: [], nextCursor: null };
  const loaded = await db.qualityFinding.findMany({
    where: { runId: report.runId, check: input.check, seq: { gt: seqOf(input.cursor) } },
    orderBy: { seq: "asc" },
    take: input.limit + 1,
  });
  const { items, nextCursor } = toPage(loaded, input.limit, ({ seq }) => String(seq));
  return { items: await presentFindings(db, version, items), nextCursor };
});

/** What a report and what is known of leakage come to. Leakage is asked again: a test set may be younger than the report. */
async function gateOf(db: Db, version: Version): Promise<Gate> {
  const row = await db.qualityReport.findUnique({ where: { versionId: version.id } });
  const report = row && presentReport(row);
  const reasons: Gate["reasons"] = [];
  if (!report) {
    const running = await activeRun(db, version);
    const sentence = running ? "The quality report is still being made." : "There is no quality report yet.";
    reasons.push({ check: null, level: "block", sentence });
    return { status: "block", reasons, report: running ? "running" : "none", reportedAt: null };
  }
  for (const { check, level, status, sentence } of report.checks) {
    if (status === "found" && (level === "block" || level === "warn"))
      reasons.push({ check, level, sentence: `${checks[check].title}: ${sentence}` });
  }
  const leakage = await leakageOf(db, version);
  const told = reasons.some(({ check }) => check === "leak-exact" || check === "leak-near");
  if (leakage.blocked && !told)
    reasons.push({ check: "leak-exact", level: "block", sentence: leakage.found.join(" ") });
  for (const sentence of leakage.notes) reasons.push({ check: null, level: "warn", sentence });
  const blocked = reasons.some(({ level }) => level === "block");
  const status = blocked ? "block" : reasons.length > 0 ? "warn" : "pass";
  return { status, reasons, report: "ready", reportedAt: report.createdAt };
}

const gate = query(qualityGate, ({ db, found }) => gateOf(db, found.datasetVersionId));

const policyGet = query(qualityPolicyGet, async ({ db, input }) => {
  const changed = await storedPolicy(db, input.projectId);
  return { projectId: input.projectId, policy: fullPolicy(changed), changed };
});

const policySet = mutation(qualityPolicySet, async ({ actor, tx, input }) => {
  const { projectId, ...changed } = input;
  const data = { teamId: actor.teamId, policy: changed, updatedById: actor.userId };
  await tx.qualityPolicy.upsert({ where: { projectId }, create: { projectId, ...data }, update: data });
  return { projectId, policy: fullPolicy(changed), changed };
});

const fix = mutation(qualityFix, async ({ actor, tx, input, found, after, audit }) => {
  const parent = found.datasetVersionId;
  refuseUnready(parent);
  const { check, action, reason } = input;
  const { op, rows } = await planFix(tx, parent, input);
  const planned = { parent, reason, operation: fixOperation, op };
  const told = { datasetVersionId: parent.id, check, action, reason, rows, ...(op.to === null ? {} : { to: op.to }) };
  if (rows <= atOnceRows) {
    const version = await deriveBy(tx, actor, planned);
    audit(version.id, { ...told, changes: version.changes });
    return madeAtOnce(tx, version);
  }
  const title = `${fixWords[action]}: ${checks[check].title} in ${nameOf(parent)}`;
  const run = await queueDerive(tx, actor, planned, title);
  audit(run.id, told);
  after(() => enqueueRun(run));
  return { id: run.id, version: null, runId: run.id };
});

export const qualityVerbs = [start, get, findings, gate, policyGet, policySet, fix];
