/**
 * `npm run bench -- datasets [--only import,memory,browse,derive,quality] [--rounds 3] [--full]`: the bars of datasets on a product of its own with a
 * durable PostgreSQL: imports over `psql \copy` of the same rows into the same kind of table (in turns, medians), memory of the
 * importing worker, browsing, a small new version, and a quality report. Every day up to 1 GB and 1,000,000 rows; `--full` takes 5 GB
 * and 10,000,000 rows (about an hour and 40 GB of disk). The ratios need a machine with nothing else to do: import and PostgreSQL use
 * both cores.
 */
import { parseArgs } from "node:util";
import { browsing } from "./datasets/browse.ts";
import { importMemory, importSpeed } from "./datasets/import-speed.ts";
import { qualityReport } from "./datasets/quality.ts";
import { median, onStage, type Stage } from "./datasets/stage.ts";
import { printResults, type Result, result } from "./main-job/results.ts";

const parts = ["import", "memory", "browse", "derive", "quality"] as const;
const { values } = parseArgs({
  options: {
    only: { type: "string", default: parts.join(",") },
    rounds: { type: "string", default: "3" },
    rows: { type: "string" },
    full: { type: "boolean", default: false },
  },
});
const asked = new Set(values.only.split(","));
const rounds = Number(values.rounds);
const browsedRows = Number(values.rows ?? (values.full ? 10_000_000 : 1_000_000));
const memoryMb = { small: 100, large: values.full ? 5_000 : 1_000 };

async function memory(stage: Stage): Promise<Result[]> {
  const small = await importMemory(stage, memoryMb.small);
  const large = await importMemory(stage, memoryMb.large);
  return [
    result(`peak memory of the worker, ${memoryMb.small} MB`, small.peakMb, "MB", { atMost: 350 }),
    result(`peak memory of the worker, ${memoryMb.large} MB`, large.peakMb, "MB", { atMost: 350 }),
    result("large over small", large.peakMb / small.peakMb, "", { atMost: 1.2 }),
    result("rows missing after the imports", small.missing + large.missing, "", { atMost: 0 }),
  ];
}

/** Ten changed rows of a large version, one version after the other. */
async function derive(stage: Stage, versionId: string): Promise<Result[]> {
  // Not before the stage stands: it reads the settings when it is loaded.
  const { deriveSmall } = await import("./datasets/derive.ts");
  const { pool } = await import("#lib/core/db.ts");
  const made: { ms: number; bytes: number }[] = [];
  for (let round = 0, parent = versionId; round < 5; round += 1) {
    const next = await deriveSmall(pool, parent, stage.actor);
    made.push(next);
    parent = next.versionId;
  }
  return [
    result("new version that changes 10 rows", median(made.map(({ ms }) => ms)), "ms", { below: 1_000 }),
    result("written for it", median(made.map(({ bytes }) => bytes)) / 1e6, "MB", { below: 1 }),
  ];
}

const results = await onStage(async (stage) => {
  const found: Result[] = [];
  if (asked.has("import")) {
    found.push(...(await importSpeed(stage, 1_000_000, 300, 0.7, rounds)));
    found.push(...(await importSpeed(stage, 300_000, 3_000, 0.8, rounds)));
  }
  if (asked.has("memory")) found.push(...(await memory(stage)));
  if (asked.has("quality")) found.push(...(await qualityReport(stage, 100_000)));
  if (asked.has("browse") || asked.has("derive")) {
    const browsed = await browsing(stage, browsedRows);
    if (asked.has("browse")) found.push(...browsed.results);
    if (asked.has("derive")) found.push(...(await derive(stage, browsed.versionId)));
  }
  return found;
});
process.exit(printResults("datasets", results));
