/** Hostile case 37: deadlocks, serialization failures and time-outs in verbs. Retried or a clean 503; never half a transition. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import { connectAlone, db, pool } from "#lib/core/db.ts";
import { endpoint } from "#lib/core/endpoint.ts";
import { mutation } from "#lib/core/verb.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { failWrite } from "#workers/faults.testing.ts";
import { startImport, tickets, uploadText } from "#workers/import.testing.ts";
import { asAppError, respondError } from "./dispatch.ts";

let engineer: Actor;
let projectId: string;
beforeEach(async () => {
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer)).id;
});
afterEach(() => vi.restoreAllMocks());

/** A change of our own to meet others with. */
const change = (name: string, input = z.object({})) =>
  endpoint({
    name: `test.${name}`,
    method: "POST",
    path: `/test/${name}`,
    permission: "project.write",
    summary: "For this test.",
    input,
    output: z.object({ id: z.string() }),
  });
const audited = (action: string) => db.auditEntry.count({ where: { action, teamId: engineer.teamId } });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: unknown) => asAppError(error, "request", "a test"),
  );

test("two changes that really deadlock both happen, once each, with one audit row and one effect each", async () => {
  const other = (await makeProject(engineer)).id;
  const arrived = Promise.withResolvers<void>();
  let waiting = 2;
  let begun = 0;
  const effects: string[] = [];
  const crossing = (name: string, first: string, second: string) => {
    let before = false;
    return mutation(change(name), async ({ tx, after, audit }) => {
      begun++;
      after(async () => effects.push(name));
      audit(first);
      await tx.$executeRaw`UPDATE "Project" SET "description" = "description" || 'x' WHERE "id" = ${first}::uuid`;
      // Each holds one row before either asks for the other's.
      if (!before && --waiting === 0) arrived.resolve();
      before = true;
      await arrived.promise;
      await tx.$executeRaw`UPDATE "Project" SET "description" = "description" || 'y' WHERE "id" = ${second}::uuid`;
      return { id: first };
    });
  };
  const call = { actor: engineer };
  await Promise.all([
    crossing("there", projectId, other).call(call, {}),
    crossing("back", other, projectId).call(call, {}),
  ]);
  expect(begun).toBe(3);
  expect(effects.sort()).toEqual(["back", "there"]);
  expect([await audited("test.there"), await audited("test.back")]).toEqual([1, 1]);
  for (const id of [projectId, other]) {
    const { description } = await db.project.findUniqueOrThrow({ where: { id } });
    expect([...description].sort().join("")).toBe("xy");
  }
});

test("transactions that cannot be serialised are begun again", async () => {
  let begun = 0;
  const count = mutation(change("count"), async ({ tx }) => {
    begun++;
    await tx.$executeRaw`SET TRANSACTION ISOLATION LEVEL SERIALIZABLE`;
    const { description } = await tx.project.findUniqueOrThrow({ where: { id: projectId } });
    await tx.project.update({ where: { id: projectId }, data: { description: `${description}x` } });
    return { id: projectId };
  });
  await Promise.all(Array.from({ length: 3 }, () => count.call({ actor: engineer }, {})));
  expect((await db.project.findUniqueOrThrow({ where: { id: projectId } })).description).toBe("xxx");
  expect(await audited("test.count")).toBe(3);
  expect(begun).toBeGreaterThanOrEqual(3);
});

