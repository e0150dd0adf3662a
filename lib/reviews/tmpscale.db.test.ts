import { randomUUID } from "node:crypto";
import { it } from "vitest";
import { db, pool } from "#lib/core/db.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { call, join, labels, makeLabels, windowOf } from "./reviews.testing.ts";

it("scale", { timeout: 300_000 }, async () => {
  const team = await makeTeam();
  const project = await makeProject(team.engineer, { labels });
  const versionId = await makeVersion(team.engineer, project.id, [{ input: "x", output: "a" }]);
  const v = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
  const N = 1_000_000;
  const t = async (name: string, run: () => Promise<any>) => {
    const s = performance.now();
    const r = await run();
    console.log(name, Math.round(performance.now() - s), "ms");
    return r;
  };
  const client = await pool.connect();
  await client.query("SET statement_timeout = 0");
  await t("rows", () =>
    client.query(
      `INSERT INTO "Row" ("line","position","input","output","holdout","inputHash") SELECT ${v.line}, g, repeat('some text of a ticket ', 12) || g, CASE WHEN g % 3 = 0 THEN 'b' ELSE 'a' END, g % 5 = 0, hashint8(g)::bigint + (g / 2)::bigint * 4294967296 FROM generate_series(2, ${N}) g`,
    ),
  );
  const runId = await makeLabels(team.engineer, project.id, versionId, {});
  await t("answers", () =>
    client.query(
      `INSERT INTO "GenerationResult" ("runId","position","status","answer") SELECT $1::uuid, g, 'ok', CASE WHEN g % 10 = 0 THEN 'c' WHEN g % 3 = 0 THEN 'b' ELSE 'a' END FROM generate_series(1, ${N}) g`,
      [runId],
    ),
  );
  await client.query(`ANALYZE "Row"`);
  await client.query(`ANALYZE "GenerationResult"`);
  client.release();
  await db.datasetVersion.update({
    where: { id: versionId },
    data: { rowCount: N, lastPosition: N, duplicateCount: 5, labelledCount: N },
  });
  const second = await join(team.team.id);
  const input = {
    projectId: project.id,
    datasetVersionId: versionId,
    generationRunId: runId,
    auditShare: 0.1,
    limit: 20_000,
  };
  await t("preview", () => call("review.preview", team.engineer, input));
  const made = await t("create", () =>
    call<{ id: string; itemCount: number }>("review.create", team.engineer, {
      ...input,
      name: "n",
      reviewers: 2,
      assignees: [team.reviewer.userId, second.userId],
    }),
  );
  console.log(made);
  const one = windowOf(team.reviewer, made.id);
  const two = windowOf(second, made.id);
  const first = await t("next 30 (first)", () => one.next(30));
  await t("decide 1", () => one.decide({ seq: 1, action: "accept" }));
  await t("decide 30", () => one.decide(...first.items.slice(1).map((i: any) => ({ seq: i.seq, action: "accept" }))));
  // one person is far ahead: 15,000 decided by them alone
  await pool.query(
    `INSERT INTO "ReviewTurn" ("reviewId","seq","userId","tab","leaseUntil","undoneIds","action","answer","clientId","decidedAt","tookMs") SELECT $1::uuid, g, $2::uuid, '', now(), '{}', CASE WHEN g % 7 = 0 THEN 'correct' ELSE 'accept' END, CASE WHEN g % 7 = 0 THEN 'c' END, g::text, now(), 900 FROM generate_series(31, 15000) g`,
    [made.id, team.reviewer.userId],
  );
  for (let i = 0; i < 3; i++) await t("next 30 far ahead", () => one.next(30));
  await t("next renew 30", async () =>
    one.next(
      0,
      (await one.next(30)).items.map((i) => i.seq),
    ),
  );
  await t("next other", () => two.next(30));
  await pool.query(
    `INSERT INTO "ReviewTurn" ("reviewId","seq","userId","tab","leaseUntil","undoneIds","action","answer","clientId","decidedAt","tookMs") SELECT $1::uuid, g, $2::uuid, '', now(), '{}', 'accept', NULL, g::text, now(), 900 FROM generate_series(31, 14000) g ON CONFLICT DO NOTHING`,
    [made.id, second.userId],
  );
  await pool.query(
    `UPDATE "ReviewItem" i SET "state" = CASE WHEN seq % 7 = 0 THEN 'disagreed' ELSE 'done' END, "outcome" = CASE WHEN seq % 7 = 0 THEN NULL ELSE 'keep' END, "answer" = CASE WHEN seq % 7 = 0 THEN NULL ELSE coalesce(gold, teacher) END WHERE "reviewId" = $1::uuid AND seq <= 14000`,
    [made.id],
  );
  await pool.query(
    `UPDATE "ReviewItem" i SET "answer" = 'c' WHERE "reviewId" = $1::uuid AND state = 'done' AND seq % 2 = 0`,
    [made.id],
  );
  for (let i = 0; i < 2; i++)
    await t("agreement", () => call("review.agreement", team.engineer, { reviewId: made.id }));
  for (let i = 0; i < 2; i++) await t("list", () => call("review.list", team.engineer, {}));
  await t("get", () => call("review.get", team.reviewer, { reviewId: made.id }));
  await t("items differ", () =>
    call("review.items", team.engineer, {
      reviewId: made.id,
      userId: team.reviewer.userId,
      alsoBy: second.userId,
      agrees: false,
    }),
  );
  const done = await t("apply", () => call("review.apply", team.engineer, { reviewId: made.id, reason: "x" }));
  console.log(done);
});
