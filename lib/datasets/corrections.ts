import { AppError } from "#lib/core/errors.ts";
import { mutation } from "#lib/core/verb.ts";
import { bytesSource } from "#lib/formats/open-source.ts";
import { readRows } from "#lib/formats/read-rows.ts";
import { Sniffed } from "#lib/formats/sniffed.ts";
import { versionCorrect } from "./corrections-schema.ts";
import { deriveVersion } from "./derive.ts";
import { refuseUnready } from "./ready.ts";
import { columnsOf, type Made, makeRow } from "./row.ts";
import { ColumnMapping } from "./schema.ts";
import { type RowChange, stageChanges } from "./staged.ts";

type Row = Extract<Made, { input: string }>;

/** The way of reading of an import, for the text of one of its lines: no container, no header, UTF-8. */
function lineReader(source: unknown): Sniffed {
  const how = Sniffed.parse(source);
  const plain: Sniffed = {
    ...how,
    container: "none",
    members: [],
    encoding: "utf-8",
    newline: "\n",
    start: { offset: 0, line: 1 },
  };
  // One element of an array, or one row of Parquet, is shown as an object of its own.
  return how.format === "csv" || how.format === "text" ? plain : { ...plain, format: "json", path: null };
}

/** Reads one corrected text. @returns its rows, or why it still cannot be read */
async function readText(how: Sniffed, mapping: ColumnMapping, text: string): Promise<Row[] | string> {
  const source = bytesSource(Buffer.from(text.endsWith("\n") ? text : `${text}\n`));
  const rows: Row[] = [];
  for await (const { records, rejections } of readRows(source, how, null, columnsOf(mapping))) {
    if (rejections[0]) return rejections[0].reason;
    for (const record of records) {
      const made = makeRow(record, mapping);
      if ("code" in made) return made.reason;
      rows.push(made);
    }
  }
  return rows.length === 0 ? "There is no row in this text." : rows;
}

const correct = mutation(versionCorrect, async ({ actor, tx, input, found }) => {
  const { datasetVersionId: version, ontoId } = found;
  const newest = await tx.datasetVersion.findFirst({
    where: { datasetId: version.datasetId, state: "ready", deletedAt: null },
    orderBy: { number: "desc" },
    include: { dataset: true },
  });
  const onto = ontoId ?? newest ?? version;
  refuseUnready(onto);
  if (onto.datasetId !== version.datasetId) {
    throw new AppError("INVALID", "The lines belong to another dataset.", {
      where: "ontoId",
      todo: "Choose a version of the same dataset.",
    });
  }
  const seqs = input.lines.map(({ seq }) => seq);
  // Locked, so that a line corrected twice at once gives one row.
  const kept = await tx.$queryRaw<{ seq: number; line: number; correctedInId: string | null }[]>`
    SELECT "seq", "line", "correctedInId" FROM "RejectedRow"
    WHERE "versionId" = ${version.id}::uuid AND "seq" = ANY(${seqs}::int[]) ORDER BY "seq" FOR UPDATE`;
  const known = new Map(kept.map((row) => [row.seq, row]));
  const how = lineReader(version.source);
  const mapping = ColumnMapping.parse(version.mapping);
  const fields: Record<string, string> = {};
  const changes: RowChange[] = [];
  for (const { seq, text } of input.lines) {
    const row = known.get(seq);
    if (!row) fields[`lines.${seq}`] = "There is no such rejected line.";
    else if (row.correctedInId) fields[`lines.${seq}`] = "This line is corrected already.";
    else {
      const read = await readText(how, mapping, text);
      if (typeof read === "string") fields[`lines.${seq}`] = read;
      else
        changes.push(
          ...read.map(
            ({ input: of, output }): RowChange => ({
              position: null,
              input: of,
              output,
              origin: { kind: "edit", userId: actor.userId },
            }),
          ),
        );
    }
  }
  const faults = Object.entries(fields);
  if (faults[0]) {
    const line = known.get(Number(faults[0][0].slice("lines.".length)))?.line;
    throw new AppError(
      "INVALID",
      `${faults.length === 1 ? "One line cannot" : `${faults.length} lines cannot`} be taken: ${faults[0][1]}`,
      {
        ...(line === undefined ? {} : { where: `line ${line}` }),
        todo: "Correct it, or leave it out.",
        fields,
      },
    );
  }
  const made = await deriveVersion(tx, {
    actor,
    parent: onto,
    origin: "edit",
    reason: input.reason,
    stage: (inner, table) => stageChanges(inner, table, changes, onto.holdoutFraction),
  });
  await tx.rejectedRow.updateMany({
    where: { versionId: version.id, seq: { in: seqs } },
    data: { correctedInId: made.id },
  });
  return {
    id: made.id,
    datasetId: made.datasetId,
    datasetVersionId: made.id,
    number: made.number,
    added: changes.length,
  };
});

export const correctionVerbs = [correct];
