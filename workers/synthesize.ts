import { db, pool } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { ImportReport } from "#lib/datasets/schema.ts";
import { inputDigest, inputHash, normaliseInput } from "#lib/datasets/split.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import { formatMoney, plural } from "#lib/format.ts";
import { answerJudge } from "#lib/generation/answer.ts";
import { pgLedger } from "#lib/generation/pg-ledger.ts";
import type { SmokeResult } from "#lib/generation/smoke.ts";
import { readStanding } from "#lib/generation/standing.ts";
import type { ResultOf } from "#lib/jobs/catalog.ts";
import { seeded } from "#lib/metrics/random.ts";
import { pulseOf } from "#lib/quality/pulse.ts";
import { shingleKindFor } from "#lib/quality/shingles.ts";
import { measureDiversity, measuredTexts } from "#lib/synthesis/diversity.ts";
import { Novelty } from "#lib/synthesis/novelty.ts";
import { answerSchema, labelsOf, loadSeeds, planRequests } from "#lib/synthesis/plan.ts";
import { maxInputChars } from "#lib/synthesis/schema.ts";
import type { Dataset, DatasetVersion } from "#prisma/generated/client.ts";
import type { RunContext, RunHandler } from "./runtime.ts";
import { askTeacher, claimOf } from "./teacher-run.ts";

type Ctx = RunContext<"synthesis">;
type Version = DatasetVersion & { dataset: Dataset };

const smokeRequests = 3;
const pageRows = 2_000;

/** Writes new inputs with a teacher: plan -> smoke test -> estimate -> confirmation -> all requests -> comparison with what is there. */
export const synthesisHandler: RunHandler<"synthesis"> = async (ctx) => {
  const { payload, run } = ctx;
  const version = await db.datasetVersion.findUnique({
    where: { id: payload.datasetVersionId },
    include: { dataset: true },
  });
  if (!version) throw new AppError("NOT_FOUND", "The dataset version of this run is gone.");
  if (ctx.signal.aborted) return { end: "later", afterMs: 0 };
  const requests = await plan(ctx, version);
  const from = (after: number) => ({
    from: `FROM "SynthesisRequest" r WHERE r."runId" = $${after + 1}::uuid`,
    values: [run.id],
  });
  const stopped = await askTeacher(ctx, payload, {
    noun: "request",
    phase: "Write",
    ledger: (only) => pgLedger(claimOf(ctx), from, only),
    all: () => measure(run.id, false),
    rest: () => measure(run.id, true),
    smokePositions: async () => spread(requests, smokeRequests),
    smoke: (positions) => loadSmoke(run.id, positions),
    request: (row) => ({
      model: payload.teacher.model,
      messages: [
        { role: "system", content: payload.system },
        { role: "user", content: row.input },
      ],
      maxTokens: payload.maxTokens,
      temperature: payload.temperature,
      responseFormat: { type: "json_schema", json_schema: { name: "rows", schema: answerSchema } },
    }),
    judge: answerJudge({ kind: "extraction", instruction: "", labels: [], jsonSchema: answerSchema }),
    meanChars: 2_000,
  });
  if (stopped) return stopped;
  ctx.progress({ phase: "Compare", phases: ["Smoke test", "Write", "Compare"], ratePerSec: null, etaMs: null });
  return { end: "succeeded", result: await compare(ctx, version) };
};

/** Plans once; a killed run finds its plan. @returns how many requests */
async function plan(ctx: Ctx, version: Version): Promise<number> {
  const { payload, run } = ctx;
  const planned = await db.synthesisRequest.count({ where: { runId: run.id } });
  if (planned > 0) return planned;
  const report = ImportReport.parse(version.report);
  const labels = report.manyAnswers
    ? []
    : report.labels.filter(({ rows, holdout }) => rows > holdout).map(({ label }) => label);
  const seeds = await loadSeeds(version, labelsOf(payload.plan, labels), payload.seed);
  const requests = planRequests(payload.plan, labels, seeds, payload.perRequest, payload.seed);
  await ctx.fenced((tx) =>
    tx.synthesisRequest.createMany({
      data: requests.map((request) => ({ runId: run.id, ...request })),
      skipDuplicates: true,
    }),
  );
  ctx.log(
    "info",
    `${plural(requests.length, "request")} planned for ${plural(payload.plan.length, "wish", "wishes")}.`,
  );
  return requests.length;
}

