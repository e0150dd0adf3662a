import { formatPercent } from "#lib/format.ts";
import { crossValidate, folds, type LabelledRow, type NoisePlan, planNoise } from "./cross-validate.ts";
import { mostKept } from "./finding-sink.ts";
import { type Look, note } from "./look.ts";
import { hashSql, pagesOf, type ReadRow } from "./read.ts";
import type { Scanned } from "./scan.ts";

const leastRows = 200;
/** Rows of a label below which cross-validation says nothing about it. */
const leastPerLabel = 5;
/** Equal inputs have equal hashes, so they are in one fold and one sample together. */
const sampleSteps = 65_536;

/** Suspected wrong labels by out-of-fold probabilities of the CPU student's model. */
export async function checkNoise(look: Look, { labels }: Scanned): Promise<void> {
  if (!look.sink.wants("label-noise")) return;
  const skip = (why: string) => {
    look.skipped.set("label-noise", why);
  };
  if (!look.classification || labels.many) return skip("The answers are no labels.");
  const kept = labels.counts.filter(({ rows }) => rows >= leastPerLabel);
  const rows = kept.reduce((sum, count) => sum + count.rows, 0);
  if (rows < leastRows || kept.length < 2)
    return skip(`It needs ${leastRows} labelled rows and two labels with ${leastPerLabel} rows each.`);
  const meanChars = Number(look.version.inputChars) / Math.max(1, look.version.rowCount);
  const plan = planNoise({ rows, meanChars, labels: kept.length });
  if (!plan) return skip("There are too many labels for rows of this length: a sample that fits would say nothing.");

  const numbers = new Map(kept.map(({ label }, index) => [label, index]));
  const labelled = (row: ReadRow): LabelledRow[] => {
    const label = row.output === null ? undefined : numbers.get(row.output);
    return label === undefined
      ? []
      : [{ position: row.position, input: row.input, label, fold: Math.floor(row.hash / sampleSteps) % folds }];
  };
  const judged = await crossValidate({
    labels: kept.map(({ label }) => label),
    plan,
    sample: await readSample(look, labelled, plan, rows),
    rowsOfFold: async function* (fold) {
      const where = `r."output" IS NOT NULL AND (${hashSql} / ${sampleSteps}) % ${folds} = ${fold} AND ${hashSql} % ${sampleSteps} < ${stepsFor(plan.scoreRows, rows)}`;
      for await (const page of pagesOf(look.reader, look.rows, where)) yield page.flatMap(labelled);
    },
    pulse: look.pulse,
    onProgress: (fold) => look.tell(fold, folds),
  });
  const { suspects, scored, confident } = judged.result();
  for (const [index, { position, given, suggested, margin }] of suspects.entries()) {
    if (index >= mostKept) look.sink.tally("label-noise").rows.add(position);
    else {
      const words = `"${kept[given]?.label}" rather looks like "${kept[suggested]?.label}".`;
      const suggestion = kept[suggested]?.label ?? "";
      look.sink.add("label-noise", { position, part: "output", score: margin, suggestion, note: words });
    }
    await look.sink.settle();
  }
  note(look, "label-noise", {
    "rows judged": scored,
    "estimated share of wrong labels": formatPercent(suspects.length / Math.max(1, confident)),
  });
  look.methods.push(
    `Label noise: ${folds} folds, models of ${plan.trainRows < rows ? `at most ${plan.trainRows} of ` : ""}${rows} rows, ${scored} rows judged.`,
  );
}

/** How many of the 65,536 steps of the hash a sample of `wanted` rows takes. */
function stepsFor(wanted: number, rows: number): number {
  return wanted >= rows ? sampleSteps : Math.floor((sampleSteps * wanted) / rows);
}

async function readSample(
  look: Look,
  labelled: (row: ReadRow) => LabelledRow[],
  plan: NoisePlan,
  rows: number,
): Promise<LabelledRow[]> {
  const sample: LabelledRow[] = [];
  const where = `r."output" IS NOT NULL AND ${hashSql} % ${sampleSteps} < ${stepsFor(plan.trainRows, rows)}`;
  for await (const page of pagesOf(look.reader, look.rows, where)) {
    const wait = look.pulse();
    if (wait) await wait;
    for (const row of page) sample.push(...labelled(row));
  }
  return sample;
}
