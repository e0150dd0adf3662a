import type { LabelCount } from "./schema.ts";

/** A file with more different answers than this is not a classification; its answers are not counted one by one. */
export const maxLabels = 1_000;

function list(labels: readonly string[]): string {
  const shown = labels.slice(0, 5).map((label) => `"${label.length > 60 ? `${label.slice(0, 57)}…` : label}"`);
  return shown.join(", ") + (labels.length > shown.length ? ` and ${labels.length - shown.length} more` : "");
}

/** Labels that differ only in case or white space and so are probably one. */
export function labelVariants(labels: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const label of labels) {
    const folded = label
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[\s_-]+/g, " ")
      .trim();
    groups.set(folded, [...(groups.get(folded) ?? []), label]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

type Counts = {
  rows: number;
  holdout: number;
  labelled: number;
  duplicates: number;
  conflicts: number;
  fraction: number;
  labels: readonly LabelCount[];
};

/** What a person should know about an import before labelling or training with it, most harmful first. */
export function importWarnings({ rows, holdout, labelled, duplicates, conflicts, fraction, labels }: Counts): string[] {
  const warnings: string[] = [];
  const untrained = labels.filter((label) => label.holdout > 0 && label.holdout === label.rows);
  if (labels.length === 1) {
    warnings.push(
      `All gold answers are ${list(labels.map(({ label }) => label))}: with one label there is nothing to learn.`,
    );
  }
  // A version that is held out as a whole is a test set: training rows come from another one.
  if (fraction < 1 && labels.length > 1 && untrained.length > 0) {
    const names = list(untrained.map(({ label }) => label));
    warnings.push(
      `${untrained.length === 1 ? "One label is" : `${untrained.length} labels are`} in the hold-out but never in training: ${names}.`,
    );
  }
  if (fraction > 0 && holdout === 0)
    warnings.push("No row fell into the hold-out: there is nothing to evaluate on. Choose a larger share.");
  if (fraction > 0 && fraction < 1 && holdout > 0 && holdout < 30) {
    warnings.push(`The hold-out has only ${holdout} rows: differences of quality will hardly be visible.`);
  }
  if (fraction < 1 && holdout === rows)
    warnings.push("Every row fell into the hold-out: there is nothing to train on. Choose a smaller share.");
  if (conflicts > 0) {
    warnings.push(
      `${conflicts} ${conflicts === 1 ? "input occurs" : "inputs occur"} more than once with different gold answers.`,
    );
  }
  if (duplicates * 10 > rows) warnings.push(`${duplicates} of ${rows} rows repeat an earlier input.`);
  const variants = labelVariants(labels.map(({ label }) => label));
  if (variants.length > 0)
    warnings.push(`Labels that differ only in case or spaces: ${variants.slice(0, 3).map(list).join("; ")}.`);
  if (labelled > 0 && labelled < rows) warnings.push(`${rows - labelled} of ${rows} rows have no gold answer.`);
  return warnings;
}
