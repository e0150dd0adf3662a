import type { Manifest } from "#lib/recipes/manifest.ts";

const percent = (rate: number) => `${(100 * rate).toFixed(1)} %`;

/** Text from outside on one line, without characters that Markdown or HTML would act on. */
function plain(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, " ").replace(/[\\`*_[\]<>|#]/g, (sign) => `\\${sign}`);
}

const sources = {
  teacher: "the teacher's labels",
  gold: "gold labels",
  both: "gold labels where there are any, the teacher's elsewhere",
} as const;

/** What somebody who finds the files needs to know before using them (after Mitchell et al. 2019, "Model cards"). */
export function modelCard(manifest: Omit<Manifest, "files">): string {
  const { provenance: from, training, data, labels } = manifest;
  const validation = training.validation;
  const lines = [
    `# ${plain(manifest.name)}`,
    "",
    ...(from.simulated ? ["**Simulated: trained on generated data. No figure here is a real model's.**", ""] : []),
    `A text classifier with ${labels.length} labels, made by Stillhouse with the recipe \`${manifest.recipe}\`: softmax regression over hashed, tf-idf weighted word 1-2-grams and within-word character 2-5-grams.`,
    "",
    "## Training data",
    "",
    `- ${data.rows} rows of ${plain(from.datasetName)} v${from.datasetVersionNumber} (content sha256 ${from.datasetContentHash ?? "unknown"}), hold-out excluded.`,
    `- Labels: ${sources[from.labelSource]} (${from.goldRows} gold, ${from.teacherRows} teacher${from.teacherModel ? `, ${plain(from.teacherModel)}` : ""}).`,
    `- ${data.dropped} rows left out; ${data.validationRows} set aside for validation.`,
    "",
    "## How good it is",
    "",
    validation
      ? `Accuracy ${percent(validation.accuracy)} on its own validation rows, against the training labels. Expected calibration error ${percent(validation.eceBefore)} before and ${percent(validation.eceAfter)} after temperature scaling (T = ${training.temperature.toFixed(3)}). This guided training; the figure to quote is an evaluation on the hold-out.`
      : "No validation rows: its confidences are not calibrated. Evaluate it on the hold-out before use.",
    "",
    "## Limits",
    "",
    "- It always answers with one of its labels, also for input that fits none; a low confidence is the only sign.",
    "- It counts words and word parts: word order beyond pairs, negation across words and world knowledge are out of its reach.",
    "- Input beyond 20,000 characters is not read.",
    "",
    "## Labels",
    "",
    ...labels.map((label) => `- ${plain(label)}`),
    "",
    `Made ${manifest.createdAt} by ${manifest.createdBy}, seed ${manifest.seed}, ${(training.ms / 1000).toFixed(1)} s.`,
    "",
  ];
  return lines.join("\n");
}
