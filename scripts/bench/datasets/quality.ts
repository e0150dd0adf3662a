import { type Result, result } from "../main-job/results.ts";
import { importOnce, sendFile } from "./import-speed.ts";
import { type Stage, withWorker } from "./stage.ts";

/** The whole quality report, near duplicates included, of `rows` rows by a worker. */
export async function qualityReport(stage: Stage, rows: number): Promise<Result[]> {
  const { db } = await import("#lib/core/db.ts");
  const { qualityVerbs } = await import("#lib/quality/service.ts");
  const source = await sendFile(stage, rows, 300);
  return withWorker(async (worker) => {
    const { versionId } = await importOnce(stage, source);
    const start = qualityVerbs.find(({ endpoint }) => endpoint.name === "quality.start");
    if (!start) throw new Error("there is no quality.start");
    await start.call({ actor: stage.actor }, { datasetVersionId: versionId });
    for (;;) {
      const run = await db.run.findFirstOrThrow({ where: { kind: "quality" }, orderBy: { id: "desc" } });
      if (run.state === "failed") throw new Error(JSON.stringify(run.error));
      if (run.state === "succeeded") {
        const seconds = Number(run.activeMs) / 1000;
        const name = `quality report of ${rows.toLocaleString("en-US")} rows, near duplicates included`;
        return [result(name, seconds, "s", { below: 60 }), result("peak memory of its worker", worker.peakMb(), "MB")];
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
}
