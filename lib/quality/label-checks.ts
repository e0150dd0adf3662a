import type { LabelCount } from "./label-table.ts";
import { type Look, note } from "./look.ts";
import { portionsOf } from "./read.ts";
import type { Scanned } from "./scan.ts";
import { findSpellings } from "./spellings.ts";

type Labelled = { position: number; label: string };

/** Rows whose label is one of these, in order; `said` gives the words of each finding. */
async function addRows(
  look: Look,
  check: "outside-labels" | "label-spelling" | "rare-label",
  said: ReadonlyMap<string, string>,
  suggestions: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  if (said.size === 0 || !look.sink.wants(check)) return;
  const groups = new Map([...said.keys()].map((label, index) => [label, index + 1]));
  const rows = portionsOf<Labelled>(
    look.reader,
    `SELECT r."position", r."output" AS label FROM ${look.rows} r WHERE r."output" = ANY($1::text[]) ORDER BY r."position"`,
    [[...said.keys()]],
  );
  for await (const portion of rows) {
    await look.pulse();
    for (const { position, label } of portion) {
      const group = groups.get(label) ?? 0;
      const suggestion = suggestions.get(label);
      const known = suggestion === undefined ? {} : { suggestion };
      look.sink.add(check, { position, part: "output", group, ...known, note: said.get(label) ?? "" });
    }
    await look.sink.settle();
  }
}

/** Spellings, labels outside the task's set, and classes too rare. Only for classification. */
export async function checkLabels(look: Look, { labels }: Scanned): Promise<void> {
  const checks = ["outside-labels", "label-spelling", "rare-label"] as const;
  const skip = (why: string) => {
    for (const check of checks) look.skipped.set(check, why);
  };
  if (!look.classification) return skip("The answers are no labels.");
  if (labels.many) return skip("There are more than 1,000 different answers: these are no labels.");
  const official = look.task?.labels ?? [];
  const spellings = findSpellings(labels.counts, official);
  const misspelt = new Map(
    spellings.map(({ label, target, why }) => [
      label,
      why === "signs"
        ? `"${label}" is "${target}" but for case, blanks or signs.`
        : `"${label}" is one character away from "${target}".`,
    ]),
  );
  const targets = new Map(spellings.map(({ label, target }) => [label, target]));
  await addRows(look, "label-spelling", misspelt, targets);
  const known = new Set(official);
  const outside =
    official.length > 0 ? labels.counts.filter(({ label }) => !known.has(label) && !misspelt.has(label)) : [];
  if (official.length === 0) look.skipped.set("outside-labels", "The task names no labels yet.");
  await addRows(
    look,
    "outside-labels",
    new Map(outside.map(({ label }) => [label, `"${label}" is no label of the task.`])),
  );
  await addRows(look, "rare-label", rareLabels(look, labels.counts, misspelt));
  note(look, "rare-label", { labels: labels.counts.length });
}

/** Classes that cannot be learnt or measured, with the reason. A test set has no training rows and needs none. */
function rareLabels(
  { version, policy }: Look,
  counts: readonly LabelCount[],
  misspelt: ReadonlyMap<string, string>,
): Map<string, string> {
  const least = policy.thresholds.minLabelRows;
  const trains = version.rowCount > version.holdoutCount;
  const measures = version.holdoutCount > 0;
  const rare = new Map<string, string>();
  if (!trains) return rare;
  for (const { label, train, holdout } of counts) {
    if (misspelt.has(label)) continue;
    if (train === 0) rare.set(label, `"${label}" is held out only and never learnt.`);
    else if (train < least) rare.set(label, `"${label}" has ${train} training rows; ${least} are needed.`);
    else if (measures && holdout === 0) rare.set(label, `"${label}" has no row that is held out: it is not measured.`);
  }
  return rare;
}
