import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db, pool } from "#lib/core/db.ts";
import { callOf, type LoadedVersion, loadVersion, makeLarge, recount, told } from "#lib/datasets/change.testing.ts";
import { changeVerbs } from "#lib/datasets/change.ts";
import type { Changed } from "#lib/datasets/change-schema.ts";
import { countWhere } from "#lib/datasets/where.ts";
import { toVersionVerbs } from "#lib/generation/to-version.ts";
import { deriveKind } from "#lib/jobs/kinds/derive.ts";
import { claimRun, fence } from "#lib/jobs/runs.ts";
import { makeProject, makeRun, makeTeam } from "#lib/testing/factories.ts";
import { deriveHandler } from "./derive.ts";
import type { RunContext, StopReason } from "./runtime.ts";

/** More than is done while a person waits. */
const rows = 30_000;

let engineer: Actor;
let projectId: string;
let first: LoadedVersion;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
});
beforeEach(async () => {
  projectId = (await makeProject(engineer)).id;
  first = await makeLarge(engineer, projectId, rows, "a");
});

async function waiting(filter: object, action: object): Promise<string> {
  const input = { datasetVersionId: first.id, reason: "too many", filter, action };
  const { runId, version } = await callOf<Changed>(changeVerbs, engineer, "version.changeWhere", input);
  expect(version).toBeNull();
  return runId ?? "";
}

/** Claims a run as a worker does, without queue and heartbeat. `onProgress` is told every change of the progress. */
async function claim(runId: string, onProgress: (stop: AbortController, told: object) => void = () => undefined) {
  // As if the lease of a dead holder had run out.
  await db.run.updateMany({ where: { id: runId, state: "running" }, data: { leaseUntil: new Date(0) } });
  const run = await claimRun(runId, "test");
  if (!run) throw new Error("the run could not be claimed");
  const stop = new AbortController();
  const ctx: RunContext<"derive"> = {
    run,
    payload: deriveKind.payload.parse(run.payload),
    signal: stop.signal,
    log: () => undefined,
    metric: () => undefined,
    progress: (patch) => onProgress(stop, patch),
    fenced: (work) =>
      db.$transaction(async (tx) => {
        await fence(tx, run.id, run.leaseEpoch);
        return work(tx);
      }),
    flush: async () => undefined,
  };
  return ctx;
}

const madeBy = (runId: string) => db.datasetVersion.findUnique({ where: { deriveRunId: runId } });
async function leavesNothing(runId: string): Promise<void> {
  expect(await madeBy(runId)).toBeNull();
  const left = await pool.query(
    `SELECT count(*)::int AS n FROM "Row" WHERE "line" = $1 AND ("fromStep" > 0 OR "toStep" < 2147483647)`,
    [first.line],
  );
  expect(left.rows[0].n).toBe(0);
}
const writing = (told: object) => "phase" in told && told.phase === "Write the version";

describe("a run of kind derive", () => {
  test("does what a request would, with the run named on the version", async () => {
    const runId = await waiting({ split: "train" }, { kind: "setOutput", output: "b" });
    const outcome = await deriveHandler(await claim(runId));
    const made = await loadVersion((await madeBy(runId))?.id ?? "");
    const changes = { added: 0, removed: 0, changed: 24_000 };
    expect(outcome).toEqual({
      end: "succeeded",
      result: { datasetId: first.datasetId, datasetVersionId: made.id, number: 2, rows, ...changes },
    });
    expect(made).toMatchObject({
      parentId: first.id,
      origin: "filter",
      reason: "too many",
      labelCounts: { b: 24_000, a: 6_000 },
    });
    expect(told(made)).toEqual(await recount(made));
    // Delivered again, it makes nothing new.
    expect(await deriveHandler(await claim(runId))).toEqual(outcome);
    expect(await db.datasetVersion.count({ where: { datasetId: first.datasetId } })).toBe(2);
  });

  test.each<StopReason>(["cancel", "shutdown"])(
    "stopped in the middle (%s) it leaves nothing; again, it is whole",
    async (why) => {
      const runId = await waiting({ split: "train" }, { kind: "delete" });
      const stopped = deriveHandler(
        await claim(runId, (stop, told) => {
          if (writing(told)) stop.abort(why);
        }),
      );
      await expect(stopped).rejects.toBeDefined();
      await leavesNothing(runId);
      await deriveHandler(await claim(runId));
      expect(await madeBy(runId)).toMatchObject({ rowCount: 6_000, number: 2 });
    },
  );

  test("whose connection dies in the middle leaves nothing; again, it is whole", async () => {
    const runId = await waiting({ split: "holdout" }, { kind: "keep" });
    let killed: Promise<unknown> | undefined;
    const dead = deriveHandler(
      await claim(runId, (_stop, told) => {
        if (!writing(told)) return;
        killed = pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
        );
      }),
    );
    await expect(dead).rejects.toBeDefined();
    await killed;
    await leavesNothing(runId);
    await deriveHandler(await claim(runId));
    expect(await madeBy(runId)).toMatchObject({ rowCount: 6_000 });
  });

  test("replaced by another worker in the middle, it cannot commit", async () => {
    const runId = await waiting({ split: "train" }, { kind: "delete" });
    let stolen: Promise<unknown> | undefined;
    const old = deriveHandler(
      await claim(runId, (_stop, told) => {
        if (writing(told))
          stolen = pool.query(`UPDATE "Run" SET "leaseEpoch" = "leaseEpoch" + 1 WHERE "id" = $1`, [runId]);
      }),
    );
    await expect(old).rejects.toThrow("held by another worker");
    await stolen;
    await leavesNothing(runId);
  });
});