test("a conflict that stays is a 503 that says what to do, and nothing was changed", async () => {
  const stuck = mutation(change("stuck"), async ({ tx }) => {
    await tx.project.update({ where: { id: projectId }, data: { description: "half" } });
    await tx.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$`;
    return { id: projectId };
  });
  const told = await refusal(stuck.call({ actor: engineer }, {}));
  const answer = respondError(told, "request");
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("2");
  expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining("this was not done") } });
  expect((await db.project.findUniqueOrThrow({ where: { id: projectId } })).description).toBe("");
  expect(await audited("test.stuck")).toBe(0);
});

test.each([
  ["statement_timeout", "The database took too long over this and stopped."],
  ["lock_timeout", "The database cannot be reached or is busy right now."],
])("waiting for somebody's lock longer than %s is a 503, and nothing was changed", async (setting, message) => {
  const holder = await connectAlone();
  await holder.query("BEGIN");
  await holder.query(`SELECT 1 FROM "Project" WHERE "id" = $1 FOR UPDATE`, [projectId]);
  const slow = mutation(change("slow"), async ({ tx }) => {
    await tx.task.update({ where: { projectId }, data: { instruction: "half" } });
    await tx.$executeRawUnsafe(`SET LOCAL ${setting} = 100`);
    await tx.project.update({ where: { id: projectId }, data: { description: "half" } });
    return { id: projectId };
  });
  const told = await refusal(slow.call({ actor: engineer }, {}));
  expect(told).toMatchObject({ status: 503, message });
  expect(told.detail.todo).toBeTruthy();
  await holder.query("ROLLBACK");
  await holder.end();
  expect((await db.task.findUniqueOrThrow({ where: { projectId } })).instruction).not.toBe("half");
  expect(await audited("test.slow")).toBe(0);
});

/** Everything in the database that a person's change can reach, as one hash. */
async function everything(): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'rows') ORDER BY 1`,
  );
  const hashes = rows.map(
    ({ name }) => `(SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM ${name} t)`,
  );
  const { rows: found } = await pool.query<{ hash: string }>(
    `SELECT md5(concat_ws(',', ${hashes.join(", ")})) AS hash`,
  );
  return found[0]?.hash ?? "";
}

const verbs: Record<string, () => Promise<{ name: string; input: object }>> = {
  "a new dataset": async () => {
    const { id: uploadId } = await uploadText(engineer, projectId, tickets(3));
    const mapping = { inputs: ["text"], output: "label" };
    return {
      name: "dataset.create",
      input: { projectId, name: `Tickets ${uploadId}`, uploadId, mapping, allowDuplicate: true },
    };
  },
  "a changed row": async () => {
    const rows = [
      { input: "one", output: "a" },
      { input: "two", output: "b" },
    ];
    const datasetVersionId = await makeVersion(engineer, projectId, rows);
    await db.datasetVersion.update({
      where: { id: datasetVersionId },
      data: { contentHash: "0".repeat(64), report: { labels: [] } },
    });
    const changes = [{ position: 1, output: "b" }];
    return { name: "version.change", input: { datasetVersionId, reason: "it is b", changes } };
  },
  "a cancelled run": async () => {
    const { runId } = await startImport(engineer, projectId, tickets(3), { allowDuplicate: true });
    return { name: "run.cancel", input: { runId } };
  },
  "a deleted dataset": async () => {
    const versionId = await makeVersion(engineer, projectId, [{ input: "one", output: "a" }]);
    const { datasetId } = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
    return { name: "dataset.delete", input: { datasetId } };
  },
};

describe.each(Object.entries(verbs))("%s, each of its writes failing in turn", (_, prepare) => {
  test.each([
    ["57014", 503],
    ["55P03", 503],
    ["53100", 507],
  ])("%s: %d, and all is as before", async (code, status) => {
    for (let nth = 1; ; nth++) {
      const { name, input } = await prepare();
      const before = await everything();
      const fault = failWrite(nth, code);
      const outcome: unknown = await callVerbAs(name, engineer, input)
        .catch((error: unknown) => asAppError(error, "request", name))
        .finally(fault.restore);
      if (fault.failed === null) {
        expect(nth).toBeGreaterThan(2);
        expect(outcome, name).not.toBeInstanceOf(Error);
        break;
      }
      // What comes after the commit is made up for by the sweep.
      if (!(outcome instanceof Error)) {
        expect(fault.failed, name).toMatch(/bullmq/);
        continue;
      }
      expect(outcome, fault.failed).toMatchObject({ status });
      expect(await everything(), fault.failed).toBe(before);
    }
  });

  test("a deadlock: it happens all the same, once", async () => {
    for (let nth = 1; ; nth++) {
      const { name, input } = await prepare();
      const before = await audited(name);
      const fault = failWrite(nth, "40P01");
      await callVerbAs(name, engineer, input).finally(fault.restore);
      expect(await audited(name), String(fault.failed)).toBe(before + 1);
      if (fault.failed === null) break;
    }
  });
});
