import { type Db, pool } from "#lib/core/db.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import type { QualityFinding } from "#prisma/generated/client.ts";
import type { CheckCode } from "./checks.ts";
import { nameOf, type Version } from "./compared.ts";
import type { Finding } from "./schema.ts";

const shownChars = 1_000;

type Text = NonNullable<Finding["row"]>;

async function textsOf(version: Version, positions: readonly number[]): Promise<Map<number, Text>> {
  const { rows } = await pool.query<Text & { position: number }>(
    `SELECT r."position", left(r."input", ${shownChars}) AS input, left(r."output", ${shownChars}) AS output, r."holdout",
       length(r."input") > ${shownChars} OR coalesce(length(r."output"), 0) > ${shownChars} AS cut
     FROM ${versionRows(version)} r WHERE r."position" = ANY($1::int[])`,
    [positions],
  );
  return new Map(rows.map(({ position, ...text }) => [position, text]));
}

/** Findings with the texts of their rows and of what they were compared with. */
export async function presentFindings(
  db: Pick<Db, "datasetVersion">,
  version: Version,
  findings: readonly QualityFinding[],
): Promise<Finding[]> {
  const foreign = [...new Set(findings.flatMap(({ otherVersionId }) => otherVersionId ?? []))];
  const others = await db.datasetVersion.findMany({
    where: { id: { in: foreign }, teamId: version.teamId },
    include: { dataset: true },
  });
  const versions = new Map([version, ...others].map((one) => [one.id, one]));
  const wanted = new Map<string, Set<number>>([[version.id, new Set(findings.map(({ position }) => position))]]);
  for (const { otherVersionId, otherPosition } of findings) {
    if (otherPosition === null) continue;
    const id = otherVersionId ?? version.id;
    wanted.set(id, (wanted.get(id) ?? new Set()).add(otherPosition));
  }
  const texts = new Map<string, Map<number, Text>>();
  for (const [id, positions] of wanted) {
    const of = versions.get(id);
    if (of) texts.set(id, await textsOf(of, [...positions]));
  }
  return findings.map((finding) => {
    const { seq, position, part, groupId, otherPosition, score, suggestion, note } = finding;
    const of = versions.get(finding.otherVersionId ?? version.id);
    return {
      seq,
      check: finding.check as CheckCode,
      position,
      part: part as Finding["part"],
      group: groupId,
      score,
      suggestion,
      note,
      row: texts.get(version.id)?.get(position) ?? null,
      other:
        otherPosition === null || !of
          ? null
          : {
              datasetVersionId: of.id,
              name: nameOf(of),
              position: otherPosition,
              row: texts.get(of.id)?.get(otherPosition) ?? null,
            },
    };
  });
}