test("a count that takes too long leaves the transaction as it was", async () => {
  const op = { kind: "where", filter: { search: "no such text" }, action: { kind: "delete" } } as const;
  await db.$transaction(async (tx) => {
    expect(await countWhere(tx, first, op, 10, 1)).toBeNull();
    const [now] = await tx.$queryRaw<{ limit: string }[]>`SELECT current_setting('statement_timeout') AS limit`;
    expect(now?.limit).toBe("15s");
    expect(await countWhere(tx, first, op, 10, 60_000)).toBe(0);
    expect(await countWhere(tx, first, { ...op, filter: { search: "text" } }, 10, 60_000)).toBeNull();
  });
});

test("the usable answers of a labelling run become gold, on rows whose input is still the same", async () => {
  const clear = {
    datasetVersionId: first.id,
    reason: "r",
    changes: [
      { position: 1, output: null },
      { position: 2, output: null },
      { position: 3, output: null },
      { position: 4, output: null },
    ],
  };
  const cleared = await callOf<Changed>(changeVerbs, engineer, "version.change", clear);
  const runId = await makeRun(engineer, projectId, "generation", {
    datasetVersionId: cleared.id,
    teacherId: first.id,
    rows: "all",
    limit: null,
    policy: "retry",
    concurrency: 1,
    capMicros: null,
    maxTokens: 1,
    temperature: 0,
    autoConfirm: true,
    teacher: { name: "T", baseUrl: "https://example.com", model: "m" },
    price: { inputMicrosPerMtok: 1, outputMicrosPerMtok: 1, source: "typed" },
    task: { kind: "classification", instruction: "", labels: ["a", "b"], jsonSchema: null },
    prompt: { system: "", responseFormat: null },
  });
  const answer = (position: number, status: string, text: string) => ({ runId, position, status, answer: text });
  const given = [answer(1, "ok", "b"), answer(2, "outside_labels", "x"), answer(3, "ok", "b"), answer(9, "ok", "b")];
  await pool.query(
    `INSERT INTO "GenerationResult" ("runId", "position", "status", "answer", "raw", "inputTokens", "outputTokens", "estimated", "costMicros", "latencyMs", "attempts")
     SELECT "runId", "position", "status", "answer", '', 1, 1, false, 1, 1, 1 FROM jsonb_to_recordset($1::jsonb) AS g("runId" uuid, "position" int, "status" text, "answer" text)`,
    [JSON.stringify(given)],
  );
  const take = (input: object) =>
    callOf<Changed>(toVersionVerbs, engineer, "generation.toVersion", { runId, reason: "teacher is right", ...input });
  await expect(take({})).rejects.toThrow("This run is queued");
  await db.run.update({ where: { id: runId }, data: { state: "succeeded" } });

  const withoutGold = await take({});
  expect(withoutGold.version).toMatchObject({
    origin: "label",
    parentId: cleared.id,
    changes: { changed: 2, labels: 2 },
  });
  const { rows: origins } = await pool.query(
    `SELECT "position", "origin", "output" FROM "Row" WHERE "line" = $1 AND "origin"->>'kind' = 'label' ORDER BY 1`,
    [first.line],
  );
  const origin = { kind: "label", runId };
  expect(origins).toEqual([
    { position: 1, origin, output: "b" },
    { position: 3, origin, output: "b" },
  ]);
  expect((await take({ onlyWithoutGold: false })).version?.changes).toMatchObject({ changed: 3 });

  const edited = await callOf<Changed>(changeVerbs, engineer, "version.change", {
    datasetVersionId: cleared.id,
    reason: "r",
    changes: [{ position: 3, input: "another text" }],
  });
  const onLater = await take({ datasetVersionId: edited.id });
  expect(onLater.version).toMatchObject({ parentId: edited.id, changes: { changed: 1 } });
  const elsewhere = await makeLarge(engineer, projectId, 3, "a");
  await expect(take({ datasetVersionId: elsewhere.id })).rejects.toThrow("was not made from the labelled one");
});
