import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { type Result, result } from "../main-job/results.ts";
import { median, type Stage, timed, withWorker } from "./stage.ts";
import { jsonl } from "./text.ts";

const columns = `"line", "position", "input", "output", "holdout", "inputHash"`;
const run = promisify(execFile);

export type Source = { uploadId: string; bytes: number };

export async function sendFile(stage: Stage, rows: number, rowBytes: number): Promise<Source> {
  const input = { projectId: stage.projectId, fileName: `${rows} rows.jsonl` };
  const upload = await stage.call<{ id: string; bytes: number }>("upload.create", input, jsonl(rows, rowBytes));
  return { uploadId: upload.id, bytes: upload.bytes };
}

/** Imports an upload through the queue and the worker. @returns the version, and the seconds that its run took */
export async function importOnce(stage: Stage, source: Source): Promise<{ versionId: string; seconds: number }> {
  const { db } = await import("#lib/core/db.ts");
  const made = await stage.call<{ runId: string; datasetVersionId: string }>("dataset.create", {
    projectId: stage.projectId,
    name: `Bench ${performance.now()}`,
    uploadId: source.uploadId,
    mapping: { inputs: ["input"], output: "output" },
    allowDuplicate: true,
  });
  for (;;) {
    const found = await db.run.findUniqueOrThrow({ where: { id: made.runId } });
    if (found.state === "failed") throw new Error(JSON.stringify(found.error));
    if (found.state === "succeeded" && found.startedAt && found.finishedAt)
      return {
        versionId: made.datasetVersionId,
        seconds: (found.finishedAt.getTime() - found.startedAt.getTime()) / 1000,
      };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Takes a measured version away again. */
async function forget(versionId: string): Promise<void> {
  const { connectAlone, db } = await import("#lib/core/db.ts");
  const { dropLine } = await import("#lib/datasets/partition.ts");
  const { line, datasetId } = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
  await db.dataset.delete({ where: { id: datasetId } });
  const client = await connectAlone();
  await dropLine(client, line);
  await client.end();
}

/** `psql \copy` of a file into a table like that of a large import. @returns seconds */
async function copyByPsql(databaseUrl: string, file: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`DROP TABLE IF EXISTS rows.bench`);
  await client.query(
    `CREATE TABLE rows.bench (LIKE "Row" INCLUDING DEFAULTS INCLUDING INDEXES, CONSTRAINT bench_line CHECK ("line" > 0))`,
  );
  await client.query("CHECKPOINT");
  const { ms } = await timed(() =>
    run("psql", [databaseUrl, "-qX", "-v", "ON_ERROR_STOP=1", "-c", `\\copy rows.bench (${columns}) FROM '${file}'`]),
  );
  await client.query(`DROP TABLE rows.bench`);
  await client.end();
  return ms / 1000;
}

async function dump(stage: Stage, versionId: string, file: string): Promise<void> {
  const { loadRowSet, versionRows } = await import("#lib/datasets/version-rows.ts");
  const rows = versionRows(await loadRowSet(versionId));
  const command = `\\copy (SELECT ${columns} FROM ${rows} r ORDER BY "position") TO '${file}'`;
  await run("psql", [stage.databaseUrl, "-qX", "-v", "ON_ERROR_STOP=1", "-c", command]);
}

/** Imports over `psql \copy` of the same rows, in turns, medians. */
export async function importSpeed(stage: Stage, rows: number, rowBytes: number, bar: number, rounds: number) {
  const name = `${rows.toLocaleString("en-US")} rows of ${rowBytes} B`;
  if (spawnSync("psql", ["--version"]).status !== 0) {
    process.stdout.write(`${name}: psql is not installed; the import has nothing to be compared with.\n`);
    return [];
  }
  const source = await sendFile(stage, rows, rowBytes);
  const file = join(stage.folder, "rows.copy");
  const seconds = { copied: [] as number[], imported: [] as number[] };
  await withWorker(async () => {
    const first = await importOnce(stage, source);
    await dump(stage, first.versionId, file);
    await forget(first.versionId);
    for (let round = 0; round < rounds; round += 1) {
      seconds.copied.push(await copyByPsql(stage.databaseUrl, file));
      const imported = await importOnce(stage, source);
      seconds.imported.push(imported.seconds);
      await forget(imported.versionId);
    }
  });
  const ratio = median(seconds.copied) / median(seconds.imported);
  const results: Result[] = [
    result(`psql \\copy, ${name}`, rows / median(seconds.copied), "rows/s"),
    result(`import, ${name}`, rows / median(seconds.imported), "rows/s"),
    result("import over psql \\copy", ratio, "", { atLeast: bar }),
  ];
  return results;
}

/** Peak memory of a fresh worker over one import. */
export async function importMemory(stage: Stage, megabytes: number): Promise<{ peakMb: number; missing: number }> {
  const { db } = await import("#lib/core/db.ts");
  const rows = Math.round((megabytes * 1e6) / 300);
  const source = await sendFile(stage, rows, 300);
  return withWorker(async (worker) => {
    const { versionId } = await importOnce(stage, source);
    const { rowCount } = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
    const peakMb = worker.peakMb();
    await forget(versionId);
    return { peakMb, missing: rows - rowCount };
  });
}
