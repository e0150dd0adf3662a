/**
 * Every n-th write of a run fails once, for every n: on a full disk (hostile case 36), as the victim of a deadlock, over a lock or at a time-out
 * (case 37). Claimed again, the run ends as if nothing had happened: nothing lost, nothing doubled.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startTeacherServer, type TeacherServer } from "#e2e/support/teacher-server.ts";
import type { Actor } from "#lib/core/actor.ts";
import { db, fullDisk, isPassingDbFault, isTooSlow, pool } from "#lib/core/db.ts";
import { loadVersion, makeCounted, recount, rowsOf, told } from "#lib/datasets/change.testing.ts";
import type { RunKind } from "#lib/jobs/catalog.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeRun, makeTeacher, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { deriveHandler } from "./derive.ts";
import { claimAs, failWrite } from "./faults.testing.ts";
import { startImport, tickets } from "./import.testing.ts";
import { importHandler } from "./import.ts";
import { messy, startReport } from "./quality.testing.ts";
import { qualityHandler } from "./quality.ts";
import type { RunHandler } from "./runtime.ts";
import { synthesisHandler } from "./synthesize.ts";

// before anything reads the settings
vi.hoisted(() => {
  process.env.STILLHOUSE_ALLOW_ADDRESSES = "127.0.0.0/8";
});

let engineer: Actor;
let projectId: string;
let server: TeacherServer;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
  server = await startTeacherServer({ latencyMs: 1 });
});
afterAll(() => server.close());
beforeEach(async () => {
  projectId = (await makeProject(engineer, { labels: ["label_0", "label_1", "label_2"] })).id;
});
afterEach(() => vi.restoreAllMocks());

type Prepared = { runId: string; check(): Promise<void> };

/** @returns how many writes the run makes */
async function everyWrite<K extends RunKind>(
  kind: K,
  handler: RunHandler<K>,
  code: string,
  prepare: () => Promise<Prepared>,
): Promise<number> {
  for (let nth = 1; ; nth++) {
    const { runId, check } = await prepare();
    const ctx = await claimAs(kind, runId);
    const fault = failWrite(nth, code);
    const first: unknown = await handler(ctx)
      .catch((error: unknown) => error)
      .finally(fault.restore);
    const what = `write ${nth}: ${fault.failed}`;
    if (first instanceof Error) {
      expect(isPassingDbFault(first) || isTooSlow(first), `${what}: ${first.message}`).toBe(true);
      expect(fullDisk(first), what).toBe(code === "53100" ? "database" : null);
      expect(await handler(await claimAs(kind, runId)), what).toMatchObject({ end: "succeeded" });
    } else expect(first, what).toMatchObject({ end: "succeeded" });
    await check();
    if (fault.failed === null) return nth - 1;
  }
}

const codes = [
  ["a full disk", "53100"],
  ["a deadlock", "40P01"],
  ["a lock that is not to be had", "55P03"],
  ["a time-out", "57014"],
] as const;

describe.each(codes.filter(([, code]) => code !== "55P03"))("%s at every n-th write", (_, code) => {
  // two chunks of rows and three rejections
  const file = `${tickets(300, ` ${"paper ".repeat(2_400)}`)},a\n,b\n,c\n`;
  let baseline: string | null = null;

  test("an import has every row and every rejection once", { timeout: 120_000 }, async () => {
    const writes = await everyWrite("import", importHandler, code, async () => {
      const started = await startImport(engineer, projectId, file, { allowDuplicate: true });
      return {
        runId: started.runId,
        check: async () => {
          const version = await loadVersion(started.datasetVersionId);
          expect(version).toMatchObject({ state: "ready", rowCount: 300, rejectedCount: 3 });
          expect(await recount(version)).toEqual(told(version));
          expect((await rowsOf(version)).map(([position]) => position)).toEqual(
            Array.from({ length: 300 }, (_row, index) => index + 1),
          );
          expect(await db.rejectedRow.count({ where: { versionId: version.id } })).toBe(3);
          baseline ??= version.contentHash;
          expect(version.contentHash).toBe(baseline);
        },
      };
    });
    expect(writes).toBeGreaterThan(15);
  });
});

describe.each(codes)("%s at every n-th write", (_, code) => {
  test("a derived version is made once, and never half", { timeout: 120_000 }, async () => {
    const rows = Array.from({ length: 40 }, (_row, n) => ({ input: `text ${n}`, output: "a", holdout: n % 5 === 0 }));
    const writes = await everyWrite("derive", deriveHandler, code, async () => {
      const parent = await makeCounted(engineer, projectId, rows);
      const op = { kind: "where", filter: { split: "train" }, action: { kind: "setOutput", output: "b" } };
      const payload = { datasetVersionId: parent.id, reason: "all b", op };
      const runId = await makeRun(engineer, projectId, "derive", payload);
      return {
        runId,
        check: async () => {
          const made = await db.datasetVersion.findMany({ where: { datasetId: parent.datasetId, number: { gt: 1 } } });
          expect(made).toHaveLength(1);
          const version = await loadVersion(made[0]?.id ?? "");
          expect(await recount(version)).toEqual(told(version));
          expect((await rowsOf(version)).filter(([, , output]) => output === "b")).toHaveLength(32);
          expect((await rowsOf(parent)).filter(([, , output]) => output === "a")).toHaveLength(40);
        },
      };
    });
    expect(writes).toBeGreaterThan(8);
  });

  test("a quality report has its findings once", { timeout: 120_000 }, async () => {
    let findings: string | null = null;
    const writes = await everyWrite("quality", qualityHandler, code, async () => {
      const versionId = await makeVersion(engineer, projectId, messy);
      const runId = await startReport(engineer, versionId);
      return {
        runId,
        check: async () => {
          expect(await db.qualityReport.count({ where: { versionId } })).toBe(1);
          const { rows } = await pool.query(
            `SELECT "check", count(*)::int AS n FROM "QualityFinding" WHERE "runId" = $1 GROUP BY 1 ORDER BY 1`,
            [runId],
          );
          findings ??= JSON.stringify(rows);
          expect(JSON.stringify(rows)).toBe(findings);
        },
      };
    });
    expect(writes).toBeGreaterThan(3);
  });
});

test("a full disk at every n-th write of a synthesis: every request is stored once and no row twice", {
  timeout: 120_000,
}, async () => {
  server.setAnswer(() => JSON.stringify({ rows: ["a new row about paper", "another one about toner"] }));
  const teacherId = await makeTeacher(engineer, server.baseUrl, 2);
  const input = Array.from({ length: 6 }, (_row, n) => ({ input: `ticket ${n} about printing`, output: "label_0" }));
  const writes = await everyWrite("synthesis", synthesisHandler, "53100", async () => {
    const datasetVersionId = await makeVersion(engineer, projectId, input);
    const wishes = [{ method: "label", label: "label_0", rows: 8 }];
    const limits = { capMicros: 10_000_000, autoConfirm: true, perRequest: 2, concurrency: 2 };
    const started = { datasetVersionId, teacherId, plan: wishes, ...limits };
    const { id } = (await callVerbAs("synthesis.create", engineer, started)) as { id: string };
    return {
      runId: id,
      check: async () => {
        const requests = await db.synthesisRequest.count({ where: { runId: id } });
        expect(await db.generationResult.count({ where: { runId: id, status: "ok" } })).toBe(requests);
        expect(await db.synthesisRow.count({ where: { runId: id } })).toBe(2 * requests);
      },
    };
  });
  expect(writes).toBeGreaterThan(5);
});
