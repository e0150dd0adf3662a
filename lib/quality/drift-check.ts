import { versionRows } from "#lib/datasets/version-rows.ts";
import { nameOf, type Version } from "./compared.ts";
import { compareProfiles, type Profile, wordsOf } from "./drift.ts";
import { LabelTable } from "./label-table.ts";
import { type Look, note } from "./look.ts";
import { hashSql, pagesOf } from "./read.ts";
import type { Drift } from "./schema.ts";

/** Texts read of each version, about. */
const sampleRows = 20_000;
const steps = 65_536;

/** Labels of all rows; lengths and words of a sample that is drawn by the hash of the input. */
async function profileOf(look: Look, version: Version): Promise<Profile> {
  const rows = versionRows(version);
  const table = new LabelTable();
  if (look.classification) {
    const { rows: counted } = await look.reader.query<{ label: string; rows: number }>(
      `SELECT r."output" AS label, count(*)::int AS rows FROM ${rows} r WHERE r."output" IS NOT NULL GROUP BY 1 LIMIT 1001`,
    );
    for (const { label, rows: n } of counted) {
      table.add(label, false);
      const count = table.counts.at(-1);
      if (count) count.rows = n;
    }
  }
  const share = Math.min(steps, Math.ceil((steps * sampleRows) / Math.max(1, version.rowCount)));
  const lengths: number[] = [];
  const words: [Map<string, number>, Map<string, number>] = [new Map(), new Map()];
  for await (const page of pagesOf(look.reader, rows, `${hashSql} % ${steps} < ${share}`)) {
    for (const { input, hash } of page) {
      const wait = look.pulse();
      if (wait) await wait;
      lengths.push(input.length);
      const half = words[Math.floor(hash / steps) % 2 === 0 ? 0 : 1];
      for (const word of wordsOf(input)) half.set(word, (half.get(word) ?? 0) + 1);
    }
  }
  const labels = new Map(table.many ? [] : table.counts.map(({ label, rows: n }) => [label, n]));
  return { labels, lengths, words };
}

/** Holds the version against an earlier one. */
export async function checkDrift(look: Look, before: Version | null): Promise<Drift | null> {
  if (!look.sink.wants("drift")) return null;
  if (!before) {
    look.skipped.set("drift", "There is no earlier version to compare with.");
    return null;
  }
  const parts = compareProfiles(
    await profileOf(look, before),
    await profileOf(look, look.version),
    look.policy.thresholds.drift,
  );
  note(look, "drift", { "compared with": nameOf(before), parts: parts.filter(({ drifted }) => drifted).length });
  return { datasetVersionId: before.id, name: nameOf(before), parts };
}
