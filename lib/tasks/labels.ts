/**
 * Rules for the labels of a classification. Isomorphic: the form warns with the same words as the API.
 * Labels are data and nothing else: `__proto__`, `=1+1` and `<b>` are fine; what people cannot see or tell apart is not.
 */

export const maxLabels = 1_000;
export const maxLabelLength = 200;

/** Control and format characters (bidirectional overrides, zero-width spaces), line separators, blank letters. */
const blank = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u3164]/gu;
/** The two joiners that Persian words and emoji need. Labels that differ only by them still count as equal. */
const joiners = new Set(["\u200c", "\u200d"]);

export interface LabelProblem {
  /** position of the label in the list */
  index: number;
  message: string;
}

/** Two labels that differ only by case, width or spaces have equal keys. */
export function labelKey(label: string): string {
  return label.normalize("NFKC").replace(/\s+/gu, " ").replace(blank, "").toLowerCase().trim();
}

/** Everything that is wrong with a list of labels, in order; empty when it may be saved. */
export function checkLabels(labels: readonly string[]): LabelProblem[] {
  const problems: LabelProblem[] = [];
  const seen = new Map<string, string>();
  labels.forEach((label, index) => {
    const message = checkOne(label, seen);
    if (message) problems.push({ index, message });
    else seen.set(labelKey(label), label);
  });
  if (labels.length === 1)
    problems.push({ index: 0, message: "One label leaves nothing to decide: add at least a second one." });
  if (labels.length > maxLabels) {
    problems.push({
      index: maxLabels,
      message: `There are ${labels.length} labels; at most ${maxLabels} are possible.`,
    });
  }
  return problems;
}

function checkOne(label: string, seen: ReadonlyMap<string, string>): string | null {
  if (label.trim() === "") return "A label is empty.";
  if (label !== label.trim()) return `${quote(label)} begins or ends with a space.`;
  if (label.length > maxLabelLength)
    return `${quote(label)} has ${label.length} characters; at most ${maxLabelLength} are possible.`;
  if (label.match(blank)?.some((character) => !joiners.has(character)))
    return `${quote(label)} contains an invisible character.`;
  const other = seen.get(labelKey(label));
  if (other === undefined) return null;
  return other === label
    ? `${quote(label)} is listed twice.`
    : `${quote(other)} and ${quote(label)} differ only by case, spaces or width.`;
}

/** Shows invisible characters as escapes and cuts what is long. */
function quote(label: string): string {
  const short = label.length > 40 ? `${label.slice(0, 40)}…` : label;
  return JSON.stringify(short).replace(blank, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

/** Splits what a person pastes: one label a line, or separated by commas, semicolons or tabs when it is a single line. */
export function splitLabels(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const parts = lines.length > 1 ? lines : text.split(/[,;\t]/);
  return parts.map((part) => part.trim().replace(/^["'](.*)["']$/, "$1")).filter((part) => part !== "");
}