const spread = (count: number, most: number) =>
  count <= most
    ? Array.from({ length: count }, (_, index) => index + 1)
    : Array.from({ length: most }, (_, index) => 1 + Math.round((index * (count - 1)) / (most - 1)));

async function measure(runId: string, rest: boolean) {
  const { rows } = await pool.query<{ rows: number; chars: number }>(
    `SELECT count(*)::int AS rows, coalesce(sum(length(r."input")), 0)::float8 AS chars FROM "SynthesisRequest" r
     WHERE r."runId" = $1::uuid AND NOT ($2 AND EXISTS (
       SELECT 1 FROM "GenerationResult" g WHERE g."runId" = r."runId" AND g."position" = r."position"))`,
    [runId, rest],
  );
  return rows[0] ?? { rows: 0, chars: 0 };
}

async function loadSmoke(runId: string, positions: readonly number[]): Promise<SmokeResult[]> {
  const { rows } = await pool.query<SmokeResult>(
    `SELECT g."position", g."status", g."error", left(g."raw", 200) AS raw, length(r."input") AS chars, g."inputTokens",
       g."outputTokens", g."latencyMs"
     FROM "GenerationResult" g JOIN "SynthesisRequest" r ON r."runId" = g."runId" AND r."position" = g."position"
     WHERE g."runId" = $1::uuid AND g."position" = ANY($2::int[]) ORDER BY 1`,
    [runId, positions],
  );
  return rows;
}

type Written = { request: number; output: string | null; input: string };

/** What the teacher wrote, each text trimmed, in the order of the requests; at most twice what was asked for. */
async function written(runId: string): Promise<Written[]> {
  const { rows } = await pool.query<{ position: number; wanted: number; output: string | null; answer: string }>(
    `SELECT r."position", r."wanted", r."output", g."answer" FROM "SynthesisRequest" r
     JOIN "GenerationResult" g ON g."runId" = r."runId" AND g."position" = r."position"
     WHERE r."runId" = $1::uuid AND g."status" = 'ok' ORDER BY 1`,
    [runId],
  );
  return rows.flatMap(({ position, wanted, output, answer }) =>
    (JSON.parse(answer) as { rows: string[] }).rows
      .slice(0, 2 * wanted)
      .map((text) => text.trim())
      .filter((text) => text !== "" && !text.includes("\0"))
      .map((input) => ({ request: position, output, input: input.toWellFormed() })),
  );
}

/** Rows that new ones must not repeat: those of the version and of the project's test sets. */
async function* existing(version: Version): AsyncGenerator<string[]> {
  const tests = await db.datasetVersion.findMany({
    where: {
      state: "ready",
      holdoutFraction: 1,
      id: { not: version.id },
      dataset: { projectId: version.dataset.projectId, deletedAt: null },
    },
    select: { line: true, step: true },
  });
  for (const set of [version, ...tests]) {
    for (let after = 0; ; ) {
      const { rows } = await pool.query<{ position: number; input: string }>(
        `SELECT r."position", left(r."input", ${maxInputChars}) AS input FROM ${versionRows(set)} r WHERE r."position" > $1
         ORDER BY 1 LIMIT ${pageRows}`,
        [after],
      );
      const last = rows.at(-1);
      if (!last) break;
      yield rows.map(({ input }) => input);
      after = last.position;
    }
  }
}

