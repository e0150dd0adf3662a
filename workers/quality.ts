import type pg from "pg";
import { connectAlone, db, type Prisma } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import type { ResultOf } from "#lib/jobs/catalog.ts";
import type { Version } from "#lib/quality/compared.ts";
import { makeReport, phases } from "#lib/quality/make-report.ts";
import { statusOf } from "#lib/quality/policy.ts";
import { pulseOf, Stopped } from "#lib/quality/pulse.ts";
import { StoredReport } from "#lib/quality/schema.ts";
import type { RunContext, RunHandler } from "./runtime.ts";

type Ctx = RunContext<"quality">;

/**
 * Makes the quality report of a version. Findings are written under the run and replaced when it begins again, so it can be killed at
 * any line; the report is switched over at the end, and the findings of the older one go afterwards.
 */
export const qualityHandler: RunHandler<"quality"> = async (ctx) => {
  const { payload, run } = ctx;
  const version = await readyVersion(payload.datasetVersionId);
  // The last claim ended between its commit and the end of the run.
  const stored = await db.qualityReport.findUnique({ where: { runId: run.id } });
  if (stored) return { end: "succeeded", result: resultOf(version, StoredReport.parse(stored.report)) };
  const begun = performance.now();
  const clients = await Promise.all([connectAlone(), connectAlone()]);
  try {
    if (ctx.signal.aborted) throw new Stopped();
    const report = await makeReport({
      version,
      before: await versionBefore(version, payload.compareWith),
      run,
      reader: clients[0],
      writer: clients[1],
      pulse: pulseOf(ctx.signal),
      onPhase: (phase) => ctx.progress({ phase, phases: [...phases], done: 0, total: null, etaMs: null }),
      onProgress: (done, total) => ctx.progress({ done, total, unit: "rows" }),
    });
    await store(ctx, version, report);
    await removeOlder(clients[1], version, run.id);
    say(ctx, report, performance.now() - begun);
    return { end: "succeeded", result: resultOf(version, report) };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (ctx.signal.reason === "cancel") {
      await ctx.fenced((tx) => tx.qualityFinding.deleteMany({ where: { runId: run.id } }));
      ctx.log("info", "Cancelled; the report before stays.");
    }
    return { end: "later", afterMs: 0 };
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
};

async function readyVersion(id: string): Promise<Version> {
  const version = await db.datasetVersion.findUnique({ where: { id }, include: { dataset: true } });
  if (version?.state === "ready" && version.deletedAt === null) return version;
  throw new AppError("NOT_FOUND", "The dataset version is gone or has no rows.", {
    todo: "Import it again, then ask for a report.",
  });
}

/** The version to hold this one against: the chosen one, its parent, or the one before in its dataset. */
async function versionBefore(version: Version, chosen: string | null): Promise<Version | null> {
  const id = chosen ?? version.parentId;
  const found = id === null ? null : await db.datasetVersion.findUnique({ where: { id }, include: { dataset: true } });
  if (found?.state === "ready" && found.deletedAt === null) return found;
  return db.datasetVersion.findFirst({
    where: { datasetId: version.datasetId, state: "ready", deletedAt: null, number: { lt: version.number } },
    include: { dataset: true },
    orderBy: { number: "desc" },
  });
}

async function store(ctx: Ctx, version: Version, report: StoredReport): Promise<void> {
  const { projectId } = version.dataset;
  const data = {
    teamId: version.teamId,
    projectId,
    runId: ctx.run.id,
    status: statusOf(report.checks),
    report: report as Prisma.InputJsonObject,
    createdAt: new Date(),
  };
  await ctx.fenced(async (tx) => {
    await tx.qualityReport.upsert({
      where: { versionId: version.id },
      create: { versionId: version.id, ...data },
      update: data,
    });
    await publish(tx, version.teamId, `project:${projectId}`);
  });
}

/** Findings of reports that this one replaces, and of runs that failed or were killed. Too many for a transaction with a time limit. */
async function removeOlder(client: pg.Client, version: Version, runId: string): Promise<void> {
  await client.query(
    `DELETE FROM "QualityFinding" WHERE "runId" IN (SELECT "id" FROM "Run" WHERE "projectId" = $1 AND "kind" = 'quality'
       AND "payload"->>'datasetVersionId' = $2 AND "id" <> $3 AND "state" NOT IN ('queued', 'running'))`,
    [version.dataset.projectId, version.id, runId],
  );
}

function say(ctx: Ctx, report: StoredReport, ms: number): void {
  for (const { level, status, check, sentence } of report.checks) {
    if (status === "found") ctx.log(level === "info" ? "info" : "warn", `${check}: ${sentence}`);
  }
  for (const method of report.methods) ctx.log("debug", method);
  ctx.metric({ seconds: Math.round(ms / 100) / 10, rows: report.rowCount });
}

function resultOf(version: Version, report: StoredReport): ResultOf<"quality"> {
  const found = report.checks.filter(({ status }) => status === "found");
  const rank = { block: 0, warn: 1, info: 2, off: 3 };
  return {
    datasetVersionId: version.id,
    status: statusOf(report.checks),
    rows: report.rowCount,
    found: found
      .sort((a, b) => rank[a.level] - rank[b.level] || b.rows - a.rows)
      .map(({ check, rows }) => ({ check, rows })),
  };
}
