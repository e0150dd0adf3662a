import type { Actor } from "#lib/core/actor.ts";
import { writeAudit } from "#lib/core/audit.ts";
import { type Db, pool, type Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { type RowSet, versionRows } from "#lib/datasets/version-rows.ts";
import { plural } from "#lib/format.ts";
import type { CheckCode } from "./checks.ts";
import { isTestSet, nameOf, othersOf, type Version } from "./compared.ts";
import type { LeakageOverride } from "./override-schema.ts";
import { policyOf } from "./policy.ts";
import { type Policy, StoredReport } from "./schema.ts";

type Reads = Pick<Db, "datasetVersion" | "evaluation" | "qualityReport" | "qualityPolicy">;

/** What is known of leakage between what is trained on and what is measured on. */
export type Leakage = {
  /** training is refused unless somebody overrides it by name */
  blocked: boolean;
  /** what was found, in sentences */
  found: string[];
  /** what could not be looked at yet, in sentences */
  notes: string[];
};

/** Leaked rows between a version and one hold-out; `near` null: nobody has looked. */
type Pair = { name: string; exact: number; near: number | null };

async function reportOf(db: Reads, versionId: string): Promise<StoredReport | null> {
  const row = await db.qualityReport.findUnique({ where: { versionId } });
  return StoredReport.safeParse(row?.report).data ?? null;
}

/** Training rows of one version whose input is held out in another: a join by hash, quick at any size that fits one machine. */
async function countExact(train: RowSet, heldOut: RowSet): Promise<number> {
  const client = await pool.connect();
  try {
    // Rows that were just written have no statistics: without this the planner may compare every row with every other.
    await client.query("BEGIN READ ONLY; SET LOCAL enable_nestloop = off");
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${versionRows(train)} r WHERE NOT r."holdout"
         AND r."inputHash" IN (SELECT h."inputHash" FROM ${versionRows(heldOut)} h WHERE h."holdout")`,
    );
    return rows[0]?.n ?? 0;
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
    client.release();
  }
}

const wasLooked = (report: StoredReport, check: CheckCode): boolean =>
  report.checks.some((one) => one.check === check && one.status !== "off" && one.status !== "skipped");
const rowsOf = (report: StoredReport, check: CheckCode): number =>
  report.checks.find((one) => one.check === check)?.rows ?? 0;

/** The version's own hold-out, and (by its report) all that it was compared with. Versions never change, so reports stay true. */
async function ownPair(version: Version, report: StoredReport | null): Promise<Pair> {
  const name = "its own hold-out";
  if (version.holdoutCount === 0 && !report) return { name, exact: 0, near: 0 };
  if (!report || !wasLooked(report, "leak-exact"))
    return { name, exact: await countExact(version, version), near: null };
  const near = wasLooked(report, "leak-near") ? rowsOf(report, "leak-near") : null;
  return { name: "what it is measured on", exact: rowsOf(report, "leak-exact"), near };
}

/** A hold-out that the version's own report does not speak of: the other's report may, else the hashes are compared now. */
async function otherPair(db: Reads, version: Version, test: RowSet & { id: string; name: string }): Promise<Pair> {
  const theirs = await reportOf(db, test.id);
  const said = theirs?.compared.find((one) => one.datasetVersionId === version.id && one.side === "train");
  if (said && theirs)
    return { name: test.name, exact: said.exact, near: wasLooked(theirs, "leak-near") ? said.near : null };
  return { name: test.name, exact: await countExact(version, test), near: null };
}

/** Whether so many rows are more than the team's policy lets pass. */
function stops(policy: Policy, check: "leak-exact" | "leak-near", rows: number, all: number): boolean {
  return rows > 0 && policy.levels[check] === "block" && rows / Math.max(1, all) > policy.allowed[check];
}

/**
 * Leakage between the training rows of a version and its own hold-out, the project's test sets and evaluated versions, and a chosen
 * test set. Exact leakage is looked up now where no report has; near leakage is known from reports only, and said to be unknown else.
 */
export async function leakageOf(db: Reads, version: Version, chosen?: Version): Promise<Leakage> {
  const trainRows = version.rowCount - version.holdoutCount;
  if (trainRows === 0 || isTestSet(version)) return { blocked: false, found: [], notes: [] };
  // One after the other: in a transaction they share a connection.
  const report = await reportOf(db, version.id);
  const policy = await policyOf(db, version.dataset.projectId);
  const others = await othersOf(db, version);
  const tests = others.sides.map(({ id, name, line, step }) => ({ id, name, line, step }));
  if (chosen && chosen.id !== version.id && !tests.some(({ id }) => id === chosen.id))
    tests.push({ id: chosen.id, name: nameOf(chosen), line: chosen.line, step: chosen.step });
  const spokenOf = new Set(report?.compared.map(({ datasetVersionId }) => datasetVersionId));
  const pairs = [await ownPair(version, report)];
  for (const test of tests) if (!spokenOf.has(test.id)) pairs.push(await otherPair(db, version, test));

  const leakage: Leakage = { blocked: false, found: [], notes: [] };
  const unknown: string[] = [];
  for (const { name, exact, near } of pairs) {
    if (policy.levels["leak-exact"] !== "off" && exact > 0)
      leakage.found.push(`${plural(exact, "training row")} with the same input as in ${name}.`);
    if (policy.levels["leak-near"] !== "off" && (near ?? 0) > 0)
      leakage.found.push(`${plural(near ?? 0, "training row")} nearly equal to inputs of ${name}.`);
    leakage.blocked ||=
      stops(policy, "leak-exact", exact, trainRows) || stops(policy, "leak-near", near ?? 0, trainRows);
    if (near === null && policy.levels["leak-near"] !== "off") unknown.push(name);
  }
  if (unknown.length > 0) {
    const names = [...new Set(unknown)].join(", ");
    leakage.notes.push(
      `Not yet looked for nearly equal rows, or other punctuation, in ${names}: that needs a quality report.`,
    );
  }
  return leakage;
}

/** An override as it is kept with the run. */
export type Overridden = { reason: string; found: string[] };

/**
 * The gate in front of training: refuses a version that leaks into what it will be measured on, unless the request overrides that by a
 * reason, which is audited as `quality.override`.
 * @returns what was overridden, for the run; null when there was nothing to override
 * @throws AppError CONFLICT
 */
export async function assertTrainable(
  tx: Tx,
  actor: Actor,
  request: { version: Version; testVersion?: Version | undefined; override?: LeakageOverride | undefined },
): Promise<Overridden | null> {
  const { version, testVersion, override } = request;
  const { blocked, found } = await leakageOf(tx, version, testVersion);
  if (!blocked) return null;
  if (!override) {
    throw new AppError("CONFLICT", `Training on ${nameOf(version)} would leak: ${found.join(" ")}`, {
      where: "leakage",
      todo: "Drop these training rows under Quality, or override it with a reason.",
    });
  }
  const data = { reason: override.reason, found };
  await writeAudit(tx, actor, { action: "quality.override", targetId: version.id, data });
  return data;
}