async function compare(ctx: Ctx, version: Version): Promise<ResultOf<"synthesis">> {
  const { payload, run } = ctx;
  const pulse = pulseOf(ctx.signal);
  const texts = await written(run.id);
  const meanChars = Number(version.inputChars) / Math.max(1, version.rowCount);
  const novelty = new Novelty(
    texts.map(({ input }) => input.slice(0, maxInputChars)),
    shingleKindFor(meanChars),
  );
  const own = new Set(texts.map(({ input }) => normaliseInput(input)));
  const known = new Set<string>();
  const sample: string[] = [];
  let looked = 0;
  for await (const page of existing(version)) {
    for (const text of page) {
      const wait = pulse();
      if (wait) await wait;
      const normal = normaliseInput(text);
      if (own.has(normal)) known.add(normal);
      novelty.existing(text);
    }
    looked += page.length;
    if (sample.length < measuredTexts) sample.push(...page);
    ctx.progress({ extra: { compared: looked } });
  }
  const nearest = await novelty.settle(payload.nearDuplicate, pulse);
  const random = seeded(payload.seed + 1);
  const rows = texts.map(({ request, input, output }, index) => {
    const { similarity = 0, text = "", near = false } = nearest[index] ?? {};
    const normal = normaliseInput(input);
    const duplicate = known.has(normal);
    known.add(normal);
    const status =
      input.length > maxInputChars ? "too_long" : duplicate ? "duplicate" : near ? "near_duplicate" : "kept";
    const review = status === "kept" && random() < payload.reviewShare;
    const shown = input.slice(0, maxInputChars);
    return {
      runId: run.id,
      seq: index + 1,
      request,
      input: shown,
      output,
      status,
      nearest: similarity,
      nearestText: text.slice(0, 300),
      review,
    };
  });
  await ctx.fenced(async (tx) => {
    await tx.synthesisRow.deleteMany({ where: { runId: run.id } });
    for (let at = 0; at < rows.length; at += 1_000)
      await tx.synthesisRow.createMany({ data: rows.slice(at, at + 1_000) });
  });
  return summarise(ctx, version, rows, sample);
}

async function summarise(
  ctx: Ctx,
  version: Version,
  rows: readonly { status: string; review: boolean; input: string; output: string | null }[],
  sample: readonly string[],
): Promise<ResultOf<"synthesis">> {
  const { run } = ctx;
  const count = (status: string) => rows.filter((row) => row.status === status).length;
  const kept = rows.filter((row) => row.status === "kept");
  const pulse = pulseOf(ctx.signal);
  const keptTexts = kept.map(({ input }) => input);
  // Both measures fall as a set grows, so equal numbers of texts are compared.
  const size = Math.min(measuredTexts, kept.length, sample.length);
  const spreadSample = [...sample].sort((a, b) => (inputHash(inputDigest(a)) < inputHash(inputDigest(b)) ? -1 : 1));
  const before = await measureDiversity(spreadSample.slice(0, size), pulse);
  const after = await measureDiversity(keptTexts.slice(0, size), pulse);
  const final = await readStanding({ runId: run.id, epoch: run.leaseEpoch + 1 });
  const asked = Object.values(final.statuses).reduce((sum, n) => sum + n, 0);
  const { labels } = ImportReport.parse(version.report);
  const added = Map.groupBy(kept, ({ output }) => output);
  const names = new Set([
    ...labels.map(({ label }) => label),
    ...kept.flatMap(({ output }) => (output === null ? [] : [output])),
  ]);
  const trained = new Map(labels.map(({ label, rows: all, holdout }) => [label, all - holdout]));
  const balance = [...names].map((label) => ({
    label,
    before: trained.get(label) ?? 0,
    added: added.get(label)?.length ?? 0,
  }));
  const toReview = kept.filter(({ review }) => review).length;
  ctx.progress({ done: asked, total: asked, counts: final.statuses }, final.spentMicros);
  ctx.log(
    "info",
    `${plural(kept.length, "new row")} of ${rows.length} written, for ${formatMoney(final.spentMicros)}.`,
  );
  return {
    datasetVersionId: version.id,
    requests: asked,
    failed: asked - (final.statuses.ok ?? 0),
    written: rows.length,
    kept: kept.length,
    duplicates: count("duplicate"),
    nearDuplicates: count("near_duplicate"),
    tooLong: count("too_long"),
    toReview,
    costMicros: final.spentMicros,
    diversity: { before, after },
    balance: balance.sort((a, b) => b.added - a.added || a.before - b.before).slice(0, 1_000),
  };
}
