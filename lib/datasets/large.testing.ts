import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { importNow, startImport } from "#workers/import.testing.ts";
import { indexLine } from "./indexing.ts";

export type LargeRow = { text: string; label: string | null };

/** A column that nobody maps, so that a file of few rows is as large as those that get a table of their own. */
const ballast = "x".repeat(8_600);

/** A file that is large by its bytes; needs at least 4,000 rows. */
export function largeFile(rows: readonly LargeRow[]): string {
  return rows.map((row) => `${JSON.stringify({ ...row, ballast })}\n`).join("");
}

/** Imports rows into a table of their own, and indexes it unless told not to. */
export async function importLarge(
  actor: Actor,
  projectId: string,
  rows: readonly LargeRow[],
  { index = true, holdoutFraction = 0.2 } = {},
) {
  const started = await startImport(actor, projectId, largeFile(rows), { allowDuplicate: true, holdoutFraction });
  const outcome = await importNow(started.runId);
  if (outcome.end !== "succeeded") throw new Error(`the import ended as ${outcome.end}`);
  const { line } = await db.datasetVersion.findUniqueOrThrow({ where: { id: started.datasetVersionId } });
  if (index && !(await indexLine(line))) throw new Error("the line was not indexed");
  return { ...started, line };
}
